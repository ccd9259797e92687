"""
The drivers' commands: a van leaves, calls, skips a stop, loads again, comes back; a whole day's paper entered at once.

Each command records the run and every tote that it moves in one append. Totes that a driver names were scanned;
totes that follow from the plan are assumed, and stay so until somebody sees them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from circulation.actor import Role
from circulation.command import Caller, Commands, Decision
from circulation.errors import Refused, Unknown
from circulation.event import Event, Fact, NewEvents
from circulation.ledger import Ledger, Loaded
from circulation.messages.names import Names
from logistics.folds import RUN
from logistics.paper import Deviation, check_deviations, rest_of_the_day, totes_named
from logistics.plan import Wave
from logistics.reloading import has_reloaded, reloaded
from logistics.run import Run, RunFinished, RunStarted, StopServed, StopSkipped, after, run_stream
from logistics.tote_moves import Known, ToteMoves
from logistics.yard import TotesThere, Yard

__all__ = ["Deviation", "RunDesk", "RunReceipt"]

_DRIVERS = (Role.DRIVER, Role.COORDINATOR)


@dataclass(frozen=True, slots=True)
class RunReceipt:
    """A run after a command, and the facts that it recorded (again the first ones, if the request is repeated)."""

    run: Run
    facts: tuple[Fact, ...]
    repeated: bool


class RunDesk:
    """Runs: what the vans did. A run is named `<date>/<van>/<wave>`, such as `2026-11-24/van-3/am`."""

    def __init__(self, ledger: Ledger, commands: Commands, totes: TotesThere) -> None:
        self._ledger = ledger
        self._commands = commands
        self._yard = Yard(ledger, totes)

    # --- commands ---

    def start(
        self,
        caller: Caller,
        *,
        day: date,
        van: str,
        wave: Wave,
        totes: Sequence[str] | None = None,
        request: str | None = None,
        happened_us: int | None = None,
    ) -> RunReceipt:
        """
        The van leaves its hub on the published plan, with the totes that were scanned onto it.

        Without `totes` those are assumed that stand ready at the hub for the stops of its first trip. Raises
        `Refused` (`run.started`, `run.no-plan`) and what a tote refuses.
        """
        stream = run_stream(date=day.isoformat(), van=van, wave=wave)

        def change(run: Run | None, moves: ToteMoves) -> list[Event]:
            _must_be_new(run)
            return [self._started(day, van, wave, moves, totes, ())]

        return self._do(
            caller, "run start", stream, van, {"totes": totes}, change, request=request, happened_us=happened_us
        )

    def start_trunk(
        self,
        caller: Caller,
        *,
        day: date,
        trunk: str,
        totes: Sequence[str] | None = None,
        request: str | None = None,
        happened_us: int | None = None,
    ) -> RunReceipt:
        """
        A trunk run leaves; the run is named after it: `<date>/<trunk>/day`.

        Without `totes` as many are assumed as it holds of those that stand ready for the other hub, the oldest first.
        """
        stream = run_stream(date=day.isoformat(), van=trunk, wave="day")

        def change(run: Run | None, moves: ToteMoves) -> list[Event]:
            _must_be_new(run)
            its = self._yard.trunk(trunk)
            named = self._yard.ready(its.origin, {its.destination}, None)[: its.totes] if totes is None else totes
            on = moves.load_all(its.origin, assumed=named if totes is None else (), scanned=totes or ())
            return [RunStarted(van=trunk, hub=its.origin, stops=(its.destination,), fillings_on=on)]

        return self._do(
            caller, "run trunk", stream, trunk, {"totes": totes}, change, request=request, happened_us=happened_us
        )

    def stop(
        self,
        caller: Caller,
        run: str,
        branch: str,
        *,
        off: Sequence[str] | None = None,
        on: Sequence[str] | None = None,
        note: str = "",
        request: str | None = None,
        happened_us: int | None = None,
    ) -> RunReceipt:
        """
        The van called at a branch. Without `off` or `on` the totes for the branch, or those that stand ready there,
        are assumed. A call that was not planned is a fact like any other.

        At its own hub the van loads again: what it collected comes off, the totes of its next trip go on. Where a
        trip is over and the call is one of the next, this is assumed to have happened.
        """

        sealed = self._commands.sealed(note.strip())

        def change(state: Run | None, moves: ToteMoves) -> list[Event]:
            out = _must_be_out(state, run)
            if branch == out.hub and out.plan is not None:
                return [reloaded(out, moves, self._yard, off=off, on=on, note=sealed)]
            between: list[Event] = []
            if has_reloaded(out, branch):
                until_us = self._yard.leaving_times(out).get((out.next_trip or 0, out.hub))
                between = [reloaded(out, moves, self._yard, until_us=until_us)]
                out = after(out, f"run/{run}", between[0])
            return [*between, self._served(out, branch, moves, off=off, on=on, note=sealed)]

        arguments = {"branch": branch, "off": off, "on": on}
        return self._do(
            caller, "run stop", f"run/{run}", None, arguments, change, request=request, happened_us=happened_us
        )

    def skip(
        self,
        caller: Caller,
        run: str,
        branch: str,
        *,
        why: str,
        request: str | None = None,
        happened_us: int | None = None,
    ) -> RunReceipt:
        """The van did not call at a planned stop. Raises `Refused` (`run.not-planned`) for another one."""
        sealed = self._commands.sealed(why.strip())

        def change(state: Run | None, _moves: ToteMoves) -> list[Event]:
            out = _must_be_out(state, run)
            ahead = tuple(dict.fromkeys(chain.from_iterable(out.ahead)))
            if branch not in ahead:
                raise Refused("run.not-planned", branch=branch, van=out.van, ahead=Names(ahead))
            return [StopSkipped(branch=branch, why=sealed)]

        arguments = {"branch": branch}
        return self._do(
            caller, "run skip", f"run/{run}", None, arguments, change, request=request, happened_us=happened_us
        )

    def finish(
        self,
        caller: Caller,
        run: str,
        *,
        off: Sequence[str] | None = None,
        request: str | None = None,
        happened_us: int | None = None,
    ) -> RunReceipt:
        """The van is back at its hub; without `off` everything on board is assumed to have come off there."""

        def change(state: Run | None, moves: ToteMoves) -> list[Event]:
            out = _must_be_out(state, run)
            came = moves.unload_all(out.hub, assumed=out.on_board if off is None else (), scanned=off or ())
            return [RunFinished(fillings_off=came, known="assumed" if off is None else "scanned")]

        return self._do(
            caller, "run finish", f"run/{run}", None, {"off": off}, change, request=request, happened_us=happened_us
        )

    def finish_as_planned(
        self,
        caller: Caller,
        *,
        day: date,
        van: str,
        wave: Wave,
        deviations: Collection[Deviation] = (),
        request: str | None = None,
        happened_us: int | None = None,
    ) -> RunReceipt:
        """
        The rest of the day (all of it, if the van was never started) went as planned, but for these deviations.

        Totes that a deviation names count as scanned, all others as assumed. Raises `Invalid` (`run.deviation`) for
        a deviation at a place that the run does not call at.
        """
        stream = run_stream(date=day.isoformat(), van=van, wave=wave)
        sealed = [replace(one, why=self._commands.sealed(one.why.strip())) for one in deviations]

        def change(run: Run | None, moves: ToteMoves) -> list[Event]:
            begun: list[Event] = []
            if run is None:
                begun = [self._started(day, van, wave, moves, None, deviations)]
                run = after(None, stream, begun[0])
            out = _must_be_out(run, stream.removeprefix("run/"))
            check_deviations(deviations, {*chain.from_iterable(out.ahead), out.hub}, van)
            return [*begun, *rest_of_the_day(out, moves=moves, yard=self._yard, deviations=sealed)]

        arguments = {"deviations": [replace(one, why="") for one in deviations]}
        return self._do(
            caller, "run as planned", stream, van, arguments, change, request=request, happened_us=happened_us
        )

    # --- decisions ---

    def _started(
        self,
        day: date,
        van: str,
        wave: Wave,
        moves: ToteMoves,
        totes: Sequence[str] | None,
        deviations: Collection[Deviation],
    ) -> RunStarted:
        plan, revision, route = self._yard.route(day, van, wave)
        trips = route.branches_by_trip
        first, later = set(trips[0]), set(chain.from_iterable(trips[1:]))
        left_out = totes_named(moves, deviations, route.hub, "not-on")
        assumed: Sequence[str] = ()
        if totes is None:
            leaves_us = self._yard.instant(route.hub, day, route.leaves)
            assumed = [one for one in self._yard.ready(route.hub, first, leaves_us) if one not in left_out]
        extra = [
            one
            for one in totes_named(moves, deviations, route.hub, "on")
            if moves.destination_of(one) not in later - first
        ]
        on = moves.load_all(route.hub, assumed=assumed, scanned=[*(totes or ()), *extra])
        return RunStarted(
            van=van,
            hub=route.hub,
            plan=plan,
            revision=revision,
            stops=tuple(dict.fromkeys(chain.from_iterable(trips))),
            fillings_on=on,
            trips=trips if len(trips) > 1 else None,
        )

    def _served(
        self,
        run: Run,
        branch: str,
        moves: ToteMoves,
        *,
        off: Sequence[str] | None,
        on: Sequence[str] | None,
        note: str,
    ) -> StopServed:
        ends_here = branch in run.planned and run.plan is None
        for_here = [one for one in run.on_board if ends_here or moves.destination_of(one) == branch]
        came = moves.unload_all(branch, assumed=for_here if off is None else (), scanned=off or ())
        # A trunk run takes nothing on where it ends.
        ready = self._yard.ready(branch, None, None) if on is None and not ends_here else ()
        went = moves.load_all(branch, assumed=ready, scanned=on or ())
        known: Known = "assumed" if off is None and on is None else "scanned"
        return StopServed(branch=branch, fillings_off=came, fillings_on=went, known=known, note=note)

    def _do(
        self,
        caller: Caller,
        name: str,
        stream: str,
        van: str | None,
        arguments: Mapping[str, object],
        change: Callable[[Run | None, ToteMoves], list[Event]],
        *,
        request: str | None,
        happened_us: int | None,
    ) -> RunReceipt:
        """Carry out one command on a run and the totes that it moves; `van` is None where the run must exist."""

        def decide(_at_us: int) -> Decision:
            loaded: Loaded[Run] = self._ledger.load(stream, RUN)
            carrier = van or ("" if loaded.state is None else loaded.state.van)
            moves = ToteMoves(self._ledger, van=carrier, run=stream.removeprefix("run/"))
            events = tuple(change(loaded.state, moves))
            return Decision((NewEvents(stream, loaded.version, events), *moves.changes()))

        appended = self._commands.run(
            caller,
            name,
            {"run": stream, **arguments},
            decide,
            roles=_DRIVERS,
            request=request,
            happened_us=happened_us,
        )
        state = self._ledger.load(stream, RUN).state
        if state is None:
            raise _unknown(stream.removeprefix("run/"))
        return RunReceipt(state, appended.facts, appended.repeated)


def _must_be_new(run: Run | None) -> None:
    if run is not None:
        raise Refused("run.started:over" if run.finished else "run.started", run=run.run)


def _must_be_out(run: Run | None, name: str) -> Run:
    if run is None:
        raise _unknown(name)
    if run.finished:
        raise Refused("run.finished", run=run.run)
    return run


def _unknown(name: str) -> Unknown:
    return Unknown("run.unknown", run=name[:80])
