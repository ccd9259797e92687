"""
A day at a hub: what came is sorted into the totes of where it goes next, in time for vans and trunk runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from random import Random

from circulation.clock import MINUTE_US, SECOND_US
from interfaces.demo.branch_day import take_in
from interfaces.demo.founding import COORDINATOR
from interfaces.demo.network import DemoTrunk
from interfaces.demo.stage import Stage
from logistics.run_desk import RunDesk

__all__ = ["HubDay"]

_SORTED_IN_US = 2 * SECOND_US
"""Several people sort at once."""
_SEALED_BEFORE_VANS = 6 * 60 + 36
_SEALED_AHEAD_MINUTES = 5
_UNLOADED_IN_US = 5 * MINUTE_US


class HubDay:
    """A day of one hub, put on the agenda by `open`."""

    def __init__(self, stage: Stage, runs: RunDesk, hub: str, day: date) -> None:
        self._stage = stage
        self._runs = runs
        self._hub = hub
        self._day = day
        self._draw = Random(f"{stage.seed}/{day}/{hub}/sort")

    def open(self, trunks: Sequence[DemoTrunk]) -> None:
        """Let the day happen: the trunk runs from here, and the totes that must be closed before vans leave."""
        self.close_totes()
        for trunk in trunks:
            if trunk.origin == self._hub and self._day.weekday() in trunk.days:
                self._at(trunk.departs_minute - _SEALED_AHEAD_MINUTES, partial(self._send, trunk))

    def close_totes(self) -> None:
        """What the morning's vans take is closed before they are planned."""
        self._at(_SEALED_BEFORE_VANS, partial(self._stage.seal_all, self._hub))

    def sort(self, fillings: Sequence[str]) -> None:
        """Scan everything in these totes into the tote of its next stop; what lives here stays here."""
        at_us = self._stage.agenda.now_us
        for filling in fillings:
            for barcode in self._stage.boxes.empty_out(self._hub, filling):
                at_us += _SORTED_IN_US
                step = partial(take_in, self._stage, self._hub, barcode, self._day, self._draw)
                self._stage.agenda.at(at_us, step)
            self._stage.agenda.at(at_us, partial(self._stage.emptied, self._hub, filling))

    def _at(self, minute: int, step: partial[None]) -> None:
        self._stage.agenda.at(self._stage.moment(self._hub, self._day, minute), step)

    def _send(self, trunk: DemoTrunk) -> None:
        """Load what stands ready for the other hub, as much as the run holds."""
        stage = self._stage
        for filling in stage.boxes.being_packed(self._hub):
            if stage.boxes.destination(filling) == trunk.destination:
                stage.seal(self._hub, filling)
        totes = stage.boxes.ready(self._hub, (trunk.destination,))[: trunk.totes]
        if not totes:
            return
        begun = self._runs.start_trunk(COORDINATOR, day=self._day, trunk=trunk.trunk, totes=totes)
        stage.boxes.move(totes, self._hub, trunk.trunk)
        stage.done["trunk runs"] += 1
        lands = self._day + timedelta(days=trunk.arrives_days)
        at_us = stage.moment(trunk.destination, lands, trunk.arrives_minute)
        stage.agenda.at(at_us, partial(self._land, begun.run.run, trunk, lands, totes))

    def _land(self, run: str, trunk: DemoTrunk, day: date, totes: Sequence[str]) -> None:
        stage = self._stage
        self._runs.stop(COORDINATOR, run, trunk.destination, off=totes, on=())
        self._runs.finish(COORDINATOR, run, off=())
        stage.boxes.move(totes, trunk.trunk, trunk.destination)
        there = HubDay(stage, self._runs, trunk.destination, day)
        stage.agenda.at(stage.agenda.now_us + _UNLOADED_IN_US, partial(there.sort, totes))
