"""
The two lists of England's public libraries, joined: where a library is, and when it is open.

`libraries_geo_2023.csv` (the Arts Council's dataset, enhanced) has coordinates and no hours in minutes,
`library_hours.csv` (the councils' schema) has hours and no coordinates, and they share no key. They are joined
by authority and name, then by authority and postcode. Every row becomes part of a record or is rejected with
its line and a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from circulation.barcode import parse_name
from circulation.calendar import WEEKDAYS, WeekHours, parse_spans
from circulation.errors import Invalid
from interfaces.imports.branch_record import BranchRecord, member_code, parse_degrees, plain_name, slug
from interfaces.imports.table import Reject, Row

__all__ = ["GEO_COLUMNS", "HOURS_COLUMNS", "join_lists"]

TIME_ZONE = "Europe/London"

GEO_COLUMNS = ("Reporting service", "Name", "Type", "Postcode", "Longitude", "Latitude", "Year closed")
HOURS_COLUMNS = (
    "Local authority",
    "Library name",
    "Postcode",
    "Year closed",
    *(f"{weekday.capitalize()} staffed hours" for weekday in WEEKDAYS),
)

_ISLANDS = {
    **dict.fromkeys(("TR21", "TR22", "TR23", "TR24", "TR25"), "the Isles of Scilly"),
    **dict.fromkeys((f"PO{number}" for number in range(30, 42)), "the Isle of Wight"),
    "EX39 2LY": "Lundy",
}
"""Postcode districts (or a whole postcode) of English islands to which no road leads."""

_NO_DOOR = {
    "mobile library": "A mobile library, which is no stop for a van",
    "prison library": "A prison library, which the public courier does not serve",
    "archive": "An archive, which does not lend",
}


@dataclass(frozen=True, slots=True)
class _Geo:
    file: str
    line: int
    authority: str
    name: str
    kind: str
    postcode: str
    longitude: str
    latitude: str
    closed: str


@dataclass(frozen=True, slots=True)
class _Hours:
    file: str
    line: int
    authority: str
    name: str
    postcode: str
    closed: str
    week: tuple[str, ...]


_Place = _Geo | _Hours


def join_lists(
    geo_rows: Iterable[Row], hours_rows: Iterable[Row], reject: Callable[[str, Reject], None]
) -> list[BranchRecord]:
    """
    One record for each library that is open, has hours and is in both lists.

    `reject` is called for every other row with the code of its member.
    """
    places = [_Geo(row.file, row.line, *row.values) for row in geo_rows]
    timed = [_timed(row) for row in hours_rows]

    def refuse(place: _Place, why: str, more: str = "") -> None:
        said = Reject(place.file, place.line, f"{why}: {_blanks(place.name)}{more}.")
        reject(member_code(place.authority), said)

    pairs = _pair(places, timed)
    taken = {id(place) for place in pairs.values()}
    records: list[BranchRecord] = []
    for entry in timed:
        place = pairs.get(id(entry))
        if entry.closed:
            refuse(entry, "Closed for good", f" ({entry.closed})")
        elif not any(entry.week):
            refuse(entry, "It has no opening hours")
        elif place is None and _island(entry.postcode):
            island = _island(entry.postcode)
            refuse(entry, "No coordinates in the other list, and no road", f" (it is on {island})")
        elif place is None:
            twin = any(_key(other) == _key(entry) for other in places)
            refuse(entry, "Listed twice" if twin else "No coordinates, for it is not in the other list")
        elif place.closed:
            refuse(entry, "Closed for good according to the other list", f" ({place.closed})")
        elif place.kind.casefold() in _NO_DOOR:
            refuse(entry, _NO_DOOR[place.kind.casefold()])
        else:
            try:
                records.append(_record(place, entry))
            except Invalid as invalid:
                said = Reject(entry.file, entry.line, f"{_blanks(entry.name)}: {invalid.sentence}")
                reject(member_code(entry.authority), said)
    for place in places:
        if id(place) in taken:
            continue
        if place.closed:
            refuse(place, "Closed for good", f" ({place.closed})")
        else:
            unmatched = "No opening hours, for it is not in the other list"
            refuse(place, _NO_DOOR.get(place.kind.casefold(), unmatched))
    return records


def _timed(row: Row) -> _Hours:
    authority, name, postcode, closed, *week = row.values
    return _Hours(row.file, row.line, authority, name, postcode, closed, tuple(week))


def _pair(places: list[_Geo], timed: list[_Hours]) -> dict[int, _Geo]:
    """
    For each row with hours (by identity) its place; a place belongs to one row at most.

    Where several rows share a name, as those of a library that moved do, the one that can be used comes first,
    then the one whose postcode agrees.
    """
    by_name = {_key(place): place for place in reversed(places)}
    with_door = [place for place in reversed(places) if place.postcode and place.kind.casefold() not in _NO_DOOR]
    by_postcode = {_post(place): place for place in with_door}
    pairs: dict[int, _Geo] = {}
    taken: set[int] = set()

    def usable_first(entry: _Hours) -> tuple[bool, bool, int]:
        place = by_name.get(_key(entry))
        agrees = place is not None and _post(place) == _post(entry)
        return (bool(entry.closed) or not any(entry.week), not agrees, entry.line)

    for entry in sorted(timed, key=usable_first):
        place = by_name.get(_key(entry))
        if place is not None and id(place) not in taken:
            pairs[id(entry)] = place
            taken.add(id(place))
    for entry in timed:
        place = by_postcode.get(_post(entry))
        if id(entry) not in pairs and place is not None and id(place) not in taken:
            pairs[id(entry)] = place
            taken.add(id(place))
    return pairs


def _record(place: _Geo, entry: _Hours) -> BranchRecord:
    latitude, longitude = parse_degrees(place.latitude, place.longitude)
    hours: WeekHours = tuple(parse_spans(text) for text in entry.week)  # type: ignore[assignment]
    island = _island(entry.postcode or place.postcode)
    return BranchRecord(
        code=parse_name(slug(entry.name), what="branch"),
        name=_blanks(entry.name),
        member=member_code(entry.authority),
        member_name=_blanks(entry.authority),
        kind="branch",
        latitude=latitude,
        longitude=longitude,
        time_zone=TIME_ZONE,
        hours=hours,
        source=f"{entry.file}:{entry.line} {place.file}:{place.line}",
        island=bool(island),
        note=f"No road leads to {island}." if island else "",
    )


def _key(place: _Place) -> tuple[str, str]:
    return member_code(place.authority), plain_name(place.name)


def _post(place: _Place) -> tuple[str, str]:
    return member_code(place.authority), place.postcode.replace(" ", "").upper()


def _island(postcode: str) -> str:
    """The island that a postcode lies on; empty for the mainland."""
    whole = " ".join(postcode.upper().split())
    return _ISLANDS.get(whole) or _ISLANDS.get(whole.replace(" ", "")[:-3], "")


def _blanks(text: str) -> str:
    return " ".join(text.split())
