"""
A driver's paper: the rest of a day as it was planned, but for the lines that say otherwise.

What a line names was seen by the driver and counts as scanned; everything else is assumed from the plan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from circulation.errors import Invalid
from circulation.event import Event
from logistics.run import RunFinished, StopServed, StopSkipped
from logistics.tote_moves import ToteMoves
from logistics.yard import Yard

__all__ = ["Deviation", "check_deviations", "rest_of_the_day", "totes_named"]


@dataclass(frozen=True, slots=True)
class Deviation:
    """
    One line of what was not as planned: a stop that was `skipped` (and why), a tote that went `on` or came `off`
    though nothing said so, or did not (`not-on`, `not-off`). `tote` is a box or a filling; `branch` may be the hub.
    """

    branch: str
    what: Literal["skipped", "on", "off", "not-on", "not-off"]
    tote: str = ""
    why: str = ""


def rest_of_the_day(
    stops: Sequence[str],
    hub: str,
    aboard: Sequence[str],
    *,
    moves: ToteMoves,
    yard: Yard,
    leaves: Mapping[str, int],
    deviations: Collection[Deviation],
    collects: bool,
) -> list[Event]:
    """
    The facts of the stops ahead and of coming back, with `aboard` on the van now.

    `leaves` says when (microseconds UTC) the van was to leave each stop: a tote that was sealed later did not ride.
    Without `collects` (a trunk run) nothing goes on but what a line names.
    """
    events: list[Event] = []
    for branch in stops:
        told = [one for one in deviations if one.branch == branch]
        skipped = next((one for one in told if one.what == "skipped"), None)
        if skipped is not None:
            events.append(StopSkipped(branch=branch, why=skipped.why))
            continue
        ready = yard.ready(branch, None, leaves.get(branch)) if collects else []
        served = _served(branch, aboard, ready, moves, told)
        aboard = [one for one in aboard if one not in served.fillings_off] + list(served.fillings_on)
        events.append(served)
    kept = totes_named(moves, deviations, hub, "not-off")
    came = moves.unload_all(
        hub,
        assumed=[one for one in aboard if one not in kept],
        scanned=totes_named(moves, deviations, hub, "off"),
    )
    return [*events, RunFinished(fillings_off=came, known="assumed")]


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
