"""
What lies at branches and is no item of ours: codes that nobody knows, and items of other networks.

An unknown code that is catalogued later under the same code leaves the queue by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select

from projections.projection import Projection, Seen
from projections.table import keyed
from projections.views import Views
from projections.working import Working

__all__ = ["STRANGERS", "ForeignRow", "UnknownRow", "foreign_items", "unknown_codes"]


class UnknownRow(NamedTuple):
    """An entry of the queue: since when, how often it was scanned, and its code where that may be kept."""

    ref: str
    branch: str
    code: str | None
    since_us: int
    last_us: int
    times: int


class ByCode(NamedTuple):
    """The open entry of a code that may be kept."""

    code: str
    ref: str


class ForeignRow(NamedTuple):
    """An item of another network that is here."""

    ref: str
    network: str
    branch: str
    destination: str
    since_us: int
    last_us: int


UNKNOWN_NOW = keyed("unknown_now", UnknownRow, indexes=[("branch",)])
UNKNOWN_BY_CODE = keyed("unknown_by_code", ByCode)
FOREIGN_NOW = keyed("foreign_now", ForeignRow, indexes=[("branch",), ("destination",)])


@dataclass(frozen=True, slots=True)
class Stranger:
    """An item of another network; `here` says whether it is where it is handed over."""

    ref: str
    network: str
    branch: str
    destination: str
    here: bool
    since_us: int
    last_us: int


def unknown_codes(views: Views, *, branch: str | None = None) -> list[UnknownRow]:
    """The queue of unknown codes, the oldest first; of one branch, if it is given."""
    with views.reading("strangers") as connection:
        rows = [UnknownRow._make(row) for row in connection.execute(select(UNKNOWN_NOW.sql))]
    return sorted((row for row in rows if branch in (None, row.branch)), key=lambda row: (row.since_us, row.ref))


def foreign_items(views: Views, *, branch: str | None = None) -> list[Stranger]:
    """Items of other networks that are here, the oldest first; those at a branch or on their way to it, if given."""
    with views.reading("strangers") as connection:
        rows = [ForeignRow._make(row) for row in connection.execute(select(FOREIGN_NOW.sql))]
    found = [
        Stranger(row.ref, row.network, row.branch, row.destination, row.branch == row.destination, *row[4:])
        for row in rows
        if branch in (None, row.branch, row.destination)
    ]
    return sorted(found, key=lambda one: (one.since_us, one.ref))


# --- folds ---------------------------------------------------------------------------------------------------------


def _unknown(working: Working, seen: Seen) -> None:
    ref, code, at_us = f"{seen.subject}-{seen.version}", seen.data.get("code"), seen.happened_us
    since_us, times = at_us, 1
    if code is not None:
        known = working[UNKNOWN_BY_CODE].get(code)
        before = None if known is None else working[UNKNOWN_NOW].get(known.ref)
        if before is not None:
            since_us, times = before.since_us, before.times + 1
            working[UNKNOWN_NOW].drop(before.ref)
        working[UNKNOWN_BY_CODE].put(ByCode(code, ref))
    working[UNKNOWN_NOW].put(UnknownRow(ref, seen.data["branch"], code, since_us, at_us, times))


def _unknown_closed(working: Working, seen: Seen) -> None:
    row = working[UNKNOWN_NOW].get(f"{seen.subject}-{seen.data['entry']}")
    if row is not None:
        _resolve(working, row)


def _catalogued(working: Working, seen: Seen) -> None:
    known = working[UNKNOWN_BY_CODE].get(seen.subject)
    row = None if known is None else working[UNKNOWN_NOW].get(known.ref)
    if row is not None:
        _resolve(working, row)


def _resolve(working: Working, row: UnknownRow) -> None:
    working[UNKNOWN_NOW].drop(row.ref)
    if row.code is not None:
        working[UNKNOWN_BY_CODE].drop(row.code)


def _received(working: Working, seen: Seen) -> None:
    data, at_us = seen.data, seen.happened_us
    working[FOREIGN_NOW].put(
        ForeignRow(seen.subject, data["network"], data["branch"], data["destination"], at_us, at_us)
    )


def _seen(working: Working, seen: Seen) -> None:
    row = working[FOREIGN_NOW].get(seen.subject)
    if row is not None:
        data = seen.data
        working[FOREIGN_NOW].put(
            row._replace(branch=data["branch"], destination=data["destination"], last_us=seen.happened_us)
        )


def _closed(working: Working, seen: Seen) -> None:
    working[FOREIGN_NOW].drop(seen.subject)


STRANGERS = Projection(
    "strangers",
    1,
    (UNKNOWN_NOW, UNKNOWN_BY_CODE, FOREIGN_NOW),
    {
        "UnknownCodeScanned": _unknown,
        "UnknownCodeClosed": _unknown_closed,
        "ItemAdded": _catalogued,
        "ForeignItemReceived": _received,
        "ForeignItemSeen": _seen,
        "ForeignItemClosed": _closed,
    },
)
