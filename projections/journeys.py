"""
Journeys of a period in bulk, and where their items were meanwhile: what lateness and forecasts are measured from.

One journey is asked of `transits.py`; here many are read in few queries, with the totes that they rode in.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, select

from logistics.lateness import CallSeen, RunSeen, Spot
from projections.asof import Condition, standing
from projections.locations import ITEM_NOW, ITEM_PAST
from projections.runs import CALL, RUN
from projections.totes import FILLING_NOW, FILLING_PAST
from projections.transits import TRANSIT_NOW, TRANSIT_PAST, Journey
from projections.views import Views

__all__ = ["arrived", "began", "reasons", "redirected", "runs_by_day", "standing_at", "traces"]

_AT_ONCE = 500
_COLUMNS = ("item", "transit", "origin", "destination", "reason", "hold", "opened_us", "from_pos")
_ENDED = (*_COLUMNS, "to_pos", "to_us", "ended")
_Stay = tuple[str, str, int, int | None, int]
_State = tuple[str, str, str, int, int]


def arrived(views: Views, *, from_us: int, to_us: int, as_of: int | None = None) -> list[Journey]:
    """The journeys that arrived in a period, in the order of positions; as known at `as_of`."""
    past = TRANSIT_PAST.sql.c
    asked = select(*(past[name] for name in _ENDED)).where(
        past.ended == "arrived", past.to_us >= from_us, past.to_us < to_us
    )
    if as_of is not None:
        asked = asked.where(past.to_pos <= as_of)
    with views.reading("custody", as_of=as_of) as connection:
        return [Journey(*row) for row in connection.execute(asked.order_by(past.to_pos))]


def began(views: Views, *, from_us: int, to_us: int) -> list[Journey]:
    """The journeys that began in a period and arrived or are open, in the order of positions."""
    past, now = TRANSIT_PAST.sql.c, TRANSIT_NOW.sql.c
    ended = select(*(past[name] for name in _ENDED)).where(
        past.ended == "arrived", past.opened_us >= from_us, past.opened_us < to_us
    )
    still = select(*(now[name] for name in _COLUMNS)).where(now.opened_us >= from_us, now.opened_us < to_us)
    with views.reading("custody") as connection:
        found = [Journey(*row) for row in connection.execute(ended)]
        found += [Journey(*row) for row in connection.execute(still)]
    return sorted(found, key=lambda journey: (journey.from_pos, journey.item))


def reasons(views: Views, *, from_us: int, to_us: int) -> dict[str, Counter[str]]:
    """For each branch why the journeys to it and from it that began in a period were made."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    with views.reading("custody") as connection:
        for c in (TRANSIT_PAST.sql.c, TRANSIT_NOW.sql.c):
            asked: Any = select(c.origin, c.destination, c.reason, func.count())
            of_period = (c.opened_us >= from_us, c.opened_us < to_us)
            for origin, destination, reason, count in connection.execute(
                asked.where(*of_period).group_by(c.origin, c.destination, c.reason)
            ):
                found[origin][reason] += count
                found[destination][reason] += count
    return dict(found)


def redirected(views: Views) -> set[tuple[str, str]]:
    """Item and transit of every journey whose destination was changed while it lasted."""
    past = TRANSIT_PAST.sql.c
    with views.reading("custody") as connection:
        rows = connection.execute(select(past.item, past.transit).where(past.ended == "redirected"))
        return {(item, transit) for item, transit in rows}


def runs_by_day(views: Views, *, first: str, last: str) -> dict[str, list[RunSeen]]:
    """What vans and trunk runs did on each day from `first` to `last` (`2026-11-24`), the first to leave first."""
    run, call = RUN.sql.c, CALL.sql.c
    calls: dict[str, list[CallSeen]] = defaultdict(list)
    found: dict[str, list[RunSeen]] = defaultdict(list)
    with views.reading("runs") as connection:
        of_days = (run.day >= first, run.day <= last)
        asked: Any = select(call.run, call.branch, call.outcome, call.note, call.at_us)
        asked = asked.join(RUN.sql, run.run == call.run).where(*of_days).order_by(call.from_pos)
        for name, branch, outcome, note, at_us in connection.execute(asked):
            if outcome != "finished":
                calls[name].append(CallSeen(branch, outcome == "served", note, at_us))
        rows: Any = select(run.run, run.day, run.van, run.hub, run.planned, run.started_us).where(*of_days)
        for name, day, van, hub, planned, started_us in connection.execute(rows.order_by(run.from_pos)):
            stops = tuple(json.loads(planned))
            found[day].append(RunSeen(name, day, van, hub, stops, started_us, tuple(calls[name])))
    return dict(found)


def standing_at(views: Views, items: Sequence[str], *, as_of: int | None = None) -> dict[str, str]:
    """The branch or hub at which each of the items is, loose or in a tote; without those on a van or elsewhere."""
    found: dict[str, str] = {}
    with views.reading("custody", "totes", as_of=as_of) as connection:
        totes: dict[str, list[str]] = defaultdict(list)
        for first in range(0, len(items), _AT_ONCE):
            some = items[first : first + _AT_ONCE]
            asked = standing(ITEM_NOW, ITEM_PAST, ("item", "kind", "ref"), as_of=as_of, where=_among("item", some))
            for item, kind, ref in connection.execute(asked):
                if kind == "branch":
                    found[item] = ref
                elif kind == "filling":
                    totes[ref].append(item)
        names = sorted(totes)
        for first in range(0, len(names), _AT_ONCE):
            some = names[first : first + _AT_ONCE]
            columns = ("filling", "kind", "place")
            asked = standing(FILLING_NOW, FILLING_PAST, columns, as_of=as_of, where=_among("filling", some))
            for filling, kind, place in connection.execute(asked):
                if kind == "branch":
                    found |= dict.fromkeys(totes[filling], place)
    return found


def _among(column: str, values: Sequence[str]) -> Condition:
    return lambda c: c[column].in_(values)


def traces(views: Views, journeys: Sequence[Journey]) -> Iterator[tuple[Journey, list[Spot]]]:
    """Each journey with the places that its item was at from its beginning to its end, or until now."""
    for first in range(0, len(journeys), _AT_ONCE):
        some = journeys[first : first + _AT_ONCE]
        stays = _stays(views, sorted({journey.item for journey in some}))
        states = _states(views, sorted({stay[1] for of in stays.values() for stay in of if stay[0] == "filling"}))
        for journey in some:
            # Where it set out the journey says itself, also of a copy that was taken in while it travelled.
            began_at = Spot("loose", journey.origin, journey.opened_us)
            yield journey, [began_at, *_spots(journey, stays.get(journey.item, []), states)]


def _spots(journey: Journey, stays: Sequence[_Stay], states: dict[str, list[_State]]) -> Iterator[Spot]:
    for kind, ref, from_pos, to_pos, from_us in stays:
        begins_later = journey.to_pos is not None and from_pos >= journey.to_pos
        if begins_later or (to_pos is not None and to_pos <= journey.from_pos):
            continue
        since_us = max(from_us, journey.opened_us)
        if kind == "branch":
            yield Spot("loose", ref, since_us)
        if kind == "filling":
            ridden = [one for one in states.get(ref, []) if to_pos is None or one[3] < to_pos]
            yield from _in_tote(ref, ridden, from_pos, since_us)


def _in_tote(filling: str, states: Sequence[_State], from_pos: int, since_us: int) -> Iterator[Spot]:
    """Where an item was that was put into a filling at a position and stayed there through these states."""
    packed = [state for state in states if state[3] <= from_pos][-1:]
    place = ""
    for kind, where, run, state_pos, state_us in (*packed, *states):
        if state_pos <= from_pos and place:
            continue
        if where != place:
            on_van = kind == "van"
            yield Spot(
                "van" if on_van else "tote",
                where,
                max(state_us, since_us),
                filling,
                packed=state_pos <= from_pos,
                run=run if on_van else "",
            )
        place = where


def _stays(views: Views, items: Sequence[str]) -> dict[str, list[_Stay]]:
    now, past = ITEM_NOW.sql.c, ITEM_PAST.sql.c
    found: dict[str, list[_Stay]] = defaultdict(list)
    with views.reading("custody") as connection:
        ended = select(past.item, past.kind, past.ref, past.from_pos, past.to_pos, past.from_us)
        for item, *stay in connection.execute(ended.where(past.item.in_(items)).order_by(past.from_pos, past.to_pos)):
            found[item].append(tuple(stay))
        still = select(now.item, now.kind, now.ref, now.from_pos, now.from_us).where(now.item.in_(items))
        for item, kind, ref, from_pos, from_us in connection.execute(still):
            found[item].append((kind, ref, from_pos, None, from_us))
    return found


def _states(views: Views, fillings: Sequence[str]) -> dict[str, list[_State]]:
    found: dict[str, list[_State]] = defaultdict(list)
    with views.reading("totes") as connection:
        for first in range(0, len(fillings), _AT_ONCE):
            some = fillings[first : first + _AT_ONCE]
            for c in (FILLING_PAST.sql.c, FILLING_NOW.sql.c):
                asked: Any = select(c.filling, c.kind, c.place, c.run, c.from_pos, c.from_us)
                for filling, *state in connection.execute(asked.where(c.filling.in_(some)).order_by(c.from_pos)):
                    found[filling].append(tuple(state))
    return found
