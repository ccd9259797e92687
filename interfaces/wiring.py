"""
Which factory opens which part of a session: the one place that knows what stands behind the commands.

A factory imports what it opens, so that a command pays only for the parts that it uses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from interfaces.context import Factory, Session

if TYPE_CHECKING:
    from circulation.clock import Clock
    from circulation.command import Commands
    from circulation.desk import Desk
    from circulation.keyring import Keyring
    from circulation.ledger import Ledger
    from circulation.past_ledger import PastLedger
    from circulation.privacy_desk import PrivacyDesk
    from circulation.session_desk import SessionDesk
    from interfaces.live_courier import LiveCourier
    from logistics.dispatcher import Dispatcher
    from logistics.plan_desk import PlanDesk
    from logistics.replanner import Replanner
    from logistics.run_desk import RunDesk
    from projections.day_board import DayBoardOfViews
    from projections.views import Views

__all__ = ["FACTORIES", "clock_of", "make_desk"]


def clock_of(ledger: Ledger) -> Clock:
    """The time that a store keeps: the machine's, or in a simulated store the last moment of its log."""
    from circulation.clock import system_clock

    return (lambda: ledger.head().recorded_us) if ledger.simulated else system_clock


def make_desk(ledger: Ledger, keyring: Keyring, commands: Commands, views: Views, courier: LiveCourier) -> Desk:
    """A desk that looks things up in the views."""
    from circulation.desk import Desk
    from projections.lookups import CatalogueOfViews, ContentsOfViews

    return Desk(
        ledger,
        keyring,
        commands,
        catalogue=CatalogueOfViews(views),
        courier=courier,
        contents=ContentsOfViews(views),
    )


@contextmanager
def _ledger(session: Session) -> Iterator[Ledger | PastLedger]:
    from circulation.ledger import Ledger
    from logistics.vocabulary import MODULES

    _ = MODULES  # a log can only be read by who knows its event types
    with Ledger.open(session.options.store, simulated=None) as ledger:
        if not session.replays:
            yield ledger
            return
        from interfaces.past import of_that_moment

        with of_that_moment(session, ledger) as past:
            yield past


@contextmanager
def _keyring(session: Session) -> Iterator[Keyring]:
    from circulation.shredding import open_keyring

    keyring = open_keyring(session.part("ledger"))
    try:
        yield keyring
    finally:
        keyring.close()


@contextmanager
def _words(session: Session) -> Iterator[Callable[[str], str]]:
    """What opens the reasons that somebody typed: with the keys of now, whatever moment is asked about."""
    from circulation.words import opens_with

    if not session.replays:
        yield opens_with(session.part("keyring"))
        return
    from circulation.ledger import Ledger
    from circulation.shredding import open_keyring

    with Ledger.open(session.options.store, simulated=None) as ledger:
        keyring = open_keyring(ledger)
        try:
            yield opens_with(keyring)
        finally:
            keyring.close()


@contextmanager
def _views(session: Session) -> Iterator[Views]:
    if session.replays:
        from interfaces.past import views_of_that_moment

        with views_of_that_moment(session, session.part("ledger")) as past:
            yield past
        return
    from projections.registry import open_views

    views = open_views(session.part("ledger"))
    try:
        yield views
    finally:
        views.close()


@contextmanager
def _commands(session: Session) -> Iterator[Commands]:
    import getpass

    from circulation.command import Commands
    from circulation.staff import found

    ledger, keyring = session.part("ledger"), session.part("keyring")
    clock = clock_of(ledger)
    found(ledger, keyring, clock, login=getpass.getuser())
    yield Commands(ledger, clock, keyring)


@contextmanager
def _courier(session: Session) -> Iterator[LiveCourier]:
    from interfaces.live_courier import LiveCourier

    yield LiveCourier(session.part("views"))


@contextmanager
def _desk(session: Session) -> Iterator[Desk]:
    part = session.part
    yield make_desk(part("ledger"), part("keyring"), part("commands"), part("views"), part("courier"))


@contextmanager
def _sessions(session: Session) -> Iterator[SessionDesk]:
    from circulation.session_desk import SessionDesk

    yield SessionDesk(session.part("desk"), session.part("keyring"))


@contextmanager
def _dispatcher(session: Session) -> Iterator[Dispatcher]:
    from logistics.dispatcher import Dispatcher
    from projections.day_board import DayBoardOfViews

    yield Dispatcher(session.part("ledger"), session.part("commands"), DayBoardOfViews(session.part("views")))


@contextmanager
def _replanner(session: Session) -> Iterator[Replanner]:
    from logistics.replanner import Replanner

    yield Replanner(session.part("ledger"), session.part("commands"))


@contextmanager
def _planning(session: Session) -> Iterator[PlanDesk]:
    from logistics.plan_desk import PlanDesk

    def board() -> DayBoardOfViews:
        from projections.day_board import DayBoardOfViews

        return DayBoardOfViews(session.part("views"))

    yield PlanDesk(session.part("ledger"), session.part("commands"), board)


@contextmanager
def _runs(session: Session) -> Iterator[RunDesk]:
    from logistics.run_desk import RunDesk
    from projections.day_board import DayBoardOfViews

    yield RunDesk(session.part("ledger"), session.part("commands"), DayBoardOfViews(session.part("views")))


@contextmanager
def _privacy(session: Session) -> Iterator[PrivacyDesk]:
    from circulation.borrower import Borrowers
    from circulation.privacy_desk import PrivacyDesk

    commands, keyring = session.part("commands"), session.part("keyring")
    yield PrivacyDesk(commands, keyring, Borrowers(session.part("ledger"), keyring, commands))


FACTORIES: dict[str, Factory] = {
    "ledger": _ledger,
    "keyring": _keyring,
    "words": _words,
    "views": _views,
    "commands": _commands,
    "courier": _courier,
    "desk": _desk,
    "sessions": _sessions,
    "dispatcher": _dispatcher,
    "replanner": _replanner,
    "planning": _planning,
    "runs": _runs,
    "privacy": _privacy,
}
