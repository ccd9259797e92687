"""
A driver's paper: the rest of a day as it was planned, but for the lines that say otherwise.

What a line names was seen by the driver and counts as scanned; everything else is assumed from the plan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from circulation.errors import Invalid
from circulation.event import Event
from logistics.reloading import comes_off
from logistics.run import Run, RunFinished, RunReloaded, StopServed, StopSkipped, after
from logistics.tote_moves import ToteMoves
from logistics.yard import Yard

__all__ = ["Deviation", "check_deviations", "rest_of_the_day", "totes_named"]


@dataclass(frozen=True, slots=True)
class Deviation:
    """
    One line of what was not as planned: a stop that was `skipped` (and why), a tote that went `on` or came `off`
    though nothing said so, or did not (`not-on`, `not-off`). `tote` is a box or a filling; `branch` may be the hub:
    what is `skipped` there is every trip that was still to come.
    """

    branch: str
    what: Literal["skipped", "on", "off", "not-on", "not-off"]
    tote: str = ""
    why: str = ""


def rest_of_the_day(
    run: Run,
    *,
    moves: ToteMoves,
    yard: Yard,
    deviations: Collection[Deviation],
) -> list[Event]:
    """
    The facts of the stops ahead, of loading again between two trips, and of coming back.

    A tote that was sealed after the van was to leave a place did not ride from there. On a run without a plan (a trunk
    run) nothing goes on but what a line names.
    """
    leaves = yard.leaving_times(run)
    day: list[Event] = []

    def happens(event: Event) -> None:
        nonlocal run
        day.append(event)
        run = after(run, f"run/{run.run}", event)

    while True:
        for branch in run.due:
            told = [one for one in deviations if one.branch == branch]
            skipped = next((one for one in told if one.what == "skipped"), None)
            if skipped is not None:
                happens(StopSkipped(branch=branch, why=skipped.why))
                continue
            ready = [] if run.plan is None else yard.ready(branch, None, leaves.get((run.trip, branch)))
            happens(_served(branch, run.on_board, ready, moves, told))
        following = run.next_trip
        if following is None:
            break
        stayed = next((one for one in deviations if one.branch == run.hub and one.what == "skipped"), None)
        if stayed is not None:
            for branch in run.ahead[following - 1]:
                happens(StopSkipped(branch=branch, why=stayed.why))
            continue
        ready = yard.ready(run.hub, set(run.to_load_for), leaves.get((following, run.hub)))
        happens(_reloaded(run, ready, moves, deviations))
    kept = totes_named(moves, deviations, run.hub, "not-off")
    came_before = {one for event in day if isinstance(event, RunReloaded) for one in event.fillings_off}
    came = moves.unload_all(
        run.hub,
        assumed=[one for one in run.on_board if one not in kept],
        scanned=[one for one in totes_named(moves, deviations, run.hub, "off") if one not in came_before],
    )
    return [*day, RunFinished(fillings_off=came, known="assumed")]


def _served(
    branch: str,
    aboard: Sequence[str],
    ready: Sequence[str],
    moves: ToteMoves,
    told: Sequence[Deviation],
) -> StopServed:
    kept, stayed = totes_named(moves, told, branch, "not-off"), totes_named(moves, told, branch, "not-on")
    came = moves.unload_all(
        branch,
        assumed=[one for one in aboard if moves.destination_of(one) == branch and one not in kept],
        scanned=totes_named(moves, told, branch, "off"),
    )
    went = moves.load_all(
        branch,
        assumed=[one for one in ready if one not in stayed],
        scanned=totes_named(moves, told, branch, "on"),
    )
    note = "; ".join(one.why for one in told if one.why)
    return StopServed(branch=branch, fillings_off=came, fillings_on=went, known="assumed", note=note)


def _reloaded(run: Run, ready: Sequence[str], moves: ToteMoves, deviations: Collection[Deviation]) -> RunReloaded:
    hub, going = run.hub, set(run.to_load_for)
    kept, stayed = totes_named(moves, deviations, hub, "not-off"), totes_named(moves, deviations, hub, "not-on")
    aboard = set(run.on_board)
    off = moves.unload_all(
        hub,
        assumed=[one for one in comes_off(run, moves) if one not in kept],
        scanned=[one for one in totes_named(moves, deviations, hub, "off") if one in aboard],
    )
    on = moves.load_all(
        hub,
        assumed=[one for one in ready if one not in stayed],
        scanned=[one for one in totes_named(moves, deviations, hub, "on") if moves.destination_of(one) in going],
    )
    return RunReloaded(trip=run.next_trip or run.trip + 1, fillings_off=off, fillings_on=on, known="assumed")


def totes_named(moves: ToteMoves, deviations: Iterable[Deviation], branch: str, what: str) -> list[str]:
    """The fillings that deviations of one kind name at a branch."""
    return [moves.filling_of(one.tote) for one in deviations if one.branch == branch and one.what == what]


def check_deviations(deviations: Iterable[Deviation], places: Collection[str], van: str) -> None:
    for one in deviations:
        if one.branch not in places:
            raise Invalid("run.deviation", van=van, branch=one.branch[:60], places=", ".join(sorted(places)))
        if (one.what == "skipped") == bool(one.tote):
            raise Invalid(
                "run.deviation:no-tote" if one.tote else "run.deviation:needs-tote", what=one.what, branch=one.branch
            )
