"""
How people, staff and courier adapt where other rules make another day of it: each rule by one case counted by hand.

Bath and Wells are two branches of Bristol, open from nine to five, Monday to Saturday; vans go out every day that they
are open, and what a van brings is there by five at the latest. It is Tuesday, nine o'clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from circulation.clock import DAY_US, HOUR_US, iso
from circulation.event import Event, Fact
from circulation.item import (
    ItemArrived,
    ItemLent,
    ItemPlacedOnHoldShelf,
    ItemReturned,
    ItemSetAside,
    LoanRenewed,
)
from circulation.past_ledger import PastLedger
from interfaces.whatif.alternative import read_alternative
from interfaces.whatif.deeds import recorded_in
from interfaces.whatif.playing import play
from projections.registry import open_views
from tests.cast import BATH_COPY, MIDDLEMARCH, TUESDAY, WELLS_COPY
from tests.interfaces.shop import Shop

VAN_ON_FRIDAYS = '[courier.branches]\nwells = "fri"\n'
WELLS_SHUT_ON_TUESDAY = '[[calendar.closure]]\nscope = "branch/wells"\nfirst = "2026-11-24"\nlast = "2026-11-24"\n'
BATH_SHUT_ON_FRIDAY = '[[calendar.closure]]\nscope = "branch/bath"\nfirst = "2026-11-27"\nlast = "2026-11-27"\n'


@dataclass(frozen=True)
class Runs:
    """The facts that were recorded, those of the base run and those under other rules."""

    recorded: list[Fact]
    base: list[Fact]
    other: list[Fact]
    not_played: dict[str, int]


def runs(shop: Shop, since: int, rules: str) -> Runs:
    """A period played to the end of the log; the base run has nothing that it could not play."""
    with shop.world() as world:
        head = world.ledger.head()
        start, end = PastLedger(world.ledger, since, TUESDAY), PastLedger(world.ledger, head.position, head.recorded_us)
        recorded = recorded_in(world.ledger.facts(after=since))
        views = open_views(world.ledger)
        try:
            base = play(start, end, views, recorded)
            other = play(start, end, views, recorded, alternative=read_alternative(rules.encode()))
        finally:
            views.close()
    assert not base.not_played
    return Runs(recorded.facts, base.facts, other.facts, dict(other.not_played))


def when(facts: list[Fact], kind: type[Event]) -> list[str]:
    """When something happened, to the minute, as `Thu 17:00` in London, which is on UTC in November."""
    return list(_when(facts, kind))


def _when(facts: list[Fact], kind: type[Event]) -> Iterator[str]:
    days = ("Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon")
    for fact in facts:
        if isinstance(fact.event, kind):
            day, minutes = divmod(round((fact.happened_us - TUESDAY) / 60_000_000) + 9 * 60, 24 * 60)
            yield f"{days[day % 7]} {minutes // 60:02}:{minutes % 60:02}"


def told(facts: list[Fact]) -> list[tuple[str, str, int]]:
    """What happened to copies and to holds, in its order."""
    of_things = (fact for fact in facts if fact.stream.startswith(("item/", "title/")))
    return [(fact.stream, type(fact.event).__name__, fact.happened_us) for fact in of_things]


def hold_for_bath(shop: Shop, *, there_us: int = 2 * DAY_US + 8 * HOUR_US) -> int:
    """
    Ben in Bath waits for the copy in Wells, which is pulled after two hours and there on Thursday at five if not said.

    He comes for it on the day after at nine, renews it on Monday at nine and brings it back in Bath on Tuesday at ten.
    """
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
    since = shop.head()
    with shop.world() as world:
        world.hold(MIDDLEMARCH, "ben", "bath")
        world.clock_us = TUESDAY + 2 * HOUR_US
        world.scan(WELLS_COPY, "wells")
        world.clock_us = TUESDAY + there_us
        world.scan(WELLS_COPY, "bath")
        world.clock_us = TUESDAY + (there_us // DAY_US + 1) * DAY_US
        world.lend(WELLS_COPY, "ben", "bath")
        world.clock_us = TUESDAY + 6 * DAY_US
        world.desk.loans.renew(world.at("bath"), WELLS_COPY)
        world.clock_us = TUESDAY + 7 * DAY_US + HOUR_US
        world.scan(WELLS_COPY, "bath")
        # The log goes on to Saturday week.
        world.clock_us = TUESDAY + 11 * DAY_US
        world.scan(BATH_COPY, "bath")
    return since


def test_under_the_same_rules_everything_happens_as_it_did(shop: Shop) -> None:
    played = runs(shop, hold_for_bath(shop), VAN_ON_FRIDAYS)
    for kind, moments in (
        (ItemSetAside, ["Tue 11:00"]),
        (ItemArrived, ["Thu 17:00"]),
        (ItemPlacedOnHoldShelf, ["Thu 17:00"]),
        (ItemLent, ["Fri 09:00"]),
        (LoanRenewed, ["Mon 09:00"]),
        (ItemReturned, ["Tue 10:00", "Sat 09:00"]),
    ):
        assert moments == when(played.recorded, kind) == when(played.base, kind), kind
    assert told(played.recorded) == told(played.base)


def test_a_van_on_fewer_days_comes_later_and_with_it_all_that_waits_for_the_copy(shop: Shop) -> None:
    """
    Collected on Friday it is there on Saturday by five. Ben came sixteen hours after it: that is Sunday, so on Monday
    at nine, three days later than he did. He keeps it as long as he did.
    """
    played = runs(shop, hold_for_bath(shop), VAN_ON_FRIDAYS)
    assert ["Tue 11:00"] == when(played.other, ItemSetAside)
    assert ["Sat 17:00"] == when(played.other, ItemPlacedOnHoldShelf)
    assert ["Mon 09:00"] == when(played.other, ItemLent)
    assert ["Thu 09:00"] == when(played.other, LoanRenewed)
    assert ["Fri 10:00", "Sat 09:00"] == when(played.other, ItemReturned)
    assert {} == played.not_played


def test_a_van_that_was_late_is_as_late_under_another_timetable(shop: Shop) -> None:
    """
    By timetable it was there on Thursday by five and it came on Friday at eleven. Collected on Friday it is to be there
    on Saturday by five; eighteen hours later is a Sunday, when no van calls, and so it is Monday at eleven.
    """
    played = runs(shop, hold_for_bath(shop, there_us=3 * DAY_US + 2 * HOUR_US), VAN_ON_FRIDAYS)
    assert ["Fri 11:00"] == when(played.base, ItemArrived)
    assert ["Mon 11:00"] == when(played.other, ItemArrived)


def test_a_copy_is_pulled_after_as_many_staffed_hours_as_it_was(shop: Shop) -> None:
    """Wells is shut on the day of the request: the two hours are those of Wednesday, and the van a day later."""
    played = runs(shop, hold_for_bath(shop), WELLS_SHUT_ON_TUESDAY)
    assert ["Wed 11:00"] == when(played.other, ItemSetAside)
    assert ["Fri 17:00"] == when(played.other, ItemPlacedOnHoldShelf)
    assert ["Sat 09:00"] == when(played.other, ItemLent)


def test_who_finds_the_branch_shut_comes_when_it_opens_next(shop: Shop) -> None:
    played = runs(shop, hold_for_bath(shop), BATH_SHUT_ON_FRIDAY)
    assert ["Thu 17:00"] == when(played.other, ItemPlacedOnHoldShelf)
    assert ["Sat 09:00"] == when(played.other, ItemLent)
    assert {} == played.not_played


def test_who_fetched_a_copy_that_had_strayed_from_the_hold_shelf_does_so_again(shop: Shop) -> None:
    """It was ready on Thursday, found in Bristol on Friday and ready again on Saturday; Ben comes on Monday."""
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
    since = shop.head()
    with shop.world() as world:
        world.hold(MIDDLEMARCH, "ben", "bath")
        for after_us, branch in (
            (2 * HOUR_US, "wells"),
            (2 * DAY_US + 8 * HOUR_US, "bath"),
            (3 * DAY_US, "bristol"),
            (4 * DAY_US, "bath"),
        ):
            world.clock_us = TUESDAY + after_us
            world.scan(WELLS_COPY, branch)
        world.clock_us = TUESDAY + 6 * DAY_US
        world.lend(WELLS_COPY, "ben", "bath")
    played = runs(shop, since, BATH_SHUT_ON_FRIDAY)
    assert told(played.recorded) == told(played.base)
    assert ["Thu 17:00", "Sat 09:00"] == when(played.other, ItemPlacedOnHoldShelf)
    assert ["Mon 09:00"] == when(played.other, ItemLent)


def test_a_shorter_loan_comes_back_when_it_did(shop: Shop) -> None:
    played = runs(shop, hold_for_bath(shop), '[[loan]]\nrule = "short"\nitem_type = "book"\ndays = 1\n')
    assert when(played.base, ItemReturned) == when(played.other, ItemReturned)
    due = [
        [iso(fact.event.due_us)[:10] for fact in facts if isinstance(fact.event, ItemLent)]
        for facts in (played.base, played.other)
    ]
    assert [["2026-12-18"], ["2026-11-28"]] == due


@pytest.mark.parametrize("copies", [1, 2])
def test_a_copy_that_floats_is_lent_where_it_stands_and_not_where_it_lived(shop: Shop, copies: int) -> None:
    """
    Bath's copy is brought to Wells and, in truth, sent home and lent there to Cyn on Friday. Where copies float, Cyn
    finds none in Bath, unless the one of Wells is left there too.
    """
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
        if copies == 2:
            world.lend(WELLS_COPY, "ben", "wells")
    since = shop.head()
    with shop.world() as world:
        world.clock_us = TUESDAY + HOUR_US
        world.scan(BATH_COPY, "wells")
        if copies == 2:
            world.scan(WELLS_COPY, "bath")
        world.clock_us = TUESDAY + 2 * DAY_US
        world.scan(BATH_COPY, "bath")
        world.clock_us = TUESDAY + 3 * DAY_US
        world.lend(BATH_COPY, "cyn", "bath")
    played = runs(shop, since, '[[float.group]]\ngroup = "everywhere"\nbranches = ["all"]\n')
    lent = [fact.stream for fact in played.other if isinstance(fact.event, ItemLent)]
    assert ([] if copies == 1 else [f"item/{WELLS_COPY}"]) == lent
    assert ({"loan: no copy on that shelf": 1} if copies == 1 else {}) == played.not_played
