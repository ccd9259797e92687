"""
From the event behind a displayed fact to all that is known of how it came about: the second half of every "why?".

The command is the append that the event was part of: what else it recorded, on what grounds, by which version of
which rule, and who gave it at which desk. Its device is known to the log's table of requests only, not to an event.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from circulation.barcode import parse_barcode
from circulation.errors import Unknown
from circulation.event import Fact
from circulation.grounds import sentence_of_ground
from circulation.item import item_stream
from circulation.ledger import Ledger
from interfaces.hold_sentences import any_sentence_of
from logistics.plan import PlanDrafted, plan_stream
from logistics.wall_clock import wall_time
from projections.reasons import Because, holding_revision, why_filling, why_hold, why_item
from projections.totes import fillings_of
from projections.views import Views

__all__ = ["COLUMNS", "command_of", "rules_of", "why"]

COLUMNS = (
    "about", "says", "sentence", "grounds", "rules", "actor", "via", "desk", "happened_us", "recorded_us",
    "request", "command", "position", "type", "stream",
)  # fmt: skip

_PLAN_STOP = re.compile(r"^(\d{4}-\d\d-\d\d)/([^/]+)/([^/]+)/([^/]+)$")
_RULES = ("rule", "renewals_rule", "limit")
_LONGEST_COMMAND = 500
"""Events on either side of one that may belong to its command; an import's chunk has more, and says less."""


def why(ledger: Ledger, views: Views, thing: str, *, as_of: int | None = None) -> list[dict[str, object]]:
    """
    One row for each displayed fact about an item, hold, tote, filling or stop of a plan, with what is behind it.

    A stop is written as the plan and the branch: `2026-11-24/bristol/am/bath`.
    Raises `Unknown` for what is not there, or was not at the position.
    """
    stop = _PLAN_STOP.match(thing.strip())
    if stop:
        return list(_of_stop(ledger, views, *stop.groups(), as_of=as_of))
    return [_row(ledger, one) for one in _becauses(ledger, views, thing.strip(), as_of)]


def command_of(ledger: Ledger, fact: Fact) -> list[Fact]:
    """The facts of the append that a fact was part of, in the order of the log; the grounds may stand on another."""
    near = ledger.facts(after=max(0, fact.position - _LONGEST_COMMAND), limit=2 * _LONGEST_COMMAND)
    place = next(number for number, other in enumerate(near) if other.position == fact.position)
    first = last = place
    while first > 0 and _together(near[first - 1], fact):
        first -= 1
    while last + 1 < len(near) and _together(near[last + 1], fact):
        last += 1
    return near[first : last + 1]


def rules_of(facts: Iterable[Fact]) -> list[str]:
    """The rules that facts name, with their versions (`dvd/2`), each once."""
    found: dict[str, None] = {}
    for fact in facts:
        for name in _RULES:
            rule = getattr(fact.event, name, None)
            if isinstance(rule, str):
                found[rule] = None
    return list(found)


def _together(one: Fact, other: Fact) -> bool:
    """A request id is unique on its device only; two devices' commands differ in when or by whom they were given."""
    return (one.request, one.recorded_us, one.actor, one.desk) == (
        other.request,
        other.recorded_us,
        other.actor,
        other.desk,
    )


def _becauses(ledger: Ledger, views: Views, thing: str, as_of: int | None) -> list[Because]:
    if "#" in thing:
        item, _, _ = thing.partition("#")
        # A loan is named after its copy as a hold is after its title.
        is_loan = bool(ledger.stream(item_stream(item), upto_position=as_of))
        return why_item(views, item, as_of=as_of) if is_loan else why_hold(views, thing, as_of=as_of)
    if "/" in thing:
        return why_filling(views, thing, as_of=as_of)
    barcode = parse_barcode(thing)
    fillings = fillings_of(views, barcode, as_of=as_of)
    return why_filling(views, fillings[-1].filling, as_of=as_of) if fillings else why_item(views, barcode, as_of=as_of)


def _of_stop(
    ledger: Ledger, views: Views, day: str, hub: str, wave: str, branch: str, *, as_of: int | None
) -> Iterator[dict[str, object]]:
    stream = plan_stream(date=day, hub=hub, wave=wave)
    plan = stream.removeprefix("plan/")
    _, drafted_at, published_at = holding_revision(views, plan, as_of=as_of)
    drafted = _fact(ledger, drafted_at).event
    if not isinstance(drafted, PlanDrafted):
        raise TypeError(f"position {drafted_at} holds no draft")
    says = [
        f"van {route.van} is to call at {branch} at {wall_time(stop.arrives)}, {stop.totes_off} totes off, "
        f"{stop.totes_on} on"
        for route in drafted.routes
        for stop in route.stops
        if stop.branch == branch
    ]
    says += [f"no van calls at {branch}: {left.why}" for left in drafted.left if left.branch == branch]
    if not says:
        raise Unknown("why.no-stop", revision=drafted.revision, plan=plan, branch=branch[:60])
    inputs = drafted.inputs
    recipe = (
        f"Demand ({inputs.collect}) of position {inputs.position}, network {inputs.network[:12]}, fleet "
        f"{inputs.fleet[:12]}, roads {inputs.roads[:12]}, problem {inputs.problem[:12]}, budget {inputs.budget}."
    )
    for one in says:
        row = _row(ledger, Because("stop", one, drafted_at))
        yield {**row, "grounds": recipe, "rules": [f"rules {inputs.rules[:12]}"]}
    if published_at is not None:
        yield _row(ledger, Because("plan", f"revision {drafted.revision} holds", published_at))


def _row(ledger: Ledger, because: Because) -> dict[str, object]:
    fact = _fact(ledger, because.position)
    command = command_of(ledger, fact)
    own = getattr(fact.event, "grounds", None)
    grounds = own or next((found for other in command if (found := getattr(other.event, "grounds", None))), ())
    return {
        "about": because.about,
        "says": because.says,
        "sentence": any_sentence_of(fact),
        "grounds": " ".join(sentence_of_ground(ground) for ground in grounds) or None,
        "rules": rules_of(command),
        "actor": fact.actor,
        "via": fact.via,
        "desk": fact.desk or None,
        "happened_us": fact.happened_us,
        "recorded_us": fact.recorded_us,
        "request": fact.request,
        "command": [type(other.event).__name__ for other in command],
        "position": fact.position,
        "type": type(fact.event).__name__,
        "stream": fact.stream,
    }


def _fact(ledger: Ledger, position: int) -> Fact:
    return ledger.facts_at([position])[position]
