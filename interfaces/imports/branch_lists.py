"""
Lists of branches from other people, as records that the network commands can use.

Two kinds are read, told apart by their headers: England's two library lists together (`english_lists.py`), and
a plain CSV with the columns below. One call takes all files, in any order. What cannot be used is listed with
file, line and reason; nothing is dropped silently.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from circulation.barcode import parse_name
from circulation.calendar import WEEKDAYS, WeekHours, parse_spans, zone_of
from circulation.errors import BranchlineError, Invalid, Unknown
from interfaces.imports.branch_record import BranchRecord, Kind, member_code, parse_degrees, slug
from interfaces.imports.english_lists import GEO_COLUMNS, HOURS_COLUMNS, join_lists
from interfaces.imports.table import Reject, Row, Table, read_columns

__all__ = ["PLAIN_COLUMNS", "PLAIN_OPTIONAL", "BranchList", "read_branch_lists"]

PLAIN_COLUMNS = ("name", "member", "latitude", "longitude", "time_zone", *WEEKDAYS)
"""Degrees, an IANA zone, and hours such as `09:30-13:00,14:00-17:00` or nothing for a closed day."""

PLAIN_OPTIONAL = (
    "code",
    "kind",
    "island",
    "door_note",
    "stop_minutes",
    *(f"delivery_{weekday}" for weekday in WEEKDAYS),
)
"""
`code` defaults to the name, `kind` (branch, mobile, depot) to branch, `island` (yes, no) to no.

One delivery column filled in means that the van comes in the delivery hours alone.
"""

_KINDS: dict[str, Kind] = {"": "branch", "branch": "branch", "mobile": "mobile", "depot": "depot"}
_YES_NO = {"": False, "no": False, "yes": True}
_MAX_STOP_MINUTES = 240


@dataclass(frozen=True, slots=True)
class BranchList:
    """
    What the files gave: records by code, and what could not be used by file and line.

    `members` maps every member's code to its name, chosen or not; `not_chosen` counts the other members' records,
    whose rejected rows are not listed either.
    """

    records: tuple[BranchRecord, ...]
    rejects: tuple[Reject, ...]
    members: dict[str, str]
    not_chosen: int


def read_branch_lists(files: Sequence[tuple[str, bytes]], *, members: Sequence[str] = ()) -> BranchList:
    """
    Read all files (name and content) at once; `members` are names or codes, none means all.

    A branch has the same code whichever members are chosen. Raises `Invalid` (`network.lists`) when a file is
    none of the lists or one of the English pair is missing, and `Unknown` (`member.unknown`) with the nearest
    names; other faults of a file as `Table` does.
    """
    geo: list[Row] = []
    timed: list[Row] = []
    plain: list[tuple[BranchRecord, bool]] = []
    names: dict[str, str] = {}
    rejected: list[tuple[str, Reject]] = []

    def unreadable(said: Reject) -> None:
        rejected.append(("", said))

    def refuse(member: str, said: Reject) -> None:
        rejected.append((member, said))

    for file, content in files:
        columns = {name.casefold() for name in read_columns(file, content)}
        if {"reporting service", "latitude"} <= columns:
            geo.extend(Table(file, content, required=GEO_COLUMNS, rejects=unreadable))
        elif {"local authority", "monday staffed hours"} <= columns:
            timed.extend(Table(file, content, required=HOURS_COLUMNS, rejects=unreadable))
        elif {"name", "member"} <= columns:
            table = Table(file, content, required=PLAIN_COLUMNS, optional=PLAIN_OPTIONAL, rejects=unreadable)
            plain.extend(_plain_records(table, refuse))
        else:
            raise Invalid("network.lists", file=file, plain_columns=", ".join(PLAIN_COLUMNS))
    if bool(geo) != bool(timed):
        has, lacks = ("coordinates", "hours") if geo else ("hours", "coordinates")
        raise Invalid("network.lists:half", file=(geo or timed)[0].file, has=has, lacks=lacks)
    joined = [(record, False) for record in join_lists(geo, timed, refuse)]
    for row in (*geo, *timed):
        names.setdefault(member_code(row.values[0]), " ".join(row.values[0].split()))
    records = _unique([*plain, *joined], refuse)
    names |= {record.member: record.member_name for record in records}
    chosen = {_chosen(text, names) for text in members} or set(names)
    kept = tuple(record for record in records if record.member in chosen)
    rejects = {said for member, said in rejected if not members or not member or member in chosen}
    return BranchList(
        records=kept,
        rejects=tuple(sorted(rejects)),
        members=dict(sorted(names.items())),
        not_chosen=len(records) - len(kept),
    )


def _plain_records(table: Table, refuse: Callable[[str, Reject], None]) -> Iterator[tuple[BranchRecord, bool]]:
    """Each record, and whether the list itself fixes its code."""
    for row in table:
        try:
            yield _plain_record(row), bool(row.values[len(PLAIN_COLUMNS)])
        except BranchlineError as error:
            refuse("", Reject(row.file, row.line, error.sentence))


def _plain_record(row: Row) -> BranchRecord:
    name, member, latitude, longitude, time_zone, *rest = row.values
    hours, (code, kind, island, door_note, stop_minutes, *delivery) = rest[:7], rest[7:]
    if not name or not member_code(member):
        raise Invalid("place.unnamed")
    zone_of(time_zone)
    north, east = parse_degrees(latitude, longitude)
    if kind.casefold() not in _KINDS:
        raise Invalid("place.kind", kind=kind[:20])
    if island.casefold() not in _YES_NO:
        raise Invalid("place.island", island=island[:20])
    on_island = _YES_NO[island.casefold()]
    return BranchRecord(
        code=parse_name(code or slug(name), what="branch"),
        name=name,
        member=member_code(member),
        member_name=" ".join(member.split()),
        kind=_KINDS[kind.casefold()],
        latitude=north,
        longitude=east,
        time_zone=time_zone,
        hours=_week(hours),
        source=f"{row.file}:{row.line}",
        delivery=_week(delivery) if any(delivery) else None,
        door_note=door_note,
        stop_minutes=_minutes(stop_minutes),
        island=on_island,
        note="The list says that no road leads there." if on_island else "",
    )


def _week(texts: Sequence[str]) -> WeekHours:
    return tuple(parse_spans(text) for text in texts)  # type: ignore[return-value]


def _minutes(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) <= _MAX_STOP_MINUTES):
        raise Invalid("place.stop-minutes", text=text[:20], max_stop_minutes=_MAX_STOP_MINUTES)
    return int(text)


def _unique(found: list[tuple[BranchRecord, bool]], refuse: Callable[[str, Reject], None]) -> list[BranchRecord]:
    """
    By code. Where members have branches of one name, the member's code is put behind it; a code that the list
    fixed stays as it is. What then has the code of an earlier one is rejected.
    """
    owners = Counter(code for code, _ in {(record.code, record.member) for record, _ in found})
    by_code: dict[str, BranchRecord] = {}
    for record, fixed in found:
        code = record.code
        if owners[code] > 1 and not fixed:
            code = f"{code}-{record.member}"[:63]
        first = by_code.get(code)
        if first is None:
            by_code[code] = replace(record, code=code)
        else:
            file, _, line = record.source.split()[0].rpartition(":")
            reason = f"The code '{code}' is taken already by {first.name} ({first.source})."
            refuse(record.member, Reject(file, int(line), reason))
    return [by_code[code] for code in sorted(by_code)]


def _chosen(text: str, names: dict[str, str]) -> str:
    code = member_code(text)
    if code in names:
        return code
    close = get_close_matches(code, names, n=3, cutoff=0.5) or [c for c in names if code and code in c]
    near = ", ".join(names[other] for other in close) if close else ", ".join(sorted(names.values()))
    raise Unknown("member.unknown:lists", text=text[:60], near=near)
