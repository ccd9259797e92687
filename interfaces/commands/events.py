"""`branchline events`: the log itself, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import typer

from circulation.errors import Invalid, Unknown
from circulation.event import EVENT_TYPES, Fact
from circulation.ledger import Ledger
from interfaces.command_tree import listing
from interfaces.context import Session, session_of
from interfaces.facts import COLUMNS, record_of, row_of
from interfaces.output import Format

app = typer.Typer()
_AT_ONCE = 1000
_RECORD = (
    "position",
    "type",
    "stream",
    "version",
    "schema",
    "happened_us",
    "recorded_us",
    "actor",
    "via",
    "desk",
    "request",
    "payload",
)


@app.command("list")
@listing
def list_events(
    context: typer.Context,
    after: Annotated[int, typer.Option(help="Begin behind this position.")] = 0,
    kind: Annotated[list[str] | None, typer.Option("--type", help="Only of this type; may be repeated.")] = None,
    stream: Annotated[str | None, typer.Option(help="Only of this stream, such as item/30114000000017.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many; all if unset.")] = None,
) -> None:
    """Events in the order of the log; `--json` gives one object a line."""
    session = session_of(context)
    session.part("ledger")
    unknown = sorted(set(kind or ()) - set(EVENT_TYPES))
    if unknown:
        raise Invalid("event.unknown-type", f"There is no event type '{unknown[0][:40]}'.", "Types are as in docs/.")
    facts = _facts(session, after=after, kinds=tuple(kind or ()), stream=stream, limit=limit)
    if session.options.format in (Format.JSON, Format.NL):
        lines = replace(session.output, format=Format.NL)
        lines.emit((record_of(fact) for fact in facts), _RECORD)
    else:
        session.output.emit((row_of(fact) for fact in facts), COLUMNS)


@app.command()
def show(context: typer.Context, position: Annotated[int, typer.Argument(help="The event's position.")]) -> None:
    """One event, whole."""
    session = session_of(context)
    facts = session.part("ledger").facts(after=position - 1, limit=1, upto=position)
    if not facts:
        raise Unknown("event.unknown", f"There is no event at position {position}.", "The log ends before it.")
    session.output.show(record_of(facts[0]), _RECORD, title=f"Event {position}")


def _facts(
    session: Session, *, after: int, kinds: tuple[str, ...], stream: str | None, limit: int | None
) -> Iterator[Fact]:
    """Facts in the order of the log, read as they are consumed."""
    ledger: Ledger = session.part("ledger")
    upto = session.position
    if stream is not None:
        found = [fact for fact in ledger.stream(stream, upto_position=upto) if fact.position > after]
        yield from [f for f in found if not kinds or type(f.event).__name__ in kinds][:limit]
        return
    left = limit
    while left is None or left > 0:
        count = _AT_ONCE if left is None else min(left, _AT_ONCE)
        facts = ledger.facts(after=after, limit=count, types=kinds, upto=upto)
        yield from facts
        if len(facts) < count:
            return
        after = facts[-1].position
        left = None if left is None else left - len(facts)
