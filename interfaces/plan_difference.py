"""
A plan before and after a change, as a coordinator is shown it before it is kept, and the question whether to keep it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import typer

from interfaces.context import Session
from interfaces.output import Format

if TYPE_CHECKING:
    from logistics.figures import Difference
    from logistics.plan import PlanEdit
    from logistics.plan_desk import Considered, Kept

__all__ = ["figure_rows", "told"]

_COLUMNS = ("figure", "before", "after", "change")
_RECORD = ("plan", "from_revision", "revision", "edits", "before", "after", "broken", "newly_broken", "mended")


def told(
    session: Session,
    plan: str,
    consider: Callable[[], Considered],
    record: Callable[[Considered | None], Kept],
    *,
    keep: bool,
    because: str | None,
) -> None:
    """
    Show what a change would do (`consider`), and keep it (`record`) if that was asked for or a person says yes.

    Without a terminal nobody is asked. `record` gets what was considered, if it was.
    """
    if keep:
        _show_kept(session, record(None))
        return
    considered = consider()
    changed, base = considered.changed, considered.before.revision.revision
    _show(session, plan, base, None, changed.edits, considered.difference)
    silent = [one.sentence for one in considered.unexplained(because)]
    if silent:
        session.output.note(f"It cannot be kept without --because, a reason for what it breaks: {' '.join(silent)}")
    elif _at_a_terminal() and session.options.format is Format.TABLE:
        if typer.confirm("Keep it as the plan's next revision?", err=True):
            kept = record(considered)
            session.output.note(f"Kept as revision {kept.revision.revision} of plan {plan}.")
    else:
        session.output.note("Nothing was changed. Keep it as the plan's next revision with --keep.")


def _at_a_terminal() -> bool:
    return sys.stdin.isatty()


def _show_kept(session: Session, kept: Kept) -> None:
    drafted = kept.revision
    _show(session, kept.plan, drafted.edited_from, drafted.revision, drafted.edits or (), kept.difference)
    session.output.note(f"Kept as revision {drafted.revision} of plan {kept.plan}.")


def _show(
    session: Session, plan: str, base: int | None, number: int | None, edits: Iterable[PlanEdit], both: Difference
) -> None:
    rows = figure_rows(both)
    if session.options.format is not Format.TABLE:
        record = {
            "plan": plan,
            "from_revision": base,
            "revision": number,
            "edits": [edit.said for edit in edits],
            "before": {row["name"]: row["before"] for row in rows},
            "after": {row["name"]: row["after"] for row in rows},
            "broken": [one.sentence for one in both.broken_after],
            "newly_broken": [one.sentence for one in both.newly_broken],
            "mended": [one.sentence for one in both.mended],
        }
        session.output.show(record, _RECORD)
        return
    for edit in edits:
        session.output.note(edit.said)
    session.output.emit(rows, _COLUMNS, title=f"Plan {plan}, from revision {base}")
    for word, some in (("now broken", both.newly_broken), ("mended", both.mended)):
        for one in some:
            session.output.note(f"{word}: {one.sentence}")
    still = len(both.broken_after) - len(both.newly_broken)
    if still:
        session.output.note(f"still broken: {still}, as before")


def figure_rows(both: Difference) -> list[dict[str, object]]:
    """One row a figure, before and after; `name` is what it is called for programs."""
    before, after = both.before, both.after
    return [
        _row("km", round(before.metres / 1000, 1), round(after.metres / 1000, 1), "km"),
        _row("paid min", round(before.paid_seconds / 60), round(after.paid_seconds / 60), "paid_minutes"),
        _row("late min", -(-before.late_seconds // 60), -(-after.late_seconds // 60), "late_minutes"),
        _row("totes", before.totes, after.totes, "totes"),
        _row("stops", before.stops, after.stops, "stops"),
        _row("left behind", before.left, after.left, "left"),
        _row("cost", _money(before.cost_micros), _money(after.cost_micros), "cost"),
        _row("price of left", _money(before.left_micros), _money(after.left_micros), "left_price"),
        _row("broken rules", len(both.broken_before), len(both.broken_after), "broken_rules"),
    ]


def _money(micros: int) -> float:
    return round(micros / 1_000_000, 2)


def _row(figure: str, before: float, after: float, name: str) -> dict[str, object]:
    change = round(after - before, 2)
    said = "" if change == 0 else f"{change:+,.2f}".rstrip("0").rstrip(".")
    return {"figure": figure, "name": name, "before": before, "after": after, "change": said}
