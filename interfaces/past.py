"""
Which moment a command answers about: the present, a past one as it was known then, or as it is known now.

A command asks its interval tables for the moment, or gets parts that are of the moment (`of_any_moment`), or cannot
answer: then it says so, because an answer about the present would be taken for one about the past.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from circulation.errors import Invalid
from interfaces.context import AtInstant, AtPosition, Session

if TYPE_CHECKING:
    from circulation.ledger import Ledger
    from circulation.past_ledger import PastLedger
    from projections.engine import Progress
    from projections.past import PastViews

__all__ = ["choose", "of_that_moment", "progress_of", "views_of_that_moment"]

_SETTINGS = ("branch/", "calendar/", "van/", "due-dates/", "network", "policy/")
"""Beginnings of the streams that any item's answer may depend on, beside its own."""


def choose(session: Session, *, answers: bool, replays: bool) -> None:
    """
    Decide how a command answers about the moment that was asked about, before it runs.

    Raises `Invalid`: `asof.not-here` for a command that cannot, `asof.happened-alone` for `--as-happened` on its own.
    """
    options = session.options
    if options.as_of is None:
        if options.as_happened:
            raise Invalid("asof.happened-alone")
        return
    if not (answers or replays):
        raise Invalid("asof.not-here")
    session.replays = replays or options.as_happened


@contextmanager
def of_that_moment(session: Session, ledger: Ledger) -> Iterator[PastLedger]:
    """The log as it was at the moment that the session is about."""
    from circulation.past_ledger import HappenedLedger, PastLedger

    head = ledger.head()
    match session.options.as_of:
        case AtPosition(position=position):
            if position > head.position:
                raise Invalid("position.ahead", as_of=position, head=head.position)
            facts = ledger.facts(after=position - 1, limit=1, upto=position) if position else []
            upto, now_us = position, facts[0].recorded_us if facts else 0
        case AtInstant(instant_us=now_us):
            upto = ledger.position_at(now_us)
        case _:
            raise TypeError("no moment was asked about")
    if not session.options.as_happened:
        yield PastLedger(ledger, upto, now_us)
        return
    streams = None if session.focus is None else _around(ledger, session.focus)
    with progress_of(session, "putting in order", head.position) as progress:
        yield HappenedLedger(ledger, head.position, now_us, streams=streams, progress=progress)


@contextmanager
def views_of_that_moment(session: Session, ledger: PastLedger, what: str = "replaying") -> Iterator[PastViews]:
    """Views of that log, folded as far as they are asked for; `what` is said to be going on meanwhile."""
    from circulation.event import EVENT_TYPES
    from projections.past import PastViews, past_views
    from projections.registry import PROJECTIONS, decode

    with (
        progress_of(session, what, ledger.upto) as progress,
        past_views(
            lambda database: PastViews(
                log=ledger,
                database=database,
                projections=PROJECTIONS,
                decode=decode,
                known_types=frozenset(EVENT_TYPES),
                progress=progress,
            )
        ) as views,
    ):
        yield views


def _around(ledger: Ledger, barcode: str) -> set[str]:
    """The streams that say anything of one item: its own, its title's, its totes', and the settings of the network."""
    from circulation.hold import title_stream
    from circulation.item import ItemAdded, ItemDescribed, ItemPacked, item_stream
    from circulation.tote import filling_stream

    found = {item_stream(barcode)}
    for fact in ledger.stream(item_stream(barcode)):
        if isinstance(fact.event, ItemAdded | ItemDescribed):
            found.add(title_stream(fact.event.title))
        elif isinstance(fact.event, ItemPacked):
            found.add(filling_stream(fact.event.filling))
    for prefix in _SETTINGS:
        found.update(ledger.streams(prefix))
    return found


@contextmanager
def progress_of(session: Session, what: str, total: int) -> Iterator[Progress]:
    """A bar for a driver that says how far it is instead of how much further it got."""
    reached = 0
    with session.output.progress(what, total=total) as advance:

        def step(position: int, _target: int) -> None:
            nonlocal reached
            advance(max(0, position - reached))
            reached = position

        yield step
