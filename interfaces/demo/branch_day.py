"""
One open day at a branch: what readers bring back, borrow, ask for and fetch, and what staff pull from the shelves.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from random import Random

from circulation.errors import Refused
from circulation.folds import TITLE
from circulation.hold import title_of_hold, title_stream
from interfaces.demo.founding import at_desk
from interfaces.demo.readers import DemoReader
from interfaces.demo.stage import Stage
from interfaces.demo.traffic import busyness

__all__ = ["BranchDay", "take_in"]

_PULL_AFTER_OPENING, _PULL_BEFORE_CLOSING = 6, 50
_NOT_FOUND = 0.02
_FETCHED_AFTER = (1, 1, 1, 2, 2, 3, 5)
"""After how many days readers come for what waits for them."""
_NEVER_FETCHED = 0.06
_KEPT = (3, 6, 9, 12, 14, 16, 18, 20, 20, 23)
"""For how many days readers keep what they borrow."""
_ELSEWHERE = 0.2
"""So many readers bring a copy back to another branch than the one that lent it."""
_TRIES = 6


class BranchDay:
    """A day of one branch, put on the agenda by `open`."""

    def __init__(self, stage: Stage, branch: str, day: date) -> None:
        self._stage = stage
        self._branch = branch
        self._day = day
        self._draw = Random(f"{stage.seed}/{day}/{branch}")
        self._spans = stage.spans(branch, day)

    def open(self, share: float) -> None:
        """Let the day happen; `share` is the branch's part of the people whose branch is open that day."""
        if not self._spans:
            return
        stage, day, branch = self._stage, self._day, self._branch
        first, last = self._spans[0].opens_minute, self._spans[-1].closes_minute
        self._at(first + _PULL_AFTER_OPENING, self._pull)
        self._at(max(first + _PULL_AFTER_OPENING, last - _PULL_BEFORE_CLOSING), self._pull)
        for barcode in stage.returns.pop((day, branch), []):
            self._some_time(partial(self._take_back, barcode))
        for barcode, reader in stage.fetching.pop((day, branch), []):
            self._some_time(partial(self._lend, barcode, reader))
        busy = share * busyness(day)
        for _ in range(self._about(stage.size.holds_a_day * busy)):
            self._some_time(self._ask)
        for _ in range(self._about(stage.size.shelf_loans_a_day * busy)):
            self._some_time(self._borrow)

    # --- time ---

    def _at(self, minute: float, step: Callable[[], None]) -> None:
        self._stage.agenda.at(self._stage.moment(self._branch, self._day, minute), step)

    def _some_time(self, step: Callable[[], None]) -> None:
        """In staffed hours."""
        minutes = self._draw.random() * sum(span.closes_minute - span.opens_minute for span in self._spans)
        for span in self._spans:
            length = span.closes_minute - span.opens_minute
            if minutes < length:
                self._at(span.opens_minute + minutes, step)
                return
            minutes -= length

    def _about(self, mean: float) -> int:
        """A whole number that is `mean` on average."""
        return int(mean) + (self._draw.random() < mean % 1)

    # --- readers ---

    def _take_back(self, barcode: str) -> None:
        self._stage.done["copies brought back"] += 1
        take_in(self._stage, self._branch, barcode, self._day, self._draw)

    def _ask(self) -> None:
        """A reader asks for a title that is not on the shelves here."""
        stage, draw = self._stage, self._draw
        reader = draw.choice(stage.opening.readers[self._branch])
        title = self._title_from_afar()
        if title is None:
            return
        try:
            receipt = stage.desk.holds.place(at_desk(self._branch), card=reader.card, pickup=self._branch, title=title)
        except Refused as error:
            stage.refused(error)
            return
        stage.done["holds placed"] += 1
        if receipt.hold is not None:
            stage.reader_of[receipt.hold] = reader
            _note_promise(stage, receipt.hold)

    def _title_from_afar(self) -> str | None:
        stage = self._stage
        for _ in range(_TRIES):
            shelf = stage.shelves[stage.traffic.branch_near(self._draw, self._branch)]
            if not shelf:
                continue
            barcode = self._draw.choice(shelf)
            title = stage.opening.copies[barcode].title_id
            item = stage.item(barcode)
            here = any(stage.opening.copies[copy].home == self._branch for copy in stage.opening.copies_of[title])
            if item.on_shelf and item.custody.target is None and not here:
                return title
        return None

    def _borrow(self) -> None:
        """A reader takes something from the shelf."""
        stage, draw = self._stage, self._draw
        shelf = stage.shelves[self._branch]
        for _ in range(_TRIES if shelf else 0):
            barcode = draw.choice(shelf)
            item = stage.item(barcode)
            if item.on_shelf and item.custody.target is None and item.branch == self._branch:
                self._lend(barcode, draw.choice(stage.opening.readers[self._branch]))
                return

    def _lend(self, barcode: str, reader: DemoReader) -> None:
        stage, draw = self._stage, self._draw
        try:
            stage.desk.loans.lend(at_desk(self._branch), card=reader.card, barcode=barcode)
        except Refused as error:
            stage.refused(error)
            return
        stage.done["loans"] += 1
        back_to = self._branch
        if draw.random() < _ELSEWHERE:
            back_to = stage.traffic.branch_near(draw, self._branch)
        stage.bring_back(barcode, back_to, self._day + timedelta(days=draw.choice(_KEPT)))

    # --- staff ---

    def _pull(self) -> None:
        """Fetch what is promised to holds from the shelves; now and then something is not there."""
        stage, branch = self._stage, self._branch
        promised, stage.to_pull[branch] = stage.to_pull[branch], []
        for barcode in promised:
            item = stage.item(barcode)
            wanted = item.custody.target
            if wanted is None or item.branch != branch:
                continue
            if self._draw.random() < _NOT_FOUND:
                stage.desk.holds.missed(at_desk(branch), barcode)
                stage.done["copies not found"] += 1
                _note_promise(stage, wanted)
            else:
                stage.done["copies pulled"] += 1
                take_in(stage, branch, barcode, self._day, self._draw)


def take_in(stage: Stage, branch: str, barcode: str, day: date, draw: Random) -> None:
    """Scan something at a branch, and let the reader come whose hold waits on the shelf then."""
    receipt = stage.scan(branch, barcode)
    if receipt.code != "hold-shelf" or receipt.hold is None or draw.random() < _NEVER_FETCHED:
        return
    reader = stage.reader_of.get(receipt.hold)
    fetched = stage.next_open_day(branch, day + timedelta(days=draw.choice(_FETCHED_AFTER)))
    if reader is not None and fetched is not None:
        stage.fetching[fetched, branch].append((barcode, reader))


def _note_promise(stage: Stage, hold: str) -> None:
    """The copy that is promised to a hold will be pulled where it stands."""
    title = stage.ledger.load(title_stream(title_of_hold(hold)), TITLE).state
    found = None if title is None else title.holds.get(hold)
    if found is not None and found.target is not None and found.target_branch is not None:
        stage.to_pull[found.target_branch].append(found.target)
