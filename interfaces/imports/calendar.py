"""
Closed days and delivery windows from CSV files.

Bank holidays are closures of everybody unless a row says whom; a row that changes a closure's end puts that closure
right. Its reason is kept sealed, and a row that differs in it only changes nothing. Delivery rows say when a van may
call where it need not wait for staff.
"""

from __future__ import annotations

from circulation.administration import Administration, parse_day
from circulation.branch import DeliveryTerms
from circulation.calendar import WEEKDAYS, format_spans, parse_spans
from circulation.command import Caller
from circulation.directory import all_closures, require_branch
from circulation.errors import Invalid
from circulation.ledger import Ledger
from interfaces.imports.outcome import Outcome
from interfaces.imports.table import Row, Table, row_digest

__all__ = [
    "CLOSURE_COLUMNS",
    "CLOSURE_OPTIONAL",
    "DELIVERY_COLUMNS",
    "DELIVERY_OPTIONAL",
    "import_closures",
    "import_delivery",
]

CLOSURE_COLUMNS = ("date", "reason")
CLOSURE_OPTIONAL = ("last", "scope")
"""`last` defaults to `date`; `scope` (`all`, `member/<code>`, `branch/<code>`) to `all`."""

DELIVERY_COLUMNS = ("branch", *WEEKDAYS)
"""Windows such as `06:00-09:30`; a row without any keeps to the staffed hours."""
DELIVERY_OPTIONAL = ("door_note", "stop_minutes", "tote_seconds")


def import_closures(
    administration: Administration, ledger: Ledger, caller: Caller, file: str, content: bytes
) -> Outcome:
    """
    Take in closed days, one command a closure; a closure is known by whom it closes and its first day.

    Raises `Invalid` for a file that is no table with these columns, before anything is recorded.
    """
    outcome = Outcome()
    first_line: dict[tuple[str, str], int] = {}
    held = {(scope, closure.closure) for scope, closures in all_closures(ledger).items() for closure in closures}
    table = Table(file, content, required=CLOSURE_COLUMNS, optional=CLOSURE_OPTIONAL, rejects=outcome.rejects.append)
    for row in table:
        date, reason, last, scope = row.values
        with outcome.rejecting(row):
            first, scope = parse_day(date), scope or "all"
            if (scope, first) in first_line:
                outcome.reject(row, f"{first} is in line {first_line[scope, first]} already.")
                continue
            first_line[scope, first] = row.line
            recorded = administration.declare_closure(
                caller, scope, first, parse_day(last or date), reason, replaces=first
            )
            outcome.count(known=(scope, first) in held, recorded=bool(recorded.facts))
    outcome.rejects.sort()
    return outcome


def import_delivery(
    administration: Administration, ledger: Ledger, caller: Caller, file: str, content: bytes
) -> Outcome:
    """
    Take in delivery windows, door notes and times at the stop, one command a branch.

    Raises `Invalid` for a file that is no table with these columns, before anything is recorded.
    """
    outcome = Outcome()
    first_line: dict[str, int] = {}
    table = Table(file, content, required=DELIVERY_COLUMNS, optional=DELIVERY_OPTIONAL, rejects=outcome.rejects.append)
    for row in table:
        code = row.values[0].lower()
        if code in first_line:
            outcome.reject(row, f"Branch '{code[:60]}' stands in line {first_line[code]} already.")
            continue
        first_line[code] = row.line
        with outcome.rejecting(row):
            known = require_branch(ledger, code).terms != DeliveryTerms()
            terms = _terms(row)
            recorded = administration.set_delivery_terms(caller, code, terms, row=row_digest(row.values))
            outcome.count(known=known, recorded=bool(recorded.facts))
    outcome.rejects.sort()
    return outcome


def _terms(row: Row) -> DeliveryTerms:
    texts, (door, minutes, seconds) = row.values[1:8], row.values[8:]
    usual = DeliveryTerms()
    windows = tuple(format_spans(parse_spans(text)) for text in texts)
    return DeliveryTerms(
        windows=windows if any(windows) else None,  # type: ignore[arg-type]
        door=door,
        minutes=_whole(minutes, "stop_minutes", usual.minutes),
        tote_seconds=_whole(seconds, "tote_seconds", usual.tote_seconds),
    )


def _whole(text: str, column: str, unset: int) -> int:
    if not text:
        return unset
    if text.isascii() and text.isdigit() and len(text) <= 4:
        return int(text)
    raise Invalid("number.unreadable", text=text[:20], column=column)
