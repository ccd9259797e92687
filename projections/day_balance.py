"""
What a day's runs sent, and where each item of it was scanned next: the rows of `logistics/balance.py`.

Counted seals come from the fillings, contents and sightings from the items' intervals, so each checks the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, select

from projections import network, runs, totes
from projections.database import in_batches
from projections.discrepancies import found_in
from projections.locations import ITEM_NOW, ITEM_PAST
from projections.runs import Call, RunState
from projections.totes import FillingState
from projections.views import Views

__all__ = ["Sent", "SentItemRow", "sent_on"]


@dataclass(frozen=True, slots=True)
class SentItemRow:
    """An item that was in a filling when it was loaded; `seen_at` is the branch that scanned it next."""

    item: str
    filling: str
    seen_at: str | None


@dataclass(frozen=True, slots=True)
class Sent:
    """
    Everything that the runs of a day loaded, with the hubs and the runs that are over.

    `unpacked` are the barcodes that came out of a filling without having been packed into it.
    """

    fillings: tuple[FillingState, ...]
    items: tuple[SentItemRow, ...]
    hubs: frozenset[str]
    finished_runs: frozenset[str]
    unpacked: dict[str, list[str]]


def sent_on(views: Views, day: str) -> Sent:
    """What the runs of that local day (`2026-11-24`) sent, as far as it is known now."""
    found = runs.runs(views, day=day)
    loaded_at = _loaded_at(views, found)
    states = totes.fillings_named(views, loaded_at)
    return Sent(
        fillings=tuple(states[name] for name in loaded_at if name in states),
        items=tuple(_items(views, states, loaded_at)),
        hubs=frozenset(network.hubs(views)),
        finished_runs=frozenset(run.run for run in found if run.finished_us is not None),
        unpacked=found_in(views, states),
    )


def _loaded_at(views: Views, found: Sequence[RunState]) -> dict[str, int]:
    """The fillings that the runs loaded, each with the position from which on it was on a van."""
    calls: dict[str, list[Call]] = defaultdict(list)
    for call in runs.calls_of(views, [run.run for run in found]):
        calls[call.run].append(call)
    loaded_at: dict[str, int] = {}
    for run in found:
        first = min((call.position for call in calls[run.run]), default=0)
        for filling in run.fillings_on:
            loaded_at.setdefault(filling, first)
        for call in calls[run.run]:
            for filling in call.fillings_on:
                loaded_at.setdefault(filling, call.position)
    return loaded_at


def _items(views: Views, states: Mapping[str, FillingState], loaded_at: Mapping[str, int]) -> Iterator[SentItemRow]:
    """The items of fillings from their loading on, filling by filling: those still inside, then those that left."""
    with views.reading("custody", "totes") as connection:
        rows = [row for names in in_batches(states) for row in connection.execute(_INSIDE, {"names": names})]
        left = [row for names in in_batches(states) for row in connection.execute(_LEFT, {"names": names})]
    left = [row for row in left if row.to_pos > loaded_at[row.filling]]
    packed = totes.fillings_named(views, {row.ref for row in left if row.kind == "filling"})
    inside: dict[str, list[SentItemRow]] = defaultdict(list)
    for row in sorted(rows):
        inside[row.filling].append(SentItemRow(row.item, row.filling, None))
    for row in sorted(left, key=lambda row: (row.item, row.to_pos)):
        inside[row.filling].append(SentItemRow(row.item, row.filling, _branch(row, states[row.filling], packed)))
    for name in states:
        yield from inside[name]


def _branch(row: Any, filling: FillingState, packed: Mapping[str, FillingState]) -> str | None:
    """The branch of the place that an item came to: where a new filling was packed, or where it was handed over."""
    match row.kind:
        case "branch":
            return str(row.ref)
        case "filling":
            return packed[row.ref].origin if row.ref in packed else None
        case "patron":
            return filling.place
        case _:
            return None


def _left() -> Select[Any]:
    """The items that left some fillings, each with the place that it came to next."""
    past, now, after = ITEM_PAST.sql, ITEM_NOW.sql, ITEM_PAST.sql.alias("after")
    return (
        select(
            past.c.item,
            past.c.ref.label("filling"),
            past.c.to_pos,
            func.coalesce(after.c.kind, now.c.kind).label("kind"),
            func.coalesce(after.c.ref, now.c.ref).label("ref"),
        )
        .outerjoin(after, (after.c.item == past.c.item) & (after.c.from_pos == past.c.to_pos))
        .outerjoin(now, (now.c.item == past.c.item) & (now.c.from_pos == past.c.to_pos))
        .where(past.c.kind == "filling", past.c.ref.in_(_NAMES))
    )


_NAMES: BindParameter[Any] = bindparam("names", expanding=True)
_INSIDE = select(ITEM_NOW.sql.c.item, ITEM_NOW.sql.c.ref.label("filling")).where(
    ITEM_NOW.sql.c.kind == "filling", ITEM_NOW.sql.c.ref.in_(_NAMES)
)
_LEFT = _left()
