"""
A week of the demo's network that goes another way than the demo's days: its coordinator gives the commands.

Branches, hubs and drivers do what they do in a demo. The vans drive what is published, and go on by what is published
anew while they are out; what a van cannot bring any more because it is lost, others take over where it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial

from interfaces.demo.play import Play
from interfaces.demo.stage import Stage
from interfaces.demo.van_day import WAVE, VanDay
from logistics.folds import PLAN
from logistics.plan import PlannedRoute, PlannedStop
from logistics.run_desk import RunDesk
from logistics.stop_names import branch_for
from tests.interfaces.shop import Done, Shop

__all__ = ["Week"]

WORTH_TELLING = 15 * 60
"""So many seconds after the draft a call is late."""
TOWED_AT = 19 * 3600
"""When a van that broke down is back, in seconds of the day."""


class Week:
    """A stage on which days are played up to a moment, and the store between two of these moments."""

    def __init__(self, stage: Stage, play: Play, shop: Shop) -> None:
        self.stage = stage
        self._play = play
        self._shop = shop
        self._runs = RunDesk(stage.ledger, stage.commands, stage.boxes)
        self._vans: dict[str, _Van] = {}
        self._all: list[_Van] = []

    def run(self, *arguments: str) -> Done:
        """The coordinator's command, while nobody else does anything; what it changed in the network is heard of."""
        self.stage.ledger.flush()
        done = self._shop.run(*arguments, actor="coordinator")
        self.stage.ledger.catch_up()
        self.stage.ways.read_again()
        return done

    def begin(self, day: date, *, trunks: bool = True) -> None:
        """The branches and hubs of a day begin; it is five in the morning."""
        self.until(day, 5 * 60)
        self._play.open(day, trunks=None if trunks else ())

    def shut(self, day: date, *branches: str) -> None:
        """Readers who wanted to come to these branches on a day, all if none is named, come on their next open one."""
        for branch in branches or self.stage.lending:
            self.stage.put_off(branch, day)

    def until(self, day: date, minute: int) -> None:
        """Go on up to a minute of a day."""
        self.stage.agenda.play_until(self.stage.moment(self.stage.network.hubs[0].code, day, minute))

    def send(self, day: date) -> None:
        """Every van leaves on the published plan, or goes on by it if it is out."""
        lost = self._lost(day)
        for route in self._routes(day):
            van = self._vans.get(route.van)
            if van is None or van.day != day:
                self._vans[route.van] = _Van(self, day, route)
                self._all.append(self._vans[route.van])
                self._vans[route.van].drive()
            elif route.van not in lost:
                van.go_on_by(route)
        for code in lost:
            if self._vans[code].day == day:
                self._vans[code].stand_still()

    def take_over(self, lost: str, place: str, for_branch: str) -> None:
        """Totes for a branch come off a van that stands at a place, into the hands of another driver."""
        self._vans[lost].hand_over(place, for_branch)

    @property
    def runs(self) -> RunDesk:
        """What drivers record."""
        return self._runs

    def in_numbers(self) -> tuple[str, ...]:
        """
        The days on which vans went out, and all of them, as rows of a table: calls of the first draft, calls made, of
        these more than a quarter of an hour later than drafted, calls of the draft that were not made, and what the
        vans cost by the first draft and by the plan that held.
        """
        days = {day: self._day_in_numbers(day) for day in sorted({van.day for van in self._all})}
        rows = [(f"{day:%A} {day}", numbers) for day, numbers in days.items()]
        rows.append(("together", tuple(map(sum, zip(*days.values(), strict=True)))))
        return tuple(f"| {name} | {' | '.join(map(_shown, numbers))} |" for name, numbers in rows)

    def _day_in_numbers(self, day: date) -> tuple[int | Decimal, ...]:
        plan = self.stage.ledger.load(self._plan(day), PLAN).state
        assert plan is not None
        assert plan.published is not None
        drafted = {stop.branch: stop.leaves for route in plan.revisions[1].routes for stop in route.stops}
        made: dict[str, int] = {}
        for van in self._all:
            if van.day == day:
                made.update(van.made)
        late = sum(made[branch] - leaves > WORTH_TELLING for branch, leaves in drafted.items() if branch in made)
        cents = (plan.revisions[one].totals.cost_cents for one in (1, plan.published))
        missed = len(drafted.keys() - made.keys())
        return len(drafted), len(made), late, missed, *(Decimal(one) / 100 for one in cents)

    def _plan(self, day: date) -> str:
        return f"plan/{day}/all/{WAVE}"

    def _routes(self, day: date) -> tuple[PlannedRoute, ...]:
        plan = self.stage.ledger.load(self._plan(day), PLAN).state
        assert plan is not None
        assert plan.published is not None
        return plan.revisions[plan.published].routes

    def _lost(self, day: date) -> tuple[str, ...]:
        plan = self.stage.ledger.load(self._plan(day), PLAN).state
        assert plan is not None
        assert plan.published is not None
        return tuple(plan.revisions[plan.published].inputs.lost or ())


def _shown(number: int | Decimal) -> str:
    return str(number) if isinstance(number, int) else f"{number:,.2f}"


class _Van(VanDay):
    """One van's day on a route that may change while it is out."""

    def __init__(self, week: Week, day: date, route: PlannedRoute) -> None:
        super().__init__(week.stage, week.runs, day, route, on_paper=False)
        self.day = day
        self._week = week
        self._times_changed = 0
        self._called: set[str] = set()
        self.made: dict[str, int] = {}
        """The calls that were made, with the second of the day; a branch that was called at twice is there once."""

    def drive(self) -> None:
        """Let the day happen."""
        self._at(self._route.leaves, self._leave)
        self._rest_of_the_way()

    def go_on_by(self, route: PlannedRoute) -> None:
        """What is still ahead of the van happens as this route has it."""
        self._times_changed += 1
        self._route = route
        if not self._run:
            self._at(route.leaves, self._leave)
        self._rest_of_the_way()

    def stand_still(self) -> None:
        """The van drives no further; in the evening it is towed to its hub with what is still in it."""
        self._times_changed += 1
        self._at(TOWED_AT, self._come_back)

    def hand_over(self, place: str, for_branch: str) -> None:
        """What is on board for a branch comes off at a place that it was not for."""
        off = self._stage.boxes.ready(self._van, (for_branch,))
        self._runs.stop(self._driver, self._run, place, off=off, on=())
        self._stage.boxes.move(off, self._van, place)

    def _rest_of_the_way(self) -> None:
        for stop in self._route.stops:
            if stop.name not in self._called:
                self._at(stop.leaves, partial(self._make, stop))
        self._at(self._route.returns, self._come_back)

    def _make(self, stop: PlannedStop) -> None:
        self._called.add(stop.name)
        if stop.takes_from is not None:
            self._week.take_over(stop.takes_from, stop.branch, branch_for(stop.name))
        else:
            self.made[stop.branch] = stop.leaves
        self._call(stop.branch)

    def _at(self, seconds: int, step: Callable[[], None]) -> None:
        changed = self._times_changed
        super()._at(seconds, lambda: step() if changed == self._times_changed else None)
