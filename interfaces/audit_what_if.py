"""
`branchline audit what-if`: a period played again under other rules, mounted in `commands/audit.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from circulation.errors import Invalid
from interfaces.command_tree import listing
from interfaces.context import session_of

if TYPE_CHECKING:
    from circulation.event import Fact
    from circulation.ledger import Ledger

__all__ = ["what_if"]

_COLUMNS = ("measure", "recorded", "base", "alternative", "difference")
_AT_ONCE = 5000


@listing
def what_if(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="RULES.toml", help="The other rules.")],
    since: Annotated[str, typer.Option("--from", metavar="TIME|POSITION", help="When the period begins.")],
    until: Annotated[
        str | None, typer.Option("--to", metavar="TIME|POSITION", help="When it ends; at the end of the log if unset.")
    ] = None,
) -> None:
    """
    Play a period again under other loan rules, calendars, float rules or courier days, and compare.

    Every act of the log is done again and what follows is decided anew, once under the rules as they were (base) and
    once with those of the file over them, to which people, staff and courier adapt. Nothing is recorded.

    Example: branchline audit what-if shorter-loans.toml --from 2026-11-01 --to 2026-12-01
    """
    from circulation.past_ledger import PastLedger
    from interfaces.imported import content_of
    from interfaces.moment import position_meant
    from interfaces.whatif.alternative import read_alternative
    from interfaces.whatif.comparing import compare

    session = session_of(context)
    ledger: Ledger = session.part("ledger")
    alternative = read_alternative(content_of(file)[1])
    first = position_meant(ledger, since)
    last = ledger.head().position if until is None else position_meant(ledger, until)
    if last <= first:
        raise Invalid("what-if.period", since=first, until=last)
    start, end = (PastLedger(ledger, position, _moment_of(ledger, position)) for position in (first, last))
    with session.output.progress("playing") as advance:
        compared = compare(start, end, session.part("views"), _facts(ledger, first, last), alternative, advance=advance)
    title = f"Positions {first + 1} to {last}, as they were and as they would be"
    session.output.emit(compared.rows, _COLUMNS, title=title)
    for remark in compared.remarks:
        session.output.note(remark)


def _moment_of(ledger: Ledger, position: int) -> int:
    facts = ledger.facts(after=position - 1, limit=1, upto=position) if position else ledger.facts(limit=1)
    return facts[0].recorded_us if facts else 0


def _facts(ledger: Ledger, after: int, upto: int) -> Iterator[Fact]:
    while after < upto:
        facts = ledger.facts(after=after, limit=_AT_ONCE, upto=upto)
        if not facts:
            return
        yield from facts
        after = facts[-1].position
