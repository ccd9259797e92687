"""
Which copy on a shelf a waiting hold is promised: what one decision reads before `soonest` decides.

The catalogue says which copies may stand on a shelf, and their own streams confirm it; rules and transfer limits
may bar a copy from a hold. A copy that was not pulled in time for a hold is asked for again only where no other one
is left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import cached_property

from circulation.folds import ITEM, SERVICE_FOLD
from circulation.hold import Hold, title_of_hold
from circulation.holding import Promise, Target, promise, soonest
from circulation.item import Item, item_stream
from circulation.ledger import Ledger, Loaded
from circulation.lookups import Catalogue, Copy, Courier
from circulation.places import Places
from circulation.policies import Bar, DayRules, Policies
from circulation.queue_order import ForCopy, passed_over
from circulation.queues import Queues
from circulation.service import SERVICE, Suspension, Suspensions, that_blocks, that_refuses

__all__ = ["Copies", "Look", "Targeting"]


class Copies:
    """The copies that one decision looks at, each read once: what it says and the version that guards it are one."""

    def __init__(self, ledger: Ledger, known: dict[str, Loaded[Item]] | None = None) -> None:
        self._ledger = ledger
        self._read = known or {}

    def __contains__(self, barcode: str) -> bool:
        return barcode in self._read

    def __getitem__(self, barcode: str) -> Loaded[Item]:
        if barcode not in self._read:
            self._read[barcode] = self._ledger.load(item_stream(barcode), ITEM)
        return self._read[barcode]


class Targeting:
    """Looks for copies on the shelves of one network."""

    def __init__(
        self,
        ledger: Ledger,
        places: Places,
        policies: Policies,
        catalogue: Catalogue,
        courier: Courier,
        queues: Queues,
    ) -> None:
        self.ledger = ledger
        self.places = places
        self.policies = policies
        self.catalogue = catalogue
        self.courier = courier
        self.queues = queues

    def look(self, at_us: int, known: dict[str, Loaded[Item]] | None = None) -> Look:
        """For one decision at an instant; `known` copies are as they will be, whatever their streams say."""
        return Look(self, at_us, Copies(self.ledger, known))

    def parts(self, title: str) -> set[str]:
        """The parts of which a title has a copy."""
        return {copy.part for copy in self.catalogue.copies(title) if copy.part is not None}


class Look:
    """What one decision about holds has read so far: copies and rules, each once."""

    def __init__(self, targeting: Targeting, at_us: int, copies: Copies) -> None:
        self._targeting = targeting
        self._at_us = at_us
        self._rules: dict[str, DayRules] = {}
        self.copies = copies

    @cached_property
    def _refusing(self) -> Suspensions:
        """The suspensions of the courier's service that suspend requests too."""
        held = self._targeting.ledger.load(SERVICE, SERVICE_FOLD).state or ()
        return tuple(one for one in held if one.requests)

    def refused_by(self, hold: Hold, title: str) -> Suspension | None:
        """The suspension of requests that lies on the way of every copy which may serve a hold; None for none."""
        if not self._refusing:
            return None
        copies = (self.copies[copy.barcode].state for copy in self._targeting.catalogue.copies(title))
        fitting = [
            item
            for item in copies
            if item is not None
            and hold.item in (None, item.barcode)
            and hold.part in (None, item.part)
            and self.bar(hold, item) is None
        ]
        day = self._targeting.places.day(hold.pickup, self._at_us)
        paths = [self._targeting.courier.path(item.branch or item.home, hold.pickup, day) for item in fitting]
        return that_refuses(self._refusing, paths, day)

    def _is_refused(self, origin: str, pickup: str) -> bool:
        if not self._refusing:
            return False
        day = self._targeting.places.day(pickup, self._at_us)
        return that_blocks(self._refusing, self._targeting.courier.path(origin, pickup, day), day) is not None

    def rules(self, branch: str) -> DayRules:
        """The rules of the day that it is at a branch."""
        day = self._targeting.places.day(branch, self._at_us)
        return self._rules.setdefault(day, self._targeting.policies.on(day))

    def bar(self, hold: Hold, item: Item) -> Bar | None:
        """What keeps a copy from a hold, where it is now or where it will be when it is back; None for nothing."""
        origin = item.branch or item.home
        return self.rules(hold.pickup).bar(item, category=hold.category, pickup=hold.pickup, origin=origin)

    def shelved(self, title: str, *, freed: Collection[str] = ()) -> list[ForCopy]:
        """
        The copies of a title that stand on a shelf now and that nobody was promised.

        `freed` are barcodes whose promise is being taken back.
        """
        found: list[ForCopy] = []
        for copy in self._targeting.catalogue.copies(title):
            # What is being edited the catalogue shows as it was before.
            if not copy.on_shelf and copy.barcode not in self.copies:
                continue
            item = self.copies[copy.barcode].state
            if item is None or item.branch is None or not item.on_shelf:
                continue
            if item.custody.target is None or item.barcode in freed:
                found.append(self.asked(item, item.branch))
        return found

    def find(self, hold: Hold, shelved: Iterable[ForCopy], *, taken: Collection[str] = ()) -> Target | None:
        """
        The copy to pull for a hold, `taken` ones left out; None where there is none, or where it is too early.

        A hold that is suspended until a day is promised a copy once the one that can be there soonest would not be
        there before that day.
        """
        # Whoever asks for a hold has seen that it needs a copy: one that it loses in the same decision does not count.
        hold = replace(hold, captured=None)
        # Suspension is about when, not about which copy: it is looked at once the copy is known.
        awake = replace(hold, suspended=False, suspended_until=None)
        fitting = {
            asked.item.barcode: asked for asked in shelved if passed_over(awake, asked, is_new=asked.is_new) is None
        }
        target = self._soonest(hold, fitting.values(), {*taken, *hold.missed}) or self._soonest(
            hold, fitting.values(), set(taken)
        )
        if target is None or not hold.suspended:
            return target
        asked = fitting[target.item]
        return target if passed_over(hold, asked, is_new=asked.is_new) is None else None

    def promise_for(self, hold: Hold, *, without: Collection[str] = ()) -> Promise | None:
        """The facts of promising the hold a copy that stands on a shelf; None where there is none."""
        target = self.find(hold, self.shelved(title_of_hold(hold.hold)), taken=without)
        return None if target is None else promise(hold.hold, target)

    def asked(self, item: Item, branch: str) -> ForCopy:
        """Who shall have a copy that lies at a branch, as its queue is asked."""
        targeting, rules = self._targeting, self.rules(branch)
        days = None if item.added is None else rules.ruling(item, branch=branch).age_protection_days
        rulings = targeting.queues.rulings(item, branch, self._at_us, age_protection_days=days)

        def bars(hold: Hold) -> str:
            bar = self.bar(hold, item)
            return "" if bar is None else bar.by

        return ForCopy(item, branch, self._at_us, targeting.places.day(branch, self._at_us), rulings, bars)

    def _soonest(self, hold: Hold, shelved: Iterable[ForCopy], excluded: set[str]) -> Target | None:
        return soonest(
            (
                Copy(asked.item.barcode, asked.branch, True)
                for asked in shelved
                if not self._is_refused(asked.branch, hold.pickup)
            ),
            pickup=hold.pickup,
            passed_over=excluded,
            at_us=self._at_us,
            arrival=self._targeting.courier.arrival,
            cutoff=self._targeting.courier.cutoff,
        )
