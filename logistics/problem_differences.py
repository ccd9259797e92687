"""
In what two routing problems differ, told by the names of their stops and vans; nothing where they are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from logistics.problem import Hub, RoutingProblem, Stop, Van

__all__ = ["Difference", "differences"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one thing: `then` and `now` are what either problem says of it, None where it is not in it."""

    subject: str
    field: str
    then: object
    now: object


def differences(then: RoutingProblem, now: RoutingProblem) -> Iterator[Difference]:
    """Every difference: hubs, vans and stops first, then what joins them, then the roads that both have."""
    yield from _by_name("hub", then.hubs, now.hubs)
    yield from _by_name("van", then.vans, now.vans)
    yield from _by_name("stop", then.stops, now.stops)
    for field in ("pairs", "credits", "pins"):
        one, two = len(getattr(then, field)), len(getattr(now, field))
        if getattr(then, field) != getattr(now, field):
            yield Difference("problem", field, one, two)
    if then.stability != now.stability:
        yield Difference("problem", "stability", then.stability is not None, now.stability is not None)
    yield from _roads(then, now)
    if [one.id for one in then.stops] != [one.id for one in now.stops]:
        yield Difference("problem", "order of stops", len(then.stops), len(now.stops))


def _by_name(kind: str, then: Sequence[Hub | Van | Stop], now: Sequence[Hub | Van | Stop]) -> Iterator[Difference]:
    before, after = ({one.id: asdict(one) for one in things} for things in (then, now))
    for name in sorted({*before, *after}):
        one, two = before.get(name), after.get(name)
        if one is None or two is None:
            yield Difference(f"{kind} {name}", "is in the problem", one is not None, two is not None)
            continue
        for field in one:
            if one[field] != two[field]:
                yield Difference(f"{kind} {name}", field, one[field], two[field])


def _roads(then: RoutingProblem, now: RoutingProblem) -> Iterator[Difference]:
    before, after = _places(then), _places(now)
    both = [name for name in before if name in after]
    for field in ("metres", "seconds"):
        one, two = getattr(then, field), getattr(now, field)
        for origin in both:
            for goal in both:
                was, is_ = one[before[origin]][before[goal]], two[after[origin]][after[goal]]
                if was != is_:
                    yield Difference(f"road {origin} to {goal}", field, was, is_)


def _places(problem: RoutingProblem) -> dict[str, int]:
    places: tuple[Hub | Stop, ...] = (*problem.hubs, *problem.stops)
    return {place.id: number for number, place in enumerate(places)}
