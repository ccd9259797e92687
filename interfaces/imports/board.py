"""
Daily counts of items by origin and destination, for days before the log begins.

Another system's statistics teach what a van will find on a weekday. One day is one event,
and a file replaces the days that it names, whole.
"""

from __future__ import annotations

from typing import BinaryIO

from circulation.administration import parse_day
from circulation.command import Caller
from circulation.directory import branches, unknown_branch
from circulation.ledger import Ledger
from interfaces.imports.outcome import Outcome
from interfaces.imports.table import Table, row_digest
from logistics.administration import CourierAdministration
from logistics.counts import DailyCountsImported, LaneCount, board_stream

__all__ = ["BOARD_COLUMNS", "import_board"]

BOARD_COLUMNS = ("day", "origin", "destination", "items")


def import_board(
    courier: CourierAdministration, ledger: Ledger, caller: Caller, file: str, source: BinaryIO | bytes
) -> Outcome:
    """
    Take in counts, one command a day; the outcome counts days.

    Raises `Invalid` for a file that is no table with these columns, before anything is recorded.
    """
    outcome = Outcome()
    places = branches(ledger, retired=True)
    days: dict[str, dict[tuple[str, str], int]] = {}
    lines: dict[tuple[str, str, str], int] = {}
    table = Table(file, source, required=BOARD_COLUMNS, rejects=outcome.rejects.append)
    for row in table:
        with outcome.rejecting(row):
            text, origin, destination, items = row.values
            day = parse_day(text)
            for code in (origin, destination):
                if code not in places:
                    raise unknown_branch(code, places)
            if origin == destination:
                outcome.reject(row, f"'{origin}' sends nothing to itself.")
            elif not (items.isascii() and items.isdigit() and len(items) <= 7):
                outcome.reject(row, f"'{items[:20]}' is not a number of items.")
            elif (day, origin, destination) in lines:
                outcome.reject(row, f"This lane and day is in line {lines[day, origin, destination]} already.")
            else:
                lines[day, origin, destination] = row.line
                days.setdefault(day, {})[origin, destination] = int(items)
    for day, lanes in sorted(days.items()):
        counts = tuple(LaneCount(origin=o, destination=d, items=n) for (o, d), n in sorted(lanes.items()) if n)
        digest = row_digest([f"{c.origin} {c.destination} {c.items}" for c in counts])
        event = DailyCountsImported(day=day, counts=counts, row=digest, source=file)
        known = bool(ledger.stream(board_stream(day)))
        recorded = courier.set_daily_counts(caller, event)
        outcome.count(known=known, recorded=bool(recorded.facts))
    outcome.rejects.sort()
    return outcome
