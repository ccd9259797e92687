"""`branchline events`: the log itself, in its order; searched, sampled and exported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from circulation.errors import Unknown
from circulation.messages.names import Names
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
        lines = replace(session.output.as_recorded, format=Format.NL)
        lines.emit((record_of(fact) for fact in _first(facts, limit)), RECORD)
        return
    most = limit or (_TABLE_ENDS_AFTER if session.options.format is Format.TABLE else None)
    session.output.as_recorded.emit((row_of(fact) for fact in _first(facts, most)), COLUMNS)
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
        raise Unknown("event.unknown", position=position, head=head)
    title = session.opened(sentence_of(facts[0])) or None
    session.output.as_recorded.show(record_of(facts[0]), RECORD, title=title)


Types = Annotated[list[str] | None, typer.Option("--type", metavar="TYPE", help="Only of this type; may be repeated.")]
Item = Annotated[str | None, typer.Option(metavar="BARCODE", help="All that is told of this item.")]
Stream = Annotated[str | None, typer.Option(metavar="NAME", help="Only of this stream.")]
At = Annotated[str | None, typer.Option("--at", metavar="CODE", help="Only with this branch as desk or in the event.")]
By = Annotated[str | None, typer.Option("--by", metavar="ACTOR", help="Only what this actor did.")]
Desk = Annotated[str | None, typer.Option(metavar="CODE", help="Only what was done at this branch's desk.")]
Request = Annotated[str | None, typer.Option("--request", metavar="ID", help="Only of this request.")]
Reason = Annotated[str | None, typer.Option(metavar="TEXT", help="Only where the reason holds this text.")]
Since = Annotated[str | None, typer.Option("--from", metavar="TIME|POSITION", help="Recorded after this moment.")]
Until = Annotated[str | None, typer.Option("--to", metavar="TIME|POSITION", help="Recorded up to this moment.")]


@app.command()
@accepts("as_of")
@listing
def search(
    context: typer.Context,
    types: Types = None,
    item: Item = None,
    stream: Stream = None,
    at: At = None,
    by: By = None,
    desk: Desk = None,
    request: Request = None,
    reason: Reason = None,
    since: Since = None,
    until: Until = None,
    facets: Annotated[
        bool, typer.Option("--facets", help="Count what was found by type, actor, desk, day, … instead of listing it.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="At most so many; a table ends after 200 if unset.")
    ] = None,
) -> None:
    """
    Find events by what they are, what they concern, who recorded them, where, when and why.

    Rows are written as they are found, so the output can be piped into less or head.

    Example: branchline events search --by ana --at bath --from 2026-11-24 --facets
    """
    from interfaces.event_queries import query_of
    from interfaces.facts import HISTORY, RECORD, history_row, record_of
    from interfaces.hold_sentences import any_sentence_of
    from projections.log_search import Facets
    from projections.log_search import search as search_log

    session = session_of(context)
    _check(tuple(types or ()))
    query = query_of(
        session, types=types, item=item, stream=stream, branch=at, actor=by, desk=desk, request=request,
        reason=reason, since=since, until=until,
    )  # fmt: skip
    found = search_log(session.part("ledger"), query)
    if facets:
        counted = Facets()
        total = sum(1 for _ in counted.counted(found))
        rows = list(counted.rows(limit or _VALUES))
        session.output.emit(rows, ("facet", "value", "events", "of"), title=f"{total} events up to {query.upto}")
        return
    if session.options.format in (Format.JSON, Format.NL):
        lines = replace(session.output.as_recorded, format=Format.NL)
        lines.emit((record_of(fact) for fact in _first(found, limit)), RECORD)
    else:
        most = limit or (_TABLE_ENDS_AFTER if session.options.format is Format.TABLE else None)
        columns = tuple(name for name in HISTORY if name != "grounds")
        rows_found = ({**history_row(fact), "sentence": any_sentence_of(fact)} for fact in _first(found, most))
        session.output.emit(rows_found, columns)
    if next(found, None) is not None:
        session.output.note("There are more; see --limit, or: branchline events export.")


@app.command()
@accepts("as_of", "json")
def export(
    context: typer.Context,
    to: Annotated[Path, typer.Argument(metavar="FILE", help="Its ending says the form: .csv, .jsonl or .parquet.")],
    types: Types = None,
    item: Item = None,
    stream: Stream = None,
    at: At = None,
    by: By = None,
    desk: Desk = None,
    request: Request = None,
    reason: Reason = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="At most so many.")] = None,
) -> None:
    """
    Write the events that a search finds to a file, always with the same columns in the same order.

    FILE.manifest.json says what was asked, how many rows there are, whether the file was cut short, and its SHA-256.

    Example: branchline events export november.parquet --from 2026-11-01 --to 2026-12-01
    """
    from interfaces.event_export import export as write
    from interfaces.event_queries import query_of
    from projections.log_search import search as search_log

    session = session_of(context)
    _check(tuple(types or ()))
    query = query_of(
        session, types=types, item=item, stream=stream, branch=at, actor=by, desk=desk, request=request,
        reason=reason, since=since, until=until,
    )  # fmt: skip
    ledger: Ledger = session.part("ledger")
    asked = {name: value for name, value in asdict(query).items() if value not in (None, ())}
    about = {"store": ledger.store_id, "query": asked}
    done = write(search_log(ledger, query), to, limit=limit, about=about)
    record = {"file": to.name, "rows": done.rows, "truncated": done.truncated}
    session.output.show(record, tuple(record))


@app.command()
@accepts("as_of")
@listing
def sample(
    context: typer.Context,
    size: Annotated[int, typer.Option("-n", "--size", min=1, max=10_000, help="How many events.")] = 60,
    seed: Annotated[int, typer.Option(help="The same seed over the same log gives the same events.")] = 1,
    types: Types = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """
    Draw events at random, each with its item's full chain; anybody draws the same again with the same seed and end.

    Example: branchline events sample -n 60 --seed 7 --type ItemReturned --to 48112
    """
    from interfaces.event_queries import query_of
    from interfaces.facts import history_row
    from interfaces.hold_sentences import any_sentence_of
    from projections.log_sample import sample as draw

    session = session_of(context)
    _check(tuple(types or ()))
    query = query_of(session, types=types, since=since, until=until)
    draws = draw(session.part("ledger"), size=size, seed=seed, after=query.after, upto=query.upto, types=query.types)
    rows = (
        {**history_row(fact), "draw": one.number, "drawn": fact.position == one.drawn.position}
        | {"sentence": any_sentence_of(fact)}
        for one in draws
        for fact in one.chain
    )
    session.output.emit(rows, _SAMPLE)
    again = f"--size {size} --seed {seed} --from {query.after} --to {query.upto}"
    session.output.note(f"Draw the same again with: branchline events sample {again}")


_VALUES = 20
"""Values of a facet that are shown if nothing else is said."""

_SAMPLE = (
    "draw", "drawn", "position", "happened_us", "recorded_us", "sentence", "grounds", "actor", "desk", "type",
    "stream", "request",
)  # fmt: skip


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
            raise (
                Unknown("event.unknown-type:near", type=kind[:60], near=Names(near))
                if near
                else Unknown("event.unknown-type:named", type=kind[:60])
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
