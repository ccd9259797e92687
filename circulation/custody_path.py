"""
Who had a copy, one after the other, from its own facts and those of the totes that it rode in.

Whoever looks for a lost copy, or asks who damaged it, asks this: it is the real way, not the planned one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from circulation.custody import Custody, Handover
from circulation.event import Fact
from circulation.item import Item, ItemLent, fold_item
from circulation.ledger import Ledger
from circulation.tote import Filling, filling_stream, fold_filling

__all__ = ["custody_path", "last_custodies", "last_custody", "path_of", "places_on"]

Rides = Callable[[str], Sequence[Fact]]
"""The facts of a filling."""


def custody_path(ledger: Ledger, barcode: str) -> tuple[Handover, ...]:
    """The hand-overs of a copy, first to last, from its stream and those of its fillings."""
    return path_of(ledger.stream(f"item/{barcode}"), lambda filling: ledger.stream(filling_stream(filling)))


def path_of(facts: Sequence[Fact], rides: Rides) -> tuple[Handover, ...]:
    """The hand-overs that the facts of one copy tell; `rides` gives the facts of a filling that it lay in."""
    path: list[Handover] = []
    item: Item | None = None
    for number, fact in enumerate(facts):
        before = None if item is None else item.custody
        item = fold_item(item, fact)
        if before is not None and before.place == item.custody.place:
            continue
        if isinstance(fact.event, ItemLent):
            _add(path, Handover(kind="branch", place=fact.event.branch, since_us=fact.happened_us))
        left = _left(facts[number + 1 :], item) if item.custody.place.kind == "filling" else None
        for step in _steps(item.custody, fact, rides, left):
            _add(path, step)
    return tuple(path)


def _left(later: Iterable[Fact], item: Item) -> int | None:
    """The position at which the copy came to be somewhere else, None if it still is there."""
    place = item.custody.place
    for fact in later:
        item = fold_item(item, fact)
        if item.custody.place != place:
            return fact.position
    return None


def _steps(custody: Custody, fact: Fact, rides: Rides, left: int | None) -> Iterable[Handover]:
    place = custody.place
    if place.kind != "filling":
        yield Handover(kind=place.kind, place=place.ref, since_us=fact.happened_us)
        return
    filling: Filling | None = None
    for ride in rides(place.ref):
        if left is not None and ride.position >= left:
            return
        filling = fold_filling(filling, ride)
        # What happened to the tote before the copy came into it is not the copy's way.
        since_us = max(ride.happened_us, fact.happened_us)
        kind: Literal["van", "nowhere", "branch"] = "branch"
        if filling.status in ("loaded", "lost"):
            kind = "van" if filling.status == "loaded" else "nowhere"
        yield Handover(kind=kind, place=filling.place, since_us=since_us, filling=place.ref)


def _add(path: list[Handover], step: Handover) -> None:
    """The same keeper twice is one hand-over, since the first."""
    if not path or (path[-1].kind, path[-1].place) != (step.kind, step.place):
        path.append(step)


def last_custody(path: Sequence[Handover]) -> Handover | None:
    """Who had the copy last, as far as anybody knows."""
    return next((step for step in reversed(path) if step.kind != "nowhere"), None)


def last_custodies(path: Sequence[Handover], count: int = 2) -> tuple[Handover, ...]:
    """The last `count` who had the copy, the later one last: what is wrong with it happened there or between them."""
    return tuple([step for step in path if step.kind != "nowhere"][-count:])


def places_on(path: Iterable[Handover]) -> tuple[str, ...]:
    """The branches of a way, the latest first, each once."""
    found = [step.place for step in path if step.kind == "branch"]
    return tuple(dict.fromkeys(reversed(found)))
