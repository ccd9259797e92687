"""
What the vans did: runs, their calls, and what came off and went on at each.

Where a filling is now is asked of `totes.py`; the plans that the runs carried out are in `plans.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import select

from circulation.clock import MINUTE_US
from projections.database import in_batches
from projections.projection import Projection, Seen
from projections.table import keyed, trail
from projections.views import Views
from projections.working import Working

__all__ = ["RUNS", "Call", "RunState", "at_doors", "calls", "calls_of", "run", "runs"]

AT_ONE_DOOR_US = 15 * MINUTE_US
"""A van that records twice at a branch so soon has not driven to its hub and back in between."""


class RunRow(NamedTuple):
    """
    A run. `planned` and `filled` are JSON lists: the stops and the fillings with which it left. `trip` is the number of
    the trip that the van is on now.
    """

    run: str
    day: str
    van: str
    wave: str
    hub: str
    plan: str | None
    revision: int | None
    planned: str
    filled: str
    started_us: int
    from_pos: int
    finished_us: int | None
    finished_pos: int | None
    trip: int


class CallRow(NamedTuple):
    """A call that was made, skipped, or was one at the hub, or a new route, and on which trip; the lists are JSON."""

    run: str
    from_pos: int
    branch: str
    outcome: str
    known: str
    note: str
    off: str
    on_board: str
    at_us: int
    trip: int


RUN = keyed("run", RunRow, indexes=[("day",), ("van",)])
CALL = trail("run_call", CallRow, indexes=[("run", "from_pos"), ("branch",)])


@dataclass(frozen=True, slots=True)
class RunState:
    """A run; `finished_us` is None while the van is out. `plan` is None for a run without one."""

    run: str
    day: str
    van: str
    wave: str
    hub: str
    plan: str | None
    revision: int | None
    planned: tuple[str, ...]
    fillings_on: tuple[str, ...]
    started_us: int
    finished_us: int | None


@dataclass(frozen=True, slots=True)
class Call:
    """
    One call: `served`, `skipped` (then `note` says why), `reloaded` or `finished` at the hub. `rerouted` is no call:
    from then on the van drives by another revision of its plan, and `note` says which and where it calls. `trip` is the
    number of the trip that the van was on, or went out on.
    """

    run: str
    position: int
    branch: str
    outcome: str
    known: str
    note: str
    fillings_off: tuple[str, ...]
    fillings_on: tuple[str, ...]
    at_us: int
    trip: int = 1


def runs(views: Views, *, day: str | None = None, van: str | None = None, as_of: int | None = None) -> list[RunState]:
    """The runs of a day, of a van, or all, in the order in which they left."""
    table = RUN.sql
    asked = select(table).order_by(table.c.from_pos)
    if day is not None:
        asked = asked.where(table.c.day == day)
    if van is not None:
        asked = asked.where(table.c.van == van)
    if as_of is not None:
        asked = asked.where(table.c.from_pos <= as_of)
    with views.reading("runs", as_of=as_of) as connection:
        return [_state(RunRow._make(row), as_of) for row in connection.execute(asked)]


def run(views: Views, name: str, *, as_of: int | None = None) -> RunState | None:
    """One run such as `2026-11-24/van-3/am`; None if it had not left."""
    with views.reading("runs", as_of=as_of) as connection:
        found = connection.execute(select(RUN.sql).where(RUN.sql.c.run == name)).first()
    if found is None or (as_of is not None and found.from_pos > as_of):
        return None
    return _state(RunRow._make(found), as_of)


def calls(views: Views, *, run: str | None = None, branch: str | None = None, as_of: int | None = None) -> list[Call]:
    """The calls of a run, at a branch, or all, in the order in which they were recorded."""
    table = CALL.sql
    asked = select(table).order_by(table.c.from_pos)
    if run is not None:
        asked = asked.where(table.c.run == run)
    if branch is not None:
        asked = asked.where(table.c.branch == branch)
    if as_of is not None:
        asked = asked.where(table.c.from_pos <= as_of)
    with views.reading("runs", as_of=as_of) as connection:
        return [_told(row) for row in connection.execute(asked)]


def calls_of(views: Views, runs: Iterable[str]) -> list[Call]:
    """The calls of these runs, in the order in which they were recorded."""
    table = CALL.sql
    with views.reading("runs") as connection:
        rows = [
            row for names in in_batches(runs) for row in connection.execute(select(table).where(table.c.run.in_(names)))
        ]
    return sorted(map(_told, rows), key=lambda call: call.position)


def _told(row: Any) -> Call:
    return Call(
        run=row.run,
        position=row.from_pos,
        branch=row.branch,
        outcome=row.outcome,
        known=row.known,
        note=row.note,
        fillings_off=tuple(json.loads(row.off)),
        fillings_on=tuple(json.loads(row.on_board)),
        at_us=row.at_us,
        trip=row.trip,
    )


def at_doors(calls: Iterable[Call]) -> list[Call]:
    """
    The calls of one run as its driver made them: what was recorded in several goes at one door is one call.

    It stands where it was first recorded. `known` is `assumed` where any part of it was.
    """
    found: list[Call] = []
    last_us = 0
    for call in calls:
        before = found[-1] if found else None
        if before is None or not _is_same_call(before, call) or call.at_us - last_us > AT_ONE_DOOR_US:
            found.append(call)
        else:
            found[-1] = replace(
                before,
                known=before.known if before.known == call.known else "assumed",
                note="; ".join(filter(None, (before.note, call.note))),
                fillings_off=before.fillings_off + call.fillings_off,
                fillings_on=before.fillings_on + call.fillings_on,
            )
        last_us = call.at_us
    return found


def _is_same_call(before: Call, call: Call) -> bool:
    return before.outcome == call.outcome == "served" and before.branch == call.branch


def _state(row: RunRow, as_of: int | None) -> RunState:
    is_back = row.finished_pos is not None and (as_of is None or row.finished_pos <= as_of)
    return RunState(
        run=row.run,
        day=row.day,
        van=row.van,
        wave=row.wave,
        hub=row.hub,
        plan=row.plan,
        revision=row.revision,
        planned=tuple(json.loads(row.planned)),
        fillings_on=tuple(json.loads(row.filled)),
        started_us=row.started_us,
        finished_us=row.finished_us if is_back else None,
    )


# --- folds ---------------------------------------------------------------------------------------------------------


def _started(working: Working, seen: Seen) -> None:
    data = seen.data
    day, _, wave = seen.subject.partition("/")
    working[RUN].put(
        RunRow(
            run=seen.subject,
            day=day,
            van=data["van"],
            wave=wave.rpartition("/")[2],
            hub=data["hub"],
            plan=data.get("plan"),
            revision=data.get("revision"),
            planned=json.dumps(data["stops"]),
            filled=json.dumps(data["fillings_on"]),
            started_us=seen.happened_us,
            from_pos=seen.position,
            finished_us=None,
            finished_pos=None,
            trip=1,
        )
    )


def _served(working: Working, seen: Seen) -> None:
    data = seen.data
    _call(
        working, seen, data["branch"], "served",
        known=data["known"], note=data["note"], off=data["fillings_off"], on=data["fillings_on"],
    )  # fmt: skip


def _skipped(working: Working, seen: Seen) -> None:
    _call(working, seen, seen.data["branch"], "skipped", known="scanned", note=seen.data["why"], off=[], on=[])


def _reloaded(working: Working, seen: Seen) -> None:
    data = seen.data
    run = _run(working, seen)
    working[RUN].put(run._replace(trip=data["trip"]))
    _call(
        working, seen, run.hub, "reloaded",
        known=data["known"], note=data["note"], off=data["fillings_off"], on=data["fillings_on"],
    )  # fmt: skip


def _rerouted(working: Working, seen: Seen) -> None:
    trips = seen.data.get("trips") or [seen.data["stops"]]
    note = f"revision {seen.data['revision']}: {'; '.join(', '.join(stops) for stops in trips)}"
    _call(working, seen, _run(working, seen).hub, "rerouted", known="scanned", note=note, off=[], on=[])


def _finished(working: Working, seen: Seen) -> None:
    before = _run(working, seen)
    working[RUN].put(before._replace(finished_us=seen.happened_us, finished_pos=seen.position))
    _call(
        working, seen, before.hub, "finished",
        known=seen.data["known"], note="", off=seen.data["fillings_off"], on=[],
    )  # fmt: skip


def _call(
    working: Working,
    seen: Seen,
    branch: str,
    outcome: str,
    *,
    known: str,
    note: str,
    off: list[str],
    on: list[str],
) -> None:
    working[CALL].add(
        CallRow(
            seen.subject, seen.position, branch, outcome, known, note,
            json.dumps(off), json.dumps(on), seen.happened_us, _run(working, seen).trip,
        )
    )  # fmt: skip


def _run(working: Working, seen: Seen) -> RunRow:
    run = working[RUN].get(seen.subject)
    if run is None:
        raise TypeError(f"{seen.type} cannot be the first fact of {seen.stream}")
    return run


RUNS = Projection(
    "runs",
    3,
    (RUN, CALL),
    {
        "RunStarted": _started,
        "StopServed": _served,
        "StopSkipped": _skipped,
        "RunReloaded": _reloaded,
        "RunRerouted": _rerouted,
        "RunFinished": _finished,
    },
)
