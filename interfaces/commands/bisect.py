"""`branchline bisect`: the first event after which something became true."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from circulation.errors import Invalid
from interfaces.command_tree import accepts, listing
from interfaces.context import session_of
from interfaces.exit_code import ExitCode

if TYPE_CHECKING:
    from circulation.event import Fact
    from circulation.ledger import Ledger
    from projections.bisect import Stretch

app = typer.Typer()

_COLUMNS = (
    "question", "position", "sentence", "actor", "desk", "happened_us", "recorded_us", "type", "stream", "request",
    "until",
)  # fmt: skip


@app.command()
@accepts("as_of")
@listing
def bisect(
    context: typer.Context,
    question: Annotated[
        str | None, typer.Argument(metavar="[QUESTION]", help="A question, or the name of one that was saved.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME|POSITION", help="Became true after this moment.")
    ] = None,
    every: Annotated[bool, typer.Option("--every", help="Each time that it became true, not only the first.")] = False,
    save: Annotated[str | None, typer.Option(metavar="NAME", help="Save the question under a name.")] = None,
) -> None:
    """
    Find the first event after which a question became true, and who did it; exits 3 if it never was.

    Without a question the saved ones are listed. What can be asked: item BARCODE at PLACE, in FILLING, to BRANCH,
    on loan, set aside, nowhere, lost, damaged, …; hold HOLD waiting, promised, captured, suspended, ended;
    tote TOTE at PLACE, sealed, loaded, lost, …; plan PLAN published; items at PLACE > N, items on loan > N,
    items nowhere > N, holds at BRANCH > N, loans at BRANCH > N (or < N).

    Example: branchline bisect "item 30114000000017 at wells" --every
    """
    from circulation.question import parse_question
    from circulation.question_desk import QuestionDesk
    from interfaces.moment import position_meant
    from projections.bisect import true_stretches

    session = session_of(context)
    ledger: Ledger = session.part("ledger")
    desk = QuestionDesk(session.part("commands"))
    if question is None:
        saved = desk.saved()
        rows = ({"name": name, "question": words} for name, words in sorted(saved.items()))
        session.output.emit(rows, ("name", "question"))
        return
    words = desk.saved().get(question, question)
    asked = parse_question(words)
    if save is not None:
        if session.options.as_of is not None:
            raise Invalid("bisect.save-now")
        desk.save(session.caller, save, words, request=session.options.request)
    upto = ledger.head().position if session.position is None else session.position
    after = 0 if since is None else position_meant(ledger, since)
    stretches = true_stretches(session.part("views"), asked)
    # What was true before the first event did not become so.
    found = [one for one in stretches if max(0, after) < one.began <= upto]
    shown = found if every else found[:1]
    session.output.emit(_rows(ledger, words, shown, upto), _COLUMNS)
    if not shown:
        is_true = any(one.began <= after and (one.ended is None or one.ended > after) for one in stretches)
        then = "It was true already at" if is_true else "It was not true at"
        session.output.note(f"{then} position {after}, and did not become true up to {upto}.")
        raise typer.Exit(ExitCode.LOOK)


def _rows(ledger: Ledger, words: str, shown: Sequence[Stretch], upto: int) -> Iterator[dict[str, object]]:
    from interfaces.hold_sentences import any_sentence_of

    facts = ledger.facts_at([one.began for one in shown])
    for one in shown:
        fact: Fact = facts[one.began]
        yield {
            "question": words,
            "position": fact.position,
            "sentence": any_sentence_of(fact),
            "actor": fact.actor,
            "desk": fact.desk or None,
            "happened_us": fact.happened_us,
            "recorded_us": fact.recorded_us,
            "type": type(fact.event).__name__,
            "stream": fact.stream,
            "request": fact.request,
            "until": one.ended if one.ended is not None and one.ended <= upto else None,
        }
