"""
What patrons do in a run: borrow, renew, bring back, ask for, give up, fetch.

They do what they did and when they did, and adapt where they must: who finds the branch shut comes when it opens next;
who waits for a copy comes for it as long after it is ready as in truth, and keeps it for as long.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import cast

from circulation.desk import Desk
from circulation.errors import BranchlineError
from circulation.folds import TITLE
from circulation.hold import (
    Hold,
    HoldCancelled,
    HoldLapsed,
    HoldPickupChanged,
    HoldPlaced,
    HoldResumed,
    HoldSuspended,
    title_of_hold,
    title_stream,
)
from circulation.item import ItemLent, ItemMissed, ItemReturned, LoanRenewed, item_of_loan
from circulation.override import RuleOverridden
from circulation.scratch_ledger import ScratchLedger
from interfaces.whatif.deeds import Act, Recorded
from interfaces.whatif.shelf_copies import ShelfCopies
from interfaces.whatif.stage import Stage
from interfaces.whatif.strangers import meet

__all__ = ["People"]

_OVERRIDE = "as it was"


class People:
    """The patrons of one run; `not_played` counts what they could not do again."""

    def __init__(
        self,
        run: Stage,
        scratch: ScratchLedger,
        desk: Desk,
        copies: ShelfCopies,
        recorded: Recorded,
        not_played: Counter[str],
    ) -> None:
        self._run = run
        self._scratch = scratch
        self._desk = desk
        self._copies = copies
        self._recorded = recorded
        self._not_played = not_played
        self._holds: dict[str, str] = {}
        self._in_truth: dict[str, str] = {}
        self._loans: dict[str, str] = {}
        self._elsewhen: set[int] = set()
        """The acts that are done at another time, by the position of their lead."""
        self._awaited: dict[str, Act] = {}
        """Who came for a hold that was not ready, by the recorded hold."""

    # --- who is who ---

    def have(self, hold: str, *, category: str, home: str) -> None:
        """A hold from before the period."""
        meet(self._scratch, f"hold/{hold}", category=category, home=home, hold=hold)
        self._named(hold, hold)

    def listed(self, act: Act) -> None:
        """The holds that a list brought in."""
        for fact in act.facts:
            if isinstance(fact.event, HoldPlaced):
                self.have(fact.event.hold, category=fact.event.category, home=fact.event.patron_home)

    def hold_here(self, recorded: str) -> str | None:
        """What a recorded hold is called in the run; None for one that was not taken."""
        return self._holds.get(recorded)

    def hold_in_truth(self, hold: str) -> str | None:
        """The recorded hold that is called so in the run."""
        return self._in_truth.get(hold)

    def loan_here(self, recorded: str) -> str:
        """What a recorded loan is called in the run; one from before the period keeps its name."""
        return self._loans.get(recorded, recorded)

    def _named(self, recorded: str, here: str) -> None:
        self._holds[recorded] = here
        self._in_truth[here] = recorded

    # --- the order of things ---

    def play(self, act: Act) -> None:
        """Do again what somebody did, or see that it is done later; what is refused is counted."""
        if act.lead.position in self._elsewhen:
            return
        if act.branch and self._run.is_shut(act.branch, act.recorded_us):
            self._when_open(act, act.recorded_us)
        else:
            self._do(act)

    def bring_back(self, act: Act) -> bool:
        """Whether this scan was a patron's, who brought something back; if so it is done."""
        returned = any(isinstance(fact.event, ItemReturned) for fact in act.facts)
        if returned:
            self.play(act)
        return returned

    def ready(self, hold: str, at_us: int) -> None:
        """A copy is on the hold shelf; if it was so at another time in truth, its patron comes at another time."""
        recorded = self._in_truth.get(hold, "")
        fetched, ready_us = self._recorded.fetched.get(recorded), self._recorded.ready_us.get(recorded, ())
        came = self._awaited.pop(recorded, None)
        if fetched is None or (came is None and (at_us in ready_us or fetched.lead.position in self._elsewhen)):
            return
        shift_us = at_us - ready_us[-1] if ready_us else 0
        if shift_us or came is not None:
            self._elsewhen.add(fetched.lead.position)
            self._when_open(fetched, max(fetched.recorded_us + shift_us, self._run.now()))

    def leave(self) -> None:
        """The period is over: who is still waiting goes without."""
        for act in self._awaited.values():
            self._reject(act, "the hold's copy was not there")

    def _when_open(self, act: Act, at_us: int) -> None:
        self._run.later(self._run.next_open(act.branch, at_us), lambda: self._do(act))

    def _do(self, act: Act) -> None:
        try:
            self._deed(act)
        except BranchlineError as refused:
            self._reject(act, refused.code)

    def _reject(self, act: Act, reason: str) -> None:
        lead = next((fact for fact in act.facts if isinstance(fact.event, ItemReturned)), act.lead)
        self._not_played[f"{_WORDS.get(type(lead.event).__name__, 'other')}: {reason}"] += 1

    def _deed(self, act: Act) -> None:
        fact, desk = act.lead, self._run.at(act.lead.desk)
        override = _OVERRIDE if any(isinstance(one.event, RuleOverridden) for one in act.facts) else None
        match fact.event:
            case ItemLent(hold=None):
                self._take(act, override)
            case ItemLent():
                self._fetch(act, override)
            case LoanRenewed() as renewed:
                barcode = self._lent(renewed.loan)
                if barcode is None:
                    self._reject(act, "its loan was not played")
                else:
                    self._desk.loans.renew(self._run.at(renewed.branch), barcode, override=override)
            case HoldPlaced():
                self._ask(act, override)
            case HoldCancelled(hold=hold, why=why):
                self._with_hold(act, hold, lambda name: self._desk.holds.cancel(desk, name, by_patron=why == "patron"))
            case HoldLapsed(hold=hold):
                self._with_hold(act, hold, lambda name: self._desk.holds.lapse(desk, name))
            case HoldSuspended(hold=hold, until=until):
                self._with_hold(act, hold, lambda name: self._desk.holds.suspend(desk, name, until=until))
            case HoldResumed(hold=hold):
                self._with_hold(act, hold, lambda name: self._desk.holds.resume(desk, name))
            case HoldPickupChanged(hold=hold, pickup=pickup):
                self._with_hold(act, hold, lambda name: self._desk.pickups.change(desk, name, pickup=pickup))
            case ItemMissed() as missed:
                item = self._run.item(fact.stream.removeprefix("item/"))
                if item is not None and item.custody.target and item.on_shelf and item.branch == missed.branch:
                    self._desk.holds.missed(self._run.at(missed.branch), item.barcode)
            case _:
                self._return(act)

    # --- loans ---

    def _take(self, act: Act, override: str | None) -> None:
        """A copy was taken from a shelf; if it is not there, another one of its title that is."""
        lent = cast(ItemLent, act.lead.event)
        barcode = act.lead.stream.removeprefix("item/")
        item = self._run.item(barcode)
        there = item is not None and item.on_shelf and item.branch == lent.branch
        if not there and not self._run.as_in_truth(barcode):
            copies = self._copies.copies(item.title) if item else ()
            other = next((copy.barcode for copy in copies if copy.on_shelf and copy.branch == lent.branch), None)
            if other is None:
                self._reject(act, "no copy on that shelf")
                return
            barcode = other
        self._lend(act, barcode, f"loan/{lent.loan}", override)

    def _fetch(self, act: Act, override: str | None) -> None:
        """Somebody came for a hold, whatever copy it got."""
        lent = cast(ItemLent, act.lead.event)
        recorded = lent.hold or ""
        barcode = act.lead.stream.removeprefix("item/")
        hold = self._open_hold(self._holds.get(recorded))
        if hold is None:
            self._reject(act, "the hold had ended or was refused")
            return
        copy = None if hold.captured is None else self._run.item(hold.captured)
        capture = None if copy is None else copy.custody.capture
        item = self._run.item(barcode)
        if self._run.as_in_truth(barcode) and act.lead.position not in self._elsewhen:
            self._lend(act, barcode, f"hold/{recorded}", override)
        elif copy is not None and copy.branch is not None and capture is not None and capture.until_us is not None:
            self._lend(act, copy.barcode, f"hold/{recorded}", override, at=copy.branch)
        elif recorded in self._recorded.ready_us or hold.captured is not None:
            self._awaited[recorded] = act
        elif item is not None and item.on_shelf and item.branch == lent.branch:
            # The patron found a copy on the shelf before the hold got one.
            self._lend(act, barcode, f"hold/{recorded}", override)
        else:
            self._reject(act, "no copy on that shelf")

    def _lend(self, act: Act, barcode: str, stranger: str, override: str | None, *, at: str | None = None) -> None:
        lent = cast(ItemLent, act.lead.event)
        if stranger.startswith("loan/"):
            meet(self._scratch, stranger, category=lent.category, home=lent.patron_home)
        self._desk.loans.lend(
            self._run.at(at or lent.branch),
            card=stranger,
            barcode=barcode,
            override=override,
            happened_us=self._run.late_us(),
        )
        item = self._run.item(barcode)
        if item is None or item.custody.loan is None:
            return
        self._loans[lent.loan] = item.custody.loan.loan
        shift_us = self._run.now() - act.recorded_us
        if shift_us:
            # It is kept for as long as it was.
            for then in self._recorded.of_loan.get(lent.loan, ()):
                self._elsewhen.add(then.lead.position)
                self._when_open(then, max(then.recorded_us + shift_us, self._run.now()))

    def _return(self, act: Act) -> None:
        returned = next(fact.event for fact in act.facts if isinstance(fact.event, ItemReturned))
        barcode = self._lent(returned.loan)
        if barcode is None:
            self._reject(act, "its loan was not played")
            return
        self._desk.scan(
            self._run.at(returned.branch),
            barcode,
            by=returned.by,
            dropped_us=act.dropped_us,
            happened_us=self._run.late_us(),
        )

    def _lent(self, loan: str) -> str | None:
        """The copy that is out on a recorded loan now: the one of that time, or the one that was lent instead."""
        here = self.loan_here(loan)
        item = self._run.item(item_of_loan(here))
        return None if item is None or item.custody.loan is None or item.custody.loan.loan != here else item.barcode

    # --- holds ---

    def _ask(self, act: Act, override: str | None) -> None:
        placed = cast(HoldPlaced, act.lead.event)
        stranger = f"hold/{placed.hold}"
        meet(self._scratch, stranger, category=placed.category, home=placed.patron_home)
        before = len(self._scratch.appended)
        self._desk.holds.place(
            self._run.at(act.lead.desk),
            card=stranger,
            pickup=placed.pickup,
            title=None if placed.item else title_of_hold(placed.hold),
            item=placed.item,
            part=placed.part,
            expires=placed.expires,
            override=override,
            happened_us=self._run.late_us(),
        )
        for one in self._scratch.appended[before:]:
            if isinstance(one.event, HoldPlaced):
                self._named(placed.hold, one.event.hold)

    def _with_hold(self, act: Act, recorded: str, change: Callable[[str], object]) -> None:
        hold = self._open_hold(self._holds.get(recorded))
        if hold is None:
            self._reject(act, "the hold had ended or was refused")
        else:
            change(hold.hold)

    def _open_hold(self, name: str | None) -> Hold | None:
        if name is None:
            return None
        title = self._scratch.load(title_stream(title_of_hold(name)), TITLE).state
        return None if title is None else title.holds.get(name)


_WORDS = {
    "ItemReturned": "return",
    "ItemLent": "loan",
    "LoanRenewed": "renewal",
    "HoldPlaced": "hold",
    "HoldCancelled": "cancelling",
    "HoldLapsed": "lapsing",
    "HoldSuspended": "suspending",
    "HoldResumed": "resuming",
    "HoldPickupChanged": "change of pickup branch",
    "ItemMissed": "copy not found",
}
