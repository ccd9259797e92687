"""
The fleet as a CSV file: one van a row, read into the log, and written as a file to fill in.

Times are on the clock at the hub, costs in the currency's units with up to two decimals.
A van that the file does not name any more stays in the fleet: `fleet retire` takes it out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation

from circulation.calendar import WEEKDAYS
from circulation.command import Caller
from circulation.errors import Invalid
from interfaces.imports.outcome import Outcome
from interfaces.imports.table import Row, Table, row_digest
from logistics.fleet import Van, VanSet
from logistics.garage import Garage
from logistics.wall_clock import read_wall_time

__all__ = ["FLEET_COLUMNS", "FLEET_OPTIONAL", "fleet_template", "import_fleet", "parse_minute", "parse_weekdays"]

FLEET_COLUMNS = ("van", "hub", "totes", "shift_starts", "shift_ends", "days", "cost_per_km", "cost_per_hour")
"""`days` are weekdays such as `mon-fri` or `mon wed sat`; times are `07:00`."""

FLEET_OPTIONAL = ("break_minutes", "break_from", "break_until", "cost_per_day", "trips", "reload_minutes")
"""
Without `break_minutes` there is no break; it begins between the other two, which default to the shift. Without `trips`
the van goes out once; with more it takes `reload_minutes` at its hub between two.
"""

_SHORT = tuple(weekday[:3] for weekday in WEEKDAYS)


def parse_minute(text: str) -> int:
    """The minute of the day of `07:30`, 0 to 1440. Raises `Invalid` (`time.of-day`)."""
    minute = read_wall_time(text) // 60
    if minute > 24 * 60:
        raise Invalid("time.of-day", text=text[:20])
    return minute


def parse_weekdays(text: str) -> tuple[int, ...]:
    """Weekdays, 0 Monday, from `mon-fri`, `mon wed sat` or `mon,tue`. Raises `Invalid` (`weekdays.unreadable`)."""
    days: set[int] = set()
    for word in text.lower().replace(",", " ").split():
        first, dash, last = word.partition("-")
        begins = _weekday(first, text)
        ends = _weekday(last, text) if dash else begins
        if ends < begins:
            raise Invalid("weekdays.unreadable:backwards", word=word[:20])
        days.update(range(begins, ends + 1))
    if not days:
        raise Invalid("weekdays.unreadable:none")
    return tuple(sorted(days))


def _weekday(word: str, text: str) -> int:
    for day, weekday in enumerate(WEEKDAYS):
        if word in (weekday, _SHORT[day]):
            return day
    raise Invalid("weekdays.unreadable", text=text[:30])


def import_fleet(
    garage: Garage, caller: Caller, file: str, content: bytes, known: Callable[[], dict[str, Van]]
) -> Outcome:
    """
    Take in a fleet file, one command a van; `known` gives the vans as they are.

    Raises `Invalid` for a file that is no table with these columns, before any van is recorded.
    """
    outcome = Outcome()
    before = known()
    first_line: dict[str, int] = {}
    table = Table(file, content, required=FLEET_COLUMNS, optional=FLEET_OPTIONAL, rejects=outcome.rejects.append)
    for row in table:
        name = row.values[0].lower()
        if name in first_line:
            outcome.reject(row, f"Van '{name[:40]}' stands in line {first_line[name]} already.")
            continue
        first_line[name] = row.line
        with outcome.rejecting(row):
            recorded = garage.set_van(caller, name, _van(row))
            outcome.count(known=name in before, recorded=bool(recorded.facts))
    outcome.rejects.sort()
    return outcome


def _van(row: Row) -> VanSet:
    *told, trips, reload_minutes = row.values
    _, hub, totes, starts, ends, days, per_km, per_hour, pause, pause_from, pause_until, per_day = told
    out = _whole(trips or "1", "trips")
    between = _whole(reload_minutes or "0", "reload_minutes")
    shift_starts, shift_ends = parse_minute(starts), parse_minute(ends)
    break_minutes = _whole(pause or "0", "break_minutes")
    return VanSet(
        hub=hub.lower(),
        totes=_whole(totes, "totes"),
        shift_starts_minute=shift_starts,
        shift_ends_minute=shift_ends,
        break_minutes=break_minutes,
        break_from_minute=_break(pause_from, break_minutes, shift_starts),
        break_until_minute=_break(pause_until, break_minutes, shift_ends - break_minutes),
        days=parse_weekdays(days),
        cost_per_km_cents=_cents(per_km, "cost_per_km"),
        cost_per_hour_cents=_cents(per_hour, "cost_per_hour"),
        cost_per_day_cents=_cents(per_day or "0", "cost_per_day"),
        row=row_digest(row.values if trips or reload_minutes else told),  # as it was before there were trips
        source=f"{row.file}:{row.line}",
        trips=None if out == 1 else out,
        reload_minutes=between or None,
    )


def _break(text: str, break_minutes: int, unset: int) -> int:
    if not break_minutes:
        return 0
    return parse_minute(text) if text else unset


def _whole(text: str, column: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 6:
        return int(text)
    raise Invalid("number.unreadable", text=text[:20], column=column)


def _cents(text: str, column: str) -> int:
    try:
        amount = Decimal(text) * 100
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount != amount.to_integral_value() or not 0 <= amount <= 100_000_000:
        raise Invalid("money.unreadable", text=text[:20], column=column)
    return int(amount)


def fleet_template(hubs: Iterable[str]) -> str:
    """A fleet file with one ordinary van for each hub (a made-up hub where there is none), to be filled in."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*FLEET_COLUMNS, *FLEET_OPTIONAL))
    for hub in list(hubs) or ["name-of-hub"]:
        ordinary = ("60", "07:00", "15:30", "mon-fri", "0.45", "19.50", "30", "11:00", "13:00", "0", "1", "0")
        writer.writerow((f"{hub}-1", hub, *ordinary))
    return text.getvalue()
