"""
Which sealed things have ended, and where in the log: pure, told from whole streams.

A loan has ended when its copy is not on loan by it any more, by whatever fact: a return, a claim, an undo; and when a
lost copy was paid. One that is open again after an undo has not. A hold that ended with a loan goes with that loan,
because the loan names it; any other hold goes when it was cancelled or expired. The reason that somebody gave for what
they did, and a note, have ended as they are written, whatever becomes of what they are about.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from circulation.actor import ActorRegistered, ActorRetired, RoleGiven
from circulation.condition import ItemRestored, LoanClosedMissing, LostItemPaid
from circulation.custody import Custody
from circulation.event import Event, Fact
from circulation.forgetting import Kind, LegalHoldLifted, LegalHoldPlaced, PersonalDataRead
from circulation.hold import HoldCancelled, HoldExpired, HoldPlaced
from circulation.item import Item, ItemLent, ItemReturned, ScanUndone, UnknownCodeScanned, fold_item
from circulation.scan_session import SessionCorrectionBegun
from circulation.unknown import UnknownCodeClosed
from circulation.words import WORDED, keys_in

__all__ = ["Ended", "ended_in", "ends", "may_end"]

_ENDS: dict[Kind, tuple[str, ...]] = {
    "loan": tuple(
        kind.__name__ for kind in (ItemLent, ItemReturned, LoanClosedMissing, LostItemPaid, ItemRestored, ScanUndone)
    ),
    "hold": (HoldCancelled.__name__, HoldExpired.__name__),
    "code": (UnknownCodeClosed.__name__,),
    "login": (ActorRetired.__name__,),
    "reason": (SessionCorrectionBegun.__name__, LegalHoldLifted.__name__, PersonalDataRead.__name__),
}


def ends(kind: Kind) -> tuple[str, ...]:
    """The types of the facts after which something of a kind may have ended, on the stream that tells it."""
    return (*_ENDS[kind], *WORDED) if kind == "reason" else _ENDS[kind]


def may_end(event: Event) -> bool:
    """Whether a fact of such a type can have ended anything: one that was given without a word has not."""
    return type(event).__name__ not in WORDED or bool(keys_in(event))


@dataclass(frozen=True, slots=True)
class Ended:
    """
    What ended with the fact at `position`: `key` seals it, `what` names it, `sealed` opens to whom it belongs.

    `sealed` is empty where it leads to nobody; `hold` is the hold that the loan has ended.
    """

    kind: Kind
    what: str
    key: int
    position: int
    recorded_us: int
    sealed: str = ""
    hold: str | None = None


def ended_in(kind: Kind, facts: Iterable[Fact]) -> list[Ended]:
    """What of a kind has ended on a stream, in the order in which it ended."""
    found = {"loan": _loans, "hold": _holds, "code": _codes, "reason": _reasons, "login": _logins}[kind](facts)
    return sorted(found, key=lambda one: (one.position, one.key))


def _loans(facts: Iterable[Fact]) -> list[Ended]:
    item: Item | None = None
    lent: dict[str, ItemLent] = {}
    ended: dict[str, Fact] = {}
    for fact in facts:
        before = None if item is None else _open_loan(item.custody)
        item = fold_item(item, fact)
        now = _open_loan(item.custody)
        if isinstance(fact.event, ItemLent):
            lent[fact.event.loan] = fact.event
            # One that was recorded later than the copy's next custody was never open.
            ended[fact.event.loan] = fact
        if before is not None and before != now:
            ended[before] = fact
        if now is not None:
            ended.pop(now, None)
    return [
        Ended("loan", loan, lent[loan].key, fact.position, fact.recorded_us, lent[loan].patron, lent[loan].hold)
        for loan, fact in ended.items()
        if loan in lent
    ]


def _open_loan(custody: Custody) -> str | None:
    if custody.loan is None or (custody.absence is not None and custody.absence.what == "lost-and-paid"):
        return None
    return custody.loan.loan


def _holds(facts: Iterable[Fact]) -> list[Ended]:
    placed: dict[str, HoldPlaced] = {}
    found = []
    for fact in facts:
        match fact.event:
            case HoldPlaced() as one:
                placed[one.hold] = one
            case HoldCancelled(hold=hold) | HoldExpired(hold=hold) if hold in placed:
                one = placed[hold]
                found.append(Ended("hold", hold, one.key, fact.position, fact.recorded_us, one.patron))
    return found


def _codes(facts: Iterable[Fact]) -> list[Ended]:
    sealed: dict[int, int] = {}
    found = []
    for fact in facts:
        match fact.event:
            case UnknownCodeScanned(key=int() as key):
                sealed[fact.version] = key
            case UnknownCodeClosed(entry=entry) if entry in sealed:
                name = f"{fact.stream.removeprefix('unknown/')}-{entry}"
                found.append(Ended("code", name, sealed[entry], fact.position, fact.recorded_us))
    return found


def _logins(facts: Iterable[Fact]) -> list[Ended]:
    """The login of an actor who was retired and has no role again."""
    key: int | None = None
    ended: list[Ended] = []
    for fact in facts:
        match fact.event:
            case ActorRegistered():
                key = fact.event.key
            case ActorRetired() if key is not None:
                ended = [Ended("login", fact.stream, key, fact.position, fact.recorded_us)]
            case RoleGiven():
                ended = []
    return ended


def _reasons(facts: Iterable[Fact]) -> list[Ended]:
    found: list[Ended] = []
    placed: dict[str, LegalHoldPlaced] = {}
    seen: set[int] = set()
    for fact in facts:
        keys: tuple[int, ...] = ()
        match fact.event:
            case SessionCorrectionBegun(key=key):
                keys = (key,)
            case PersonalDataRead(key=int() as key):
                keys = (key,)
            case LegalHoldPlaced() as one:
                placed[one.name] = one
            case LegalHoldLifted(name=name) if name in placed:
                keys = (placed[name].why_key,)
            case _:
                # A later revision of a plan repeats what was typed for an earlier one.
                keys = tuple(key for key in keys_in(fact.event) if key not in seen)
                seen.update(keys)
        found.extend(Ended("reason", fact.stream, key, fact.position, fact.recorded_us) for key in keys)
    return found
