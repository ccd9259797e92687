"""
What a day's runs sent, and where each item of it was scanned next: the rows of `logistics/balance.py`.

Counted seals come from the fillings, contents and sightings from the items' intervals, so each checks the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from projections import network, runs, totes
from projections.discrepancies import found_in
from projections.locations import ITEM_NOW, ITEM_PAST
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
    loaded_at: dict[str, int] = {}
    finished = set()
    for run in runs.runs(views, day=day):
        if run.finished_us is not None:
            finished.add(run.run)
        calls = runs.calls(views, run=run.run)
        first = min((call.position for call in calls), default=0)
        for filling in run.fillings_on:
            loaded_at.setdefault(filling, first)
        for call in calls:
            for filling in call.fillings_on:
                loaded_at.setdefault(filling, call.position)
    states = {name: state for name in loaded_at if (state := totes.filling(views, name)) is not None}
    items = [row for name in sorted(states) for row in _items(views, states[name], loaded_at[name])]
    return Sent(
        fillings=tuple(states.values()),
        items=tuple(items),
        hubs=frozenset(network.hubs(views)),
        finished_runs=frozenset(finished),
        unpacked={name: found for name in states if (found := found_in(views, name))},
    )


def _items(views: Views, filling: FillingState, loaded_at: int) -> list[SentItemRow]:
    """The items of a filling from its loading on."""
    past, now = ITEM_PAST.sql.c, ITEM_NOW.sql.c
    with views.reading("custody", "totes") as connection:
        inside = connection.execute(
            select(now.item).where(now.kind == "filling", now.ref == filling.filling).order_by(now.item)
        )
        rows = [SentItemRow(item, filling.filling, None) for (item,) in inside]
        left = connection.execute(
            select(past.item, past.to_pos)
            .where(past.kind == "filling", past.ref == filling.filling, past.to_pos > loaded_at)
            .order_by(past.item, past.to_pos)
        ).all()
        for item, to_pos in left:
            after = (
                connection.execute(
                    select(past.kind, past.ref).where(past.item == item, past.from_pos == to_pos)
                ).first()
                or connection.execute(select(now.kind, now.ref).where(now.item == item, now.from_pos == to_pos)).first()
            )
            rows.append(SentItemRow(item, filling.filling, _branch(views, after, filling)))
    return rows


def _branch(views: Views, place: Any, filling: FillingState) -> str | None:
    """The branch of the place that an item came to: where a new filling was packed, or where it was handed over."""
    if place is None:
        return None
    kind, ref = place
    if kind == "branch":
        return str(ref)
    if kind == "filling":
        packed = totes.filling(views, str(ref))
        return None if packed is None else packed.origin
    return filling.place if kind == "patron" else None
