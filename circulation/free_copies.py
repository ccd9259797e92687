"""
A title's holds that have no copy and the copies that nobody has, read for one decision about all of them.

Free is what stands on a shelf, promised or not, and what waits at a branch to go home or to float elsewhere, loose or
in a tote that is still open there. What a sealed tote holds is decided at its next scan, and what is moved by hand is
somebody's wish.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from circulation.clock import DAY_US
from circulation.custody import Place
from circulation.floating import Floating
from circulation.folds import FILLING, TITLE
from circulation.hold import Hold, Title, title_stream
from circulation.item import Item
from circulation.ledger import Loaded
from circulation.placing import Stray, place
from circulation.queue_order import ForCopy, passed_over
from circulation.shelves import floating_of, read_shelves
from circulation.targeting import Look, Targeting
from circulation.tote import filling_stream

__all__ = ["Decided", "FreeCopy", "OpenQueue", "read_queue"]

Decided = Literal["shelf", "home", "float", "stay"]
"""What a free copy does so far: it is on the `shelf`; as a return it goes `home`, `float`s elsewhere, or stays."""

_NEW_RETURN_US = DAY_US
"""A copy that floats and was scanned within a day before counts as a return that may be thought over."""


@dataclass(frozen=True, slots=True)
class FreeCopy:
    """
    A copy that nobody has, at a branch; `to` is where it is to be by what was decided so far.

    `floats` says whether a group lets it float; `may_stay` whether the floating policy lets a return stay here.
    """

    asked: ForCopy
    floats: bool
    decided: Decided
    to: str
    may_stay: bool

    @property
    def item(self) -> Item:
        """The copy."""
        return self.asked.item

    @property
    def branch(self) -> str:
        """Where it is."""
        return self.asked.branch


@dataclass(frozen=True)
class OpenQueue:
    """The holds of a title that have no copy, with their place (from 1), and the copies that are free, by barcode."""

    title: str
    loaded: Loaded[Title]
    holds: Mapping[str, tuple[int, Hold]]
    copies: Mapping[str, FreeCopy]
    look: Look
    _new: dict[str, bool] = field(default_factory=dict)

    def fits(self, hold: str, barcode: str) -> bool:
        """
        Whether the hold may have the copy, by every rule that a scan goes by.

        A copy that was not found for it, or not in time, fits only where there is no other one.
        """
        asked, wanted = self.copies[barcode].asked, self.holds[hold][1]
        if barcode in wanted.missed and not self._all_missed(wanted):
            return False
        if barcode not in self._new:
            self._new[barcode] = asked.is_new
        return passed_over(wanted, asked, is_new=self._new[barcode]) is None

    def _all_missed(self, hold: Hold) -> bool:
        return self._barcodes <= set(hold.missed)

    @cached_property
    def _barcodes(self) -> frozenset[str]:
        return frozenset(self.copies)


def read_queue(targeting: Targeting, title: str, at_us: int) -> OpenQueue:
    """The queue and the free copies of a title as they are for a decision at an instant."""
    loaded = targeting.ledger.load(title_stream(title), TITLE)
    look = targeting.look(at_us)
    holds = {} if loaded.state is None else loaded.state.holds
    waiting = {hold.hold: (number, hold) for number, hold in enumerate(holds.values(), 1) if hold.captured is None}
    floating = floating_of(targeting.ledger).floating
    copies = {}
    for copy in targeting.catalogue.copies(title):
        item = _at_a_branch(targeting, look.copies[copy.barcode].state)
        if item is not None and item.branch is not None and _is_free(item):
            copies[copy.barcode] = _free(targeting, look, item, item.branch, floating, at_us)
    return OpenQueue(title, loaded, waiting, copies, look)


def _at_a_branch(targeting: Targeting, item: Item | None) -> Item | None:
    """The copy; one in an open tote as it will be when it is taken out there."""
    if item is None or item.custody.place.kind != "filling":
        return item
    filling = targeting.ledger.load(filling_stream(item.custody.place.ref), FILLING).state
    if filling is None or filling.status != "open":
        return item
    return replace(item, custody=replace(item.custody, place=Place(kind="branch", ref=filling.place)))


def _is_free(item: Item) -> bool:
    transit = item.custody.transit
    if item.on_shelf or transit is None:
        return item.on_shelf
    held = item.custody.loan or item.custody.capture or item.custody.defect
    return not held and transit.reason in ("home", "float") and transit.destination != item.branch


def _free(targeting: Targeting, look: Look, item: Item, branch: str, floating: Floating, at_us: int) -> FreeCopy:
    transit = item.custody.transit
    asked = look.asked(item, branch)
    is_return = transit is not None or (item.home != branch and at_us - item.custody.custody_us <= _NEW_RETURN_US)
    rules = look.rules(branch)
    by_rule = rules.ruling(item, branch=branch).floats
    stray = Stray(
        item.owner,
        item.home,
        item.item_type,
        item.floats if by_rule is None else by_rule,
        item.custody.away_since_us,
    )
    group = floating.group_of(owner=stray.owner, item_type=stray.item_type, floats=stray.floats)
    floats = group is not None
    if not is_return or (transit is None and not floats):
        return FreeCopy(asked, floats, "shelf", branch, may_stay=True)
    shelves = read_shelves(targeting.ledger, targeting.catalogue, item, lambda there: rules.denied(item, branch, there))
    may_stay = place(stray, branch, at_us, shelves).to is None
    if transit is None:
        return FreeCopy(asked, floats, "stay", branch, may_stay=True)
    decided: Decided = "home" if transit.destination == item.home else "float"
    return FreeCopy(asked, floats, decided, transit.destination, may_stay)
