"""`branchline why`: from what is shown to who did it, when, where and by which rule."""

from __future__ import annotations

from typing import Annotated

import typer

from circulation.clock import iso
from circulation.errors import Invalid
from interfaces.cells import printable
from interfaces.command_tree import accepts, listing
from interfaces.context import session_of
from interfaces.output import Format

app = typer.Typer()


@app.command()
@accepts("as_of")
@listing
def why(
    context: typer.Context,
    thing: Annotated[
        str, typer.Argument(metavar="THING", help="An item, hold (t100#7), tote, filling (T1/17), or PLAN/BRANCH.")
    ],
) -> None:
    """
    Why it is as it is shown: the event behind each fact, its command, who gave it, where, and by which rule.

    Example: branchline why 30114000000017 --as-of 2026-11-24T14:00:00Z
    """
    from interfaces.why import COLUMNS
    from interfaces.why import why as why_rows

    session = session_of(context)
    if session.options.as_happened:
        raise Invalid("why.as-happened")
    rows = why_rows(session.part("ledger"), session.part("views"), thing, as_of=session.position)
    if session.options.format is not Format.TABLE:
        session.output.emit(rows, COLUMNS)
        return
    for row in rows:
        for line in _paragraph(row):
            print(printable(session.opened(line)))


def _paragraph(row: dict[str, object]) -> list[str]:
    happened, recorded = iso(int(str(row["happened_us"]))), iso(int(str(row["recorded_us"])))
    late = "" if happened == recorded else f", recorded {recorded}"
    desk = f" at {row['desk']}" if row["desk"] else ""
    rules, command = row["rules"], row["command"]
    lines = [
        f"{row['about']}: {row['says']}",
        f"  because  {row['sentence']}",
        f"  grounds  {row['grounds']}" if row["grounds"] else "",
        f"  rule     {', '.join(map(str, rules))}" if isinstance(rules, list) and rules else "",
        f"  by       {row['actor']} ({row['via']}){desk}, {happened}{late}",
        f"  event    {row['position']} {row['type']} of {row['stream']}",
        f"  command  {row['request']}: {', '.join(map(str, command))}" if isinstance(command, list) else "",
    ]
    return [line for line in lines if line]
