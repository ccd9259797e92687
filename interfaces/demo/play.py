"""
The days of a demo, one after another: branches, vans, hubs and trunk runs, with their share of mishaps.

Each morning the vans are planned from what the log says then, by the dispatcher that coordinators use.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from circulation.administration import Administration
from circulation.errors import Refused
from interfaces.demo.branch_day import BranchDay
from interfaces.demo.founding import COORDINATOR, at_desk
from interfaces.demo.hub_day import HubDay
from interfaces.demo.mishaps import MISPLACED, Mishaps
from interfaces.demo.network import DemoTrunk
from interfaces.demo.stage import Stage
from interfaces.demo.van_day import VanDay
from logistics.day_stops import PlanRequest
from logistics.dispatcher import Dispatcher, Drafted
from logistics.run_desk import RunDesk
from logistics.solver import Budget

__all__ = ["Play"]

_OPENS_AT, _PLANNED_AT = 5 * 60, 6 * 60 + 40
_SEALED_BEFORE_CLOSING = 5
_ON_PAPER_EVERY = 4
"""One van in so many, another each day, is entered from its driver's paper in the evening."""
_EVERYDAY_ITERATIONS = 1_000


class Play:
    """Plays days on a stage."""

    def __init__(self, stage: Stage, dispatcher: Dispatcher) -> None:
        self._stage = stage
        self._dispatcher = dispatcher
        self._runs = RunDesk(stage.ledger, stage.commands, stage.boxes)
        self._administration = Administration(stage.commands)
        # Where the van has a key it may come before anybody is there to close a tote.
        self._keyed = {branch.code for branch in stage.network.branches if branch.windows is not None}
        stage.misplaced = MISPLACED

    def day(self, day: date) -> None:
        """Put one day on the agenda and play it, up to the next morning's opening."""
        stage = self._stage
        clockwork = stage.network.hubs[0].code
        stage.agenda.play_until(stage.moment(clockwork, day, _OPENS_AT))
        mishaps = Mishaps(day, seed=stage.seed)
        has_vans = any(day.weekday() in van.days for van in stage.network.vans)
        if has_vans:
            self._close_a_branch(mishaps, day)
        self.open(day)
        if has_vans:
            stage.agenda.at(stage.moment(clockwork, day, _PLANNED_AT), partial(self._send_vans, mishaps, day))

    def open(self, day: date, *, trunks: Sequence[DemoTrunk] | None = None) -> None:
        """Put what branches and hubs do on a day on the agenda; vans are not sent. All trunk runs go if unset."""
        self._open_branches(day)
        for hub in self._stage.network.hubs:
            going = self._stage.network.trunks if trunks is None else trunks
            HubDay(self._stage, self._runs, hub.code, day).open(going)

    def mornings_work(self, day: date) -> None:
        """Play on until the vans of that day are to be planned; its branches stay shut."""
        for hub in self._stage.network.hubs:
            HubDay(self._stage, self._runs, hub.code, day).close_totes()
        self._stage.agenda.play_until(self._stage.moment(self._stage.network.hubs[0].code, day, _PLANNED_AT))

    def plan(self, day: date, *, iterations: int, seed: int) -> Drafted:
        """Draft the routes of a day, with what is expected to come, and leave it to the coordinator to publish them."""
        return self._dispatcher.draft(COORDINATOR, PlanRequest(day), budget=Budget(iterations=iterations), seed=seed)

    # --- a morning ---

    def _close_a_branch(self, mishaps: Mishaps, day: date) -> None:
        stage = self._stage
        mishap = mishaps.closure([code for code in stage.lending if stage.spans(code, day)])
        if mishap is None:
            return
        scope = f"branch/{mishap.branch}"
        self._administration.declare_closure(
            at_desk(mishap.branch), scope, day.isoformat(), day.isoformat(), mishap.why
        )
        stage.ways.read_again()
        stage.done["branches that could not open"] += 1
        stage.put_off(mishap.branch, day)

    def _open_branches(self, day: date) -> None:
        stage = self._stage
        people = {branch.code: branch.population for branch in stage.network.branches if branch.population}
        open_today = {code: number for code, number in people.items() if stage.spans(code, day)}
        everybody = sum(open_today.values())
        for code, number in open_today.items():
            BranchDay(stage, code, day).open(number / everybody)
            if code in self._keyed:
                closes = stage.spans(code, day)[-1].closes_minute - _SEALED_BEFORE_CLOSING
                stage.agenda.at(stage.moment(code, day, closes), partial(stage.seal_all, code))

    def _send_vans(self, mishaps: Mishaps, day: date) -> None:
        """Plan, publish, and let the vans leave."""
        stage = self._stage
        try:
            drafted = self._dispatcher.draft(
                COORDINATOR,
                PlanRequest(day, collect="waiting"),
                budget=Budget(iterations=_EVERYDAY_ITERATIONS),
                seed=stage.seed,
            )
        except Refused as error:
            stage.refused(error)
            return
        self._dispatcher.publish(COORDINATOR, drafted.plan)
        stage.done["plans carried out"] += 1
        routes = drafted.revision.routes
        missed = mishaps.missed_stop(routes)
        for number, route in enumerate(routes):
            on_paper = (number + day.toordinal()) % _ON_PAPER_EVERY == 0
            van = VanDay(stage, self._runs, day, route, on_paper=on_paper)
            if missed is not None and missed[0] == route.van:
                van.miss(missed[1].branch, missed[1].why)
            van.drive()
