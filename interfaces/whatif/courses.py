"""
What staff and courier do in a run with copies whose course is no longer that of the record.

A copy that stands as it stood in truth is left to the record: it is scanned when and where it really was. One that
does not, or that would travel by another timetable, has a course of its own until what is to be done with it is done.
"""

from __future__ import annotations

from circulation.clock import HOUR_US
from circulation.item import Item
from interfaces.whatif.ground import Ground
from interfaces.whatif.habits import Habits, Trip
from interfaces.whatif.likeness import Need, need_of
from interfaces.whatif.stage import Stage

__all__ = ["Courses"]

_PUT_AWAY_US = HOUR_US
"""After so many staffed hours a copy that lies on the hold shelf for nobody is dealt with."""


class Courses:
    """The copies of a run that have a course of their own; `recorded` is the network as it really was."""

    def __init__(self, stage: Stage, ground: Ground, recorded: Ground, habits: Habits) -> None:
        self._stage = stage
        self._ground = ground
        self._recorded = recorded
        self._habits = habits
        self._own: dict[str, Need] = {}
        self._promised_us: dict[str, int] = {}
        self._loose: set[str] = set()

    def follows_record(self, barcode: str) -> bool:
        """Whether what was really done with a copy is to be done now."""
        return not self._has_own(barcode) and self._stage.as_in_truth(barcode)

    def promised(self, barcode: str, at_us: int) -> None:
        """A copy is to be pulled for a hold from now on."""
        self._promised_us[barcode] = at_us

    def let_go(self, barcode: str, *, is_loose: bool) -> None:
        """A copy is on the hold shelf for nobody any more, or was dealt with."""
        (self._loose.add if is_loose else self._loose.discard)(barcode)

    def attend(self, barcode: str, truth: Item | None) -> None:
        """Something has happened to a copy, here or in truth, where it now stands as `truth`: what is to come of it."""
        item = self._stage.item(barcode)
        need = self._need(barcode)
        if need is not None and self._own.get(barcode) == need:
            return
        self._own.pop(barcode, None)
        if item is None or need is None or (self._stage.as_in_truth(barcode) and not self._other_time(item, truth)):
            return
        self._own[barcode] = need
        match need[0]:
            case "journey":
                self._carry(barcode, item, need)
            case "pull":
                hours_us = self._habits.pulling_us(self._stage.hold_in_truth(need[1]))
                self._at_branch(barcode, item, need, self._promised_us.get(barcode, self._stage.now()), hours_us)
            case "shelf":
                self._at_branch(barcode, item, need, int(need[2]) + 1, self._habits.clearing_us)
            case _:
                self._at_branch(barcode, item, need, self._stage.now(), _PUT_AWAY_US)

    def _need(self, barcode: str) -> Need | None:
        return need_of(self._stage.item(barcode), is_loose=barcode in self._loose)

    def _has_own(self, barcode: str) -> bool:
        own = self._own.get(barcode)
        return own is not None and own == self._need(barcode)

    def _other_time(self, item: Item, truth: Item | None) -> bool:
        """Whether what is to be done with a copy is to be done at another time than in truth, by calendar or rule."""
        transit, capture = item.custody.transit, item.custody.capture
        if transit is not None:
            way = (transit.origin, transit.destination, transit.opened_us)
            return self._ground is not self._recorded and self._ground.legs(*way) != self._recorded.legs(*way)
        if capture is not None and truth is not None and truth.custody.capture is not None:
            return capture.until_us != truth.custody.capture.until_us
        return False

    def _at_branch(self, barcode: str, item: Item, need: Need, since_us: int, hours_us: int) -> None:
        branch = item.branch or ""
        at_us = self._ground.after(branch, since_us, hours_us)

        def scan() -> None:
            if self._own.get(barcode) == need == self._need(barcode):
                self._stage.scan(branch, barcode)

        self._stage.later(since_us + hours_us if at_us is None else at_us, scan)

    def _carry(self, barcode: str, item: Item, need: Need) -> None:
        """It is scanned at every hub on its way, and where it goes."""
        transit, now_us = item.custody.transit, self._stage.now()
        if transit is None:
            return
        opened_us = transit.opened_us
        legs = self._ground.legs(transit.origin, transit.destination, opened_us)
        if not legs:
            return
        late_us = self._habits.lateness_us(
            Trip(transit.origin, transit.destination, opened_us, transit.reason == "hold")
        )
        arrives_us = legs[-1].lands_us + late_us
        if arrives_us < now_us:
            legs = self._ground.legs(transit.origin, transit.destination, now_us)
            arrives_us = max(now_us, legs[-1].lands_us + late_us) if legs else now_us
        for leg in legs[:-1]:
            if now_us < leg.lands_us < arrives_us:
                self._visit(barcode, leg.destination, leg.lands_us, need)
        self._visit(barcode, transit.destination, arrives_us, need)

    def _visit(self, barcode: str, branch: str, at_us: int, need: Need) -> None:
        """A copy is scanned where it comes, on that day or when a van comes next."""

        def scan() -> None:
            if self._own.get(barcode) != need or self._need(barcode) != need:
                return
            served_us = self._ground.next_service(branch, at_us)
            if served_us > at_us:
                self._visit(barcode, branch, served_us, need)
            else:
                self._stage.scan(branch, barcode)

        self._stage.later(self._ground.next_service(branch, at_us), scan)
