"""`branchline events`: the log itself, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

from circulation.errors import Unknown
from interfaces.command_tree import accepts, listing
from interfaces.context import Session, session_of
from interfaces.output import Format

if TYPE_CHECKING:
    from circulation.event import Fact
    from circulation.ledger import Ledger

app = typer.Typer()

_READ_AT_ONCE = 1000
_TABLE_ENDS_AFTER = 200
"""A table needs all its rows before the first is drawn; the other forms have no end."""


@app.command("list")
@accepts("as_of")
@listing
def list_events(
    context: typer.Context,
    after: Annotated[int, typer.Option(min=0, metavar="POSITION", help="Begin behind this position.")] = 0,
    types: Annotated[
        list[str] | None, typer.Option("--type", metavar="TYPE", help="Only of this type; may be repeated.")
    ] = None,
    stream: Annotated[str | None, typer.Option(metavar="NAME", help="Only of this stream.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="At most so many; a table ends after 200 if unset.")
    ] = None,
) -> None:
    """
    List events in the order of the log; --json gives one object a line.

    Example: branchline events list --after 48112 --type ItemReturned --json
    """
    from interfaces.facts import COLUMNS, RECORD, record_of, row_of

    session = session_of(context)
    kinds = tuple(types or ())
    facts = _facts(session, after=after, kinds=kinds, stream=stream)
    if session.options.format in (Format.JSON, Format.NL):
        lines = replace(session.output, format=Format.NL)
        lines.emit((record_of(fact) for fact in _first(facts, limit)), RECORD)
        return
    most = limit or (_TABLE_ENDS_AFTER if session.options.format is Format.TABLE else None)
    session.output.emit((row_of(fact) for fact in _first(facts, most)), COLUMNS)
    if limit is None and next(facts, None) is not None:
        session.output.note(f"The table ends after {most} events; see --after, --limit, --json and --csv.")


@app.command()
@accepts("json")
def show(
    context: typer.Context,
    position: Annotated[int, typer.Argument(min=1, metavar="POSITION", help="The event's position.")],
) -> None:
    """Show one event, whole."""
    from interfaces.facts import RECORD, record_of
    from interfaces.sentences import sentence_of

    session = session_of(context)
    ledger: Ledger = session.part("ledger")
    facts = ledger.facts(after=position - 1, limit=1, upto=position)
    if not facts:
        head = ledger.head().position
        raise Unknown("event.unknown", f"There is no event at position {position}.", f"The log ends at {head}.")
    session.output.show(record_of(facts[0]), RECORD, title=sentence_of(facts[0]) or None)


def _facts(session: Session, *, after: int, kinds: tuple[str, ...], stream: str | None) -> Iterator[Fact]:
    """The facts that were asked for, read as they are consumed, up to the position that is the head now."""
    ledger: Ledger = session.part("ledger")
    _check(kinds)
    upto = ledger.head().position if session.position is None else session.position
    if stream is not None:
        found = ledger.stream(stream, upto_position=upto)
        wanted = (fact for fact in found if not kinds or type(fact.event).__name__ in kinds)
        return (fact for fact in wanted if fact.position > after)
    return _of_log(ledger, after, upto, kinds)


def _of_log(ledger: Ledger, after: int, upto: int, kinds: tuple[str, ...]) -> Iterator[Fact]:
    while after < upto:
        facts = ledger.facts(after=after, limit=_READ_AT_ONCE, types=kinds, upto=upto)
        yield from facts
        if len(facts) < _READ_AT_ONCE:
            return
        after = facts[-1].position


def _check(kinds: tuple[str, ...]) -> None:
    from circulation.event import EVENT_TYPES

    for kind in kinds:
        if kind not in EVENT_TYPES:
            near = get_close_matches(kind, EVENT_TYPES, n=3)
            raise Unknown(
                "event.unknown-type",
                f"There is no event type '{kind[:60]}'.",
                f"Did you mean {' or '.join(near)}?" if near else "Types are named like ItemReturned.",
            )


def _first(facts: Iterator[Fact], most: int | None) -> Iterator[Fact]:
    """At most so many; the rest stays in `facts`."""
    taken = 0
    while most is None or taken < most:
        fact = next(facts, None)
        if fact is None:
            return
        taken += 1
        yield fact
