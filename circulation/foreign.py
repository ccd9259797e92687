"""
Items of other networks that come back here: each has a stream of its own, and is sent on as a courtesy.

They are known by the form of their codes, which is registered with the branch that hands them over
(`policy/foreign`), or by what staff say of something in the queue of unknown codes. An item whose code may be kept is
`foreign/<code>`; one of the queue is `foreign/<branch>-<n>`, and its code stays sealed there.
Elsewhere such items "are not recorded or tracked" (circulation reference, case 41).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from circulation.errors import Invalid, Refused, Unknown
from circulation.event import Event, Fact, event

__all__ = [
    "FOREIGN_FORMS",
    "Ended",
    "Foreign",
    "ForeignForm",
    "ForeignFormRemoved",
    "ForeignFormSet",
    "ForeignItemClosed",
    "ForeignItemReceived",
    "ForeignItemSeen",
    "decide_foreign_closed",
    "decide_foreign_scanned",
    "decide_form",
    "fold_foreign",
    "fold_foreign_forms",
    "foreign_stream",
    "form_of",
]

FOREIGN_FORMS = "policy/foreign"
"""The stream of the registered forms."""

Ended = Literal["handed-over", "collected", "catalogued", "mistake"]


def foreign_stream(ref: str) -> str:
    """The stream of one item of another network."""
    return f"foreign/{ref}"


# --- whose codes look how ------------------------------------------------------------------------------------------


@event
class ForeignFormSet(Event):
    """Codes of `length` characters that begin with `prefix` are `network`'s; `via` is where we hand them over."""

    network: str
    prefix: str
    length: int
    via: str


@event
class ForeignFormRemoved(Event):
    """Such codes are nobody's that we know."""

    prefix: str
    length: int


@dataclass(frozen=True, slots=True)
class ForeignForm:
    """How the codes of another network look, and the branch that hands its items over."""

    network: str
    prefix: str
    length: int
    via: str


def fold_foreign_forms(forms: tuple[ForeignForm, ...] | None, fact: Fact) -> tuple[ForeignForm, ...]:
    """The forms after one more fact. Raises `TypeError` for a fact that cannot be."""
    form: ForeignForm | None = None
    match fact.event:
        case ForeignFormSet(network=network, prefix=prefix, length=length, via=via):
            form = ForeignForm(network, prefix, length, via)
        case ForeignFormRemoved(prefix=prefix, length=length):
            pass
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about foreign codes ({fact.stream})")
    others = tuple(one for one in forms or () if (one.prefix, one.length) != (prefix, length))
    return others if form is None else (*others, form)


def form_of(code: str, forms: Iterable[ForeignForm], ours: Iterable[tuple[str, int]]) -> ForeignForm | None:
    """The form that fits a code best, by the longest prefix; None where none does, or one of ours fits as well."""
    fitting = [form for form in forms if code.startswith(form.prefix) and len(code) == form.length]
    best = max(fitting, key=lambda form: len(form.prefix), default=None)
    own = max((len(prefix) for prefix, length in ours if code.startswith(prefix) and len(code) == length), default=-1)
    return None if best is None or own >= len(best.prefix) else best


def decide_form(network: str, prefix: str, length: int, via: str) -> ForeignFormSet:
    """The fact that such codes are another network's. Raises `Invalid` (`foreign.form`)."""
    if not prefix.isascii() or not prefix.isalnum() or not 3 <= length <= 32 or len(prefix) >= length:
        raise Invalid("foreign.form", prefix=prefix[:40], length=length)
    return ForeignFormSet(network=network, prefix=prefix, length=length, via=via)


# --- the items -----------------------------------------------------------------------------------------------------


@event
class ForeignItemReceived(Event):
    """An item of another network lay on the desk of `branch`; `destination` hands it over. `entry` was it before."""

    branch: str
    network: str
    destination: str
    entry: str | None = None


@event
class ForeignItemSeen(Event):
    """It was scanned at a branch on its way to `destination`."""

    branch: str
    destination: str


@event
class ForeignItemClosed(Event):
    """It is ours to look after no more: handed over, collected by its owner, catalogued as ours, or a mistake."""

    branch: str
    how: Ended


@dataclass(frozen=True, slots=True)
class Foreign:
    """An item of another network, at `branch` since `since_us`; `ended` is empty while it is here."""

    ref: str
    network: str
    destination: str
    branch: str
    since_us: int
    ended: str = ""


def fold_foreign(item: Foreign | None, fact: Fact) -> Foreign:
    """The item after one more fact. Raises `TypeError` for a fact that cannot be."""
    match fact.event:
        case ForeignItemReceived(branch=branch, network=network, destination=destination):
            return Foreign(fact.stream.removeprefix("foreign/"), network, destination, branch, fact.happened_us)
        case ForeignItemSeen(branch=branch, destination=destination) if item is not None:
            return replace(item, branch=branch, destination=destination, since_us=fact.happened_us)
        case ForeignItemClosed(branch=branch, how=how) if item is not None:
            return replace(item, branch=branch, since_us=fact.happened_us, ended=how)
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about a foreign item ({fact.stream})")


def decide_foreign_scanned(item: Foreign | None, *, branch: str, form: ForeignForm) -> tuple[Event, ...]:
    """What a scan of another network's item comes to: it is received, or seen on its way."""
    if item is None or item.ended:
        return (ForeignItemReceived(branch=branch, network=form.network, destination=form.via),)
    return (ForeignItemSeen(branch=branch, destination=form.via),)


def decide_foreign_closed(item: Foreign | None, ref: str, *, branch: str, how: Ended) -> ForeignItemClosed:
    """
    The fact that an item of another network is dealt with.

    Raises `Unknown` (`foreign.unknown`), and `Refused` (`foreign.elsewhere`) for handing over what is not here.
    """
    if item is None or item.ended:
        raise Unknown("foreign.unknown", ref=ref[:60])
    if how == "handed-over" and branch != item.branch:
        raise Refused("foreign.elsewhere", ref=ref, seen_at=item.branch, branch=branch)
    return ForeignItemClosed(branch=branch, how=how)
