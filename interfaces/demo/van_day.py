"""
A day of the vans: planned in the morning, driven as planned but for what goes wrong, some of it entered from paper.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from random import Random

from circulation.clock import MINUTE_US
from circulation.command import Caller
from interfaces.demo.boxes import tote_of
from interfaces.demo.branch_day import take_in
from interfaces.demo.founding import COORDINATOR, at_desk, driver_of
from interfaces.demo.hub_day import HubDay
from interfaces.demo.stage import Stage
from logistics.paper import Deviation
from logistics.plan import PlannedRoute, Wave
from logistics.run_desk import RunDesk

__all__ = ["WAVE", "VanDay"]

WAVE: Wave = "day"

_UNPACKED_AFTER_US = 12 * MINUTE_US
_UNPACKED_IN_US = 4 * MINUTE_US
_SORTED_AFTER_US = 5 * MINUTE_US
_AFTER_OPENING = 8
_LATEST_DELAY_SECONDS = 6 * 60


class VanDay:
    """One van's day on a published route, put on the agenda by `drive`."""

    def __init__(self, stage: Stage, runs: RunDesk, day: date, route: PlannedRoute, *, on_paper: bool) -> None:
        self._stage = stage
        self._runs = runs
        self._day = day
        self._route = route
        self._van = route.van
        self._holds = stage.ways.situation.vans[route.van].totes
        self._on_paper = on_paper
        self._run = ""
        self._skipped: dict[str, str] = {}
        self._driver: Caller = driver_of(route.van)
        self._draw = Random(f"{stage.seed}/{day}/{route.van}")

    def miss(self, branch: str, why: str) -> None:
        """The van will not call there."""
        self._skipped[branch] = why

    def drive(self) -> None:
        """Let the day happen."""
        self._at(self._route.leaves, self._leave)
        for stop in self._route.stops:
            late = self._draw.randint(0, _LATEST_DELAY_SECONDS)
            step = self._pass_by if stop.branch in self._skipped else self._call
            self._at(stop.starts + late, partial(step, stop.branch))
        self._at(self._route.returns + _LATEST_DELAY_SECONDS, self._come_back)

    def _at(self, seconds: int, step: Callable[[], None]) -> None:
        self._stage.agenda.at(self._stage.moment(self._route.hub, self._day, seconds / 60), step)

    # --- what happens ---

    def _leave(self) -> None:
        boxes = self._stage.boxes
        on = boxes.ready(self._route.hub, {stop.branch for stop in self._route.stops})[: self._holds]
        if not self._on_paper:
            begun = self._runs.start(self._driver, day=self._day, van=self._van, wave=WAVE, totes=on)
            self._run = begun.run.run
        boxes.move(on, self._route.hub, self._van)
        self._stage.done["runs"] += 1

    def _call(self, branch: str) -> None:
        stage = self._stage
        stage.seal_all(branch)
        off = stage.boxes.ready(self._van, (branch,))
        room = self._holds - len(stage.boxes.there(self._van)) + len(off)
        ready = stage.boxes.ready(branch)
        on = ready[:room]
        stage.done["totes that found no room"] += len(ready) - len(on)
        if not self._on_paper:
            self._runs.stop(self._driver, self._run, branch, off=off, on=on)
        stage.boxes.move(off, self._van, branch)
        stage.boxes.move(on, branch, self._van)
        stage.done["stops"] += 1
        self._have_unpacked(branch, off)

    def _pass_by(self, branch: str) -> None:
        if not self._on_paper:
            self._runs.skip(self._driver, self._run, branch, why=self._skipped[branch])
        self._stage.done["stops missed"] += 1

    def _come_back(self) -> None:
        stage, hub = self._stage, self._route.hub
        off = stage.boxes.there(self._van)
        if self._on_paper:
            told = [Deviation(branch, "skipped", why=why) for branch, why in self._skipped.items()]
            self._runs.finish_as_planned(COORDINATOR, day=self._day, van=self._van, wave=WAVE, deviations=told)
            stage.done["runs entered from paper"] += 1
        else:
            self._runs.finish(self._driver, self._run, off=off)
        stage.boxes.move(off, self._van, hub)
        to_sort = [filling for filling in off if stage.boxes.destination(filling) == hub]
        sorting = HubDay(stage, self._runs, hub, self._day)
        stage.agenda.at(stage.agenda.now_us + _SORTED_AFTER_US, partial(sorting.sort, to_sort))

    def _have_unpacked(self, branch: str, fillings: Sequence[str]) -> None:
        """Staff empty the totes soon, or when they open next."""
        stage = self._stage
        at_us, day = stage.agenda.now_us + _UNPACKED_AFTER_US, self._day
        spans = stage.spans(branch, day)
        first = stage.moment(branch, day, spans[0].opens_minute + _AFTER_OPENING) if spans else None
        if first is None:
            following = stage.next_open_day(branch, day)
            if following is None:
                return
            day = following
            at_us = stage.moment(branch, day, stage.spans(branch, day)[0].opens_minute + _AFTER_OPENING)
        else:
            at_us = max(at_us, first)
        for filling in fillings:
            stage.agenda.at(at_us, partial(self._unpack, branch, filling, day))
            at_us += _UNPACKED_IN_US

    def _unpack(self, branch: str, filling: str, day: date) -> None:
        stage = self._stage
        if self._on_paper:
            stage.desk.totes.receive(at_desk(branch), tote_of(filling))
        for barcode in stage.boxes.empty_out(branch, filling):
            take_in(stage, branch, barcode, day, self._draw)
        stage.emptied(branch, filling)
