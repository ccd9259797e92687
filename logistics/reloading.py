"""
A van is back at its hub between two trips: what comes off it there, and what goes on.

What it collected comes off, and what a stop did not take. What is on board for a stop of the trip that it goes out on
stays there, and what stands ready at the hub for these stops goes on.
"""

from __future__ import annotations

from collections.abc import Sequence

from logistics.run import Run, RunReloaded
from logistics.tote_moves import Known, ToteMoves
from logistics.yard import Yard

__all__ = ["comes_off", "has_reloaded", "reloaded"]


def comes_off(run: Run, moves: ToteMoves) -> list[str]:
    """The fillings on board that are for no stop that the van goes out for next."""
    going = set(run.to_load_for)
    return [one for one in run.on_board if moves.destination_of(one) not in going]


def reloaded(
    run: Run,
    moves: ToteMoves,
    yard: Yard,
    *,
    off: Sequence[str] | None = None,
    on: Sequence[str] | None = None,
    note: str = "",
    until_us: int | None = None,
) -> RunReloaded:
    """
    The van unloads and loads at its hub. Without `off` or `on` it is assumed what came off, and that went on what stood
    ready, at `until_us` if it is given.
    """
    came = moves.unload_all(run.hub, assumed=comes_off(run, moves) if off is None else (), scanned=off or ())
    ready = yard.ready(run.hub, set(run.to_load_for), until_us) if on is None else ()
    went = moves.load_all(run.hub, assumed=ready, scanned=on or ())
    known: Known = "assumed" if off is None and on is None else "scanned"
    trip = run.next_trip or run.trip + 1
    return RunReloaded(trip=trip, fillings_off=came, fillings_on=went, known=known, note=note)


def has_reloaded(run: Run, branch: str) -> bool:
    """Whether a call at a branch says that the van has loaded again: all is done but the next trip, which has it."""
    return run.next_trip is not None and not run.due and branch in run.to_load_for
