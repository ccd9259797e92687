"""The condition of copies, at the level of the pure decisions and through the desk."""

from __future__ import annotations

import pytest

from circulation.actor import ActorRegistered, Role
from circulation.claim_returned import to_search
from circulation.clock import DAY_US, HOUR_US
from circulation.command import Caller
from circulation.condition import (
    ConditionReported,
    ItemDeclaredLost,
    ItemFound,
    ItemSearched,
    LostItemReturned,
    TransitOverdue,
)
from circulation.condition_rules import CONDITIONS, fills_holds
from circulation.custody import Custody, Place
from circulation.custody_path import path_of, places_on
from circulation.declaring import found_again
from circulation.errors import BranchlineError, Invalid, Refused
from circulation.event import Event, Fact, NewEvents
from circulation.floating import FLOATING, TechnicalServicesSet
from circulation.hold import HoldReleased, HoldTargeted
from circulation.item import ItemLent, ItemMissed, ItemSighted
from circulation.transit_overdue import LaneLimit, lane_limit
from tests.cast import (
    BATH_COPY,
    CLEVEDON_COPY,
    DUNE,
    FLOATING_COPY,
    ITEMS,
    MIDDLEMARCH,
    TUESDAY,
    WELLS_COPY,
    item_given,
)
from tests.world import World

_ROLES = {Role.DESK: "dee", Role.COORDINATOR: "cor", Role.DRIVER: "dri", Role.ADMINISTRATOR: "ana"}


def staff(world: World) -> None:
    """One person of each role beside Ana, who is the administrator."""
    for role, name in _ROLES.items():
        if name != "ana":
            world.record(f"staff-{name}", (NewEvents(f"staff/{name}", 0, (ActorRegistered(role=role),)),))


def who(role: Role, branch: str) -> Caller:
    """Somebody of that role at a branch."""
    return Caller(f"staff/{_ROLES[role]}", "declared", branch, "desk-1")


def refused(act: object, *args: object, **more: object) -> str:
    with pytest.raises(BranchlineError) as error:
        act(*args, **more)  # type: ignore[operator]
    return error.value.code


def last(world: World, barcode: str, kind: type[Event]) -> Event:
    """The latest event of a kind on a copy's stream."""
    found = [fact.event for fact in world.ledger.stream(f"item/{barcode}") if isinstance(fact.event, kind)]
    return found[-1]


def tick(world: World, us: int = HOUR_US) -> None:
    world.clock_us += us


# --- lost ----------------------------------------------------------------------------------------------------------


@pytest.mark.case(12)
@pytest.mark.row(6)
def test_a_lost_copy_on_loan_stays_the_patrons_until_it_is_scanned_and_then_its_owner_is_told(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    tick(world)
    receipt = world.desk.conditions.lost(world.at("bath"), BATH_COPY)
    assert receipt.code == "lost"
    custody = world.item(BATH_COPY).custody
    assert (custody.place.kind, custody.loan is not None, custody.absence and custody.absence.what) == (
        "patron", True, "lost",
    )  # fmt: skip
    lost_us = world.clock_us
    tick(world, 30 * DAY_US)
    back = world.scan(BATH_COPY, "wells")
    assert (back.code, back.route_to) == ("send.home", "bath")
    assert back.sentence == (
        "Returned at wells. It was lost since 2026-11-24; Bath and North East Somerset is told. "
        "It goes to bath, reason home."
    )
    assert last(world, BATH_COPY, LostItemReturned) == LostItemReturned(
        branch="wells",
        was="lost",
        lost_us=lost_us,
        owner="Bath and North East Somerset",
        paid=False,
        loan=f"{BATH_COPY}#1",
    )
    custody = world.item(BATH_COPY).custody
    assert (custody.loan, custody.absence) == (None, None)
    assert world.desk.borrowers.by_card(world.cards["ada"]).claims.loans == ()


@pytest.mark.case(12)
def test_a_lost_copy_that_comes_back_fills_the_first_hold(world: World) -> None:
    world.lend(WELLS_COPY, "cyn", "wells")
    world.desk.conditions.lost(world.at("bath"), BATH_COPY)
    world.hold(MIDDLEMARCH, "ben", "bath")
    assert world.scan(BATH_COPY, "bath").code == "hold-shelf"


@pytest.mark.case(12)
def test_a_lost_copy_is_promised_to_nobody_and_its_hold_asks_another_one(world: World) -> None:
    world.hold(MIDDLEMARCH, "ben", "bath")
    assert world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"].target == BATH_COPY
    receipt = world.desk.conditions.lost(world.at("bath"), BATH_COPY)
    assert world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"].target == WELLS_COPY
    assert f"Hold {MIDDLEMARCH}#1 now asks wells for {WELLS_COPY}." in receipt.sentence


@pytest.mark.case(13)
@pytest.mark.row(6)
def test_a_copy_that_was_paid_for_and_comes_back_flags_the_refund_to_its_owner(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    world.desk.conditions.lost(world.at("bath"), BATH_COPY)
    world.desk.conditions.paid(world.at("bath"), BATH_COPY)
    assert refused(world.desk.conditions.paid, world.at("bath"), BATH_COPY) == "paid.not-lost"
    receipt = world.scan(BATH_COPY, "bath")
    assert "It was paid for: a refund is its owner's to decide." in receipt.sentence
    returned = last(world, BATH_COPY, LostItemReturned)
    assert isinstance(returned, LostItemReturned)
    assert (returned.paid, returned.was) == (True, "lost-and-paid")


def test_a_copy_is_lost_once(world: World) -> None:
    world.desk.conditions.lost(world.at("bath"), BATH_COPY)
    assert refused(world.desk.conditions.lost, world.at("bath"), BATH_COPY) == "lost.already"


@pytest.mark.row(6)
def test_a_loan_is_given_up_only_when_it_is_overdue_for_long_enough(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    sweep = world.desk.claims.long_overdue
    tick(world, (21 + 59) * DAY_US)
    assert refused(sweep, world.at("bath"), BATH_COPY, after_days=60) == "loan.not-long-overdue"
    tick(world, 2 * DAY_US)
    sweep(world.at("bath"), BATH_COPY, after_days=60)
    assert world.item(BATH_COPY).custody.absence.what == "long-overdue"  # type: ignore[union-attr]
    head = world.ledger.head().position
    assert refused(sweep, world.at("bath"), BATH_COPY, after_days=60) == "loan.not-long-overdue"
    assert world.ledger.head().position == head


def test_a_lost_loan_is_not_renewed_and_a_missing_copy_not_lent(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    world.desk.conditions.lost(world.at("bath"), BATH_COPY)
    assert refused(world.desk.loans.renew, world.at("bath"), BATH_COPY) == "renew.absent"
    world.desk.conditions.missing(world.at("wells"), WELLS_COPY)
    assert refused(world.lend, WELLS_COPY, "ben", "wells") == "loan.absent"


# --- missing -------------------------------------------------------------------------------------------------------


def test_a_missing_copy_gives_up_its_hold_and_is_found_by_any_scan(world: World) -> None:
    world.hold(MIDDLEMARCH, "ben", "bath")
    world.scan(BATH_COPY, "bath")
    world.desk.conditions.missing(world.at("bath"), BATH_COPY)
    hold = world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"]
    assert (hold.captured, hold.target) == (None, WELLS_COPY)
    assert world.item(BATH_COPY).custody.place.kind == "nowhere"
    receipt = world.scan(BATH_COPY, "bath")
    assert "It was missing since 2026-11-24." in receipt.sentence
    assert receipt.code == "hold-shelf"


def test_a_copy_on_loan_is_not_missing(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    assert refused(world.desk.conditions.missing, world.at("bath"), BATH_COPY) == "missing.on-loan"


def test_a_copy_is_missing_once(world: World) -> None:
    world.desk.conditions.missing(world.at("bath"), BATH_COPY)
    assert refused(world.desk.conditions.missing, world.at("bath"), BATH_COPY) == "missing.already"


def test_logs_written_before_finding_was_a_fact_of_its_own_end_an_absence_too() -> None:
    item = item_given(BATH_COPY, ItemMissed(branch="bath"), ItemSighted(branch="bath", as_="found"))
    assert item.custody.absence is None


# --- claims --------------------------------------------------------------------------------------------------------


@pytest.mark.case(10)
@pytest.mark.row(5)
def test_a_claim_keeps_the_loan_open_outside_the_limit_and_asks_every_branch_on_the_copys_way(world: World) -> None:
    world.scan(BATH_COPY, "clevedon", tote="T1")
    world.desk.totes.seal(world.at("clevedon"), "T1")
    world.desk.totes.load(world.at("clevedon"), "T1", van="v1")
    world.desk.totes.unload(world.at("bristol"), "T1")
    world.scan(BATH_COPY, "bath")
    world.lend(BATH_COPY, "eve", "bath")
    tick(world)
    receipt = world.desk.claims.claim_returned(world.at("bath"), BATH_COPY, said="wells")
    assert receipt.sentence.endswith("To look for it: wells, bath, taunton, bristol, clevedon.")
    claims = world.desk.borrowers.by_card(world.cards["eve"]).claims
    assert (claims.loans, claims.claimed) == ((), (f"{BATH_COPY}#1",))
    assert world.item(BATH_COPY).custody.loan is not None
    assert refused(world.desk.claims.claim_returned, world.at("bath"), BATH_COPY) == "claim.already"


@pytest.mark.case(10)
def test_each_search_is_a_fact_and_finding_the_copy_closes_loan_and_claim(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    world.desk.claims.claim_returned(world.at("bath"), BATH_COPY, said="wells")
    receipt = world.desk.conditions.searched(world.at("bath"), BATH_COPY, found=False)
    assert receipt.code == "searched"
    assert world.item(BATH_COPY).custody.absence.to_search == ("wells",)  # type: ignore[union-attr]
    found = world.desk.conditions.searched(world.at("wells"), BATH_COPY, found=True)
    assert found.code == "send.home"
    events = [type(f.event).__name__ for f in world.ledger.stream(f"item/{BATH_COPY}")][-4:]
    assert events == ["ItemSearched", "ItemReturned", "TransitOpened", "ItemFound"]
    assert last(world, BATH_COPY, ItemSearched) == ItemSearched(at="wells", found=True)
    claims = world.desk.borrowers.by_card(world.cards["ada"]).claims
    assert (claims.loans, claims.claimed) == ((), ())


@pytest.mark.case(10)
def test_a_rejected_claim_makes_the_loan_count_again(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    world.desk.claims.claim_returned(world.at("bath"), BATH_COPY)
    world.desk.claims.reject(world.at("bath"), BATH_COPY)
    assert world.desk.borrowers.by_card(world.cards["ada"]).claims.loans == (f"{BATH_COPY}#1",)
    assert world.item(BATH_COPY).custody.absence is None
    assert refused(world.desk.claims.reject, world.at("bath"), BATH_COPY) == "claim.none"


@pytest.mark.case(10)
def test_a_claim_expires_only_when_everybody_has_looked_and_its_time_is_over(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    world.desk.claims.claim_returned(world.at("bath"), BATH_COPY)
    expire = world.desk.claims.expire
    assert refused(expire, world.at("bath"), BATH_COPY, after_days=90) == "claim.unsearched"
    world.desk.conditions.searched(world.at("bath"), BATH_COPY, found=False)
    assert refused(expire, world.at("bath"), BATH_COPY, after_days=90) == "claim.too-young"
    tick(world, 91 * DAY_US)
    expire(world.at("bath"), BATH_COPY, after_days=90)
    custody = world.item(BATH_COPY).custody
    assert (custody.loan, custody.place.kind, custody.absence.what) == (None, "nowhere", "missing")  # type: ignore[union-attr]


@pytest.mark.case(10)
def test_a_return_from_the_book_drop_before_the_claim_proves_it(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    tick(world, DAY_US)
    dropped_us = world.clock_us
    tick(world, DAY_US)
    world.desk.claims.claim_returned(world.at("bath"), BATH_COPY)
    tick(world)
    receipt = world.scan(BATH_COPY, "bath", by="drop", happened_us=dropped_us)
    assert receipt.code == "shelve"
    assert world.item(BATH_COPY).custody.absence is None


@pytest.mark.case(11)
@pytest.mark.row(5)
def test_a_copy_that_its_patron_never_had_is_missing_and_the_loan_is_over(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    receipt = world.desk.claims.never_had(world.at("bath"), BATH_COPY)
    assert receipt.code == "claim.missing"
    custody = world.item(BATH_COPY).custody
    assert (custody.loan, custody.place.kind) == (None, "nowhere")
    assert custody.absence is not None
    assert (custody.absence.what, custody.absence.last and custody.absence.last.place) == ("claimed-never-had", "bath")
    assert world.desk.borrowers.by_card(world.cards["ada"]).claims.loans == ()
    assert isinstance(found_again(world.item(BATH_COPY), "bath"), ItemFound)


def test_the_way_of_a_copy_is_read_from_its_totes_too(world: World) -> None:
    world.scan(BATH_COPY, "clevedon", tote="T1")
    world.desk.totes.seal(world.at("clevedon"), "T1")
    world.desk.totes.load(world.at("clevedon"), "T1", van="v1")
    world.desk.totes.unload(world.at("bristol"), "T1")
    path = path_of(world.ledger.stream(f"item/{BATH_COPY}"), lambda filling: world.ledger.stream(f"tote/{filling}"))
    assert [(step.kind, step.place) for step in path] == [
        ("branch", "bath"), ("branch", "clevedon"), ("van", "v1"), ("branch", "bristol"),
    ]  # fmt: skip
    assert places_on(path) == ("bristol", "clevedon", "bath")


@pytest.mark.case(15)
def test_a_copy_in_a_tote_that_was_lost_was_last_on_its_van(world: World) -> None:
    world.scan(BATH_COPY, "clevedon", tote="T1")
    world.desk.totes.seal(world.at("clevedon"), "T1")
    world.desk.totes.load(world.at("clevedon"), "T1", van="v1")
    world.desk.troubles.lost(world.at("bristol"), "T1", why="fell off")
    world.desk.transits.declare_lost(world.at("bristol"), BATH_COPY)
    lost = last(world, BATH_COPY, ItemDeclaredLost)
    assert isinstance(lost, ItemDeclaredLost)
    assert lost.last is not None
    assert (lost.last.kind, lost.last.place) == ("van", "v1")


def test_at_most_twelve_branches_are_asked() -> None:
    item = item_given(
        BATH_COPY,
        *(ItemSighted(branch=f"b{n}", as_="found") for n in range(20)),
        ItemLent(
            loan="x#1", branch="bath", due_us=TUESDAY, rule="r", renewals_allowed=0, key=1, patron="s",
            category="adult", patron_home="bath",
        ),
    )  # fmt: skip
    facts = [Fact("item/x", 1, ITEMS[BATH_COPY], 0, "a", "os", "", "r0", 1)]
    facts += [
        Fact("item/x", n + 2, ItemSighted(branch=f"b{n}", as_="found"), n + 1, "a", "os", "", f"r{n}", n + 2)
        for n in range(20)
    ]
    assert item.custody.loan is not None
    assert to_search(item, item.custody.loan, path_of(facts, lambda _: ()), None) == (
        "bath", *(f"b{n}" for n in range(19, 8, -1)),
    )  # fmt: skip


# --- on the way ----------------------------------------------------------------------------------------------------


@pytest.mark.case(15)
@pytest.mark.row(27)
def test_the_limit_of_a_lane_is_twice_what_95_of_100_take_within_bounds() -> None:
    assert lane_limit({}) == LaneLimit(14 * DAY_US)
    assert lane_limit({DAY_US: 19}) == LaneLimit(14 * DAY_US)
    assert lane_limit({DAY_US: 20}) == LaneLimit(3 * DAY_US, DAY_US)
    assert lane_limit({DAY_US: 94, 4 * DAY_US: 1, 30 * DAY_US: 5}) == LaneLimit(8 * DAY_US, 4 * DAY_US)
    assert lane_limit({90 * DAY_US: 30}) == LaneLimit(56 * DAY_US, 90 * DAY_US)


@pytest.mark.case(15)
@pytest.mark.row(27)
def test_an_overdue_journey_is_searched_for_then_lost_with_its_last_custody_and_found_by_a_scan(world: World) -> None:
    world.scan(BATH_COPY, "clevedon", tote="T1")
    world.desk.totes.seal(world.at("clevedon"), "T1")
    world.desk.totes.load(world.at("clevedon"), "T1", van="v1")
    tick(world, 3 * DAY_US)
    search = world.desk.transits.search
    limit = LaneLimit(4 * DAY_US, 2 * DAY_US)
    assert refused(search, world.at("bristol"), BATH_COPY, limit=limit) == "transit.in-time"
    tick(world, 2 * DAY_US)
    receipt = search(world.at("bristol"), BATH_COPY, limit=limit)
    assert receipt.sentence.startswith("It is overdue on its way; last had by van v1 in T1/1 since 2026-11-24")
    late = last(world, BATH_COPY, TransitOverdue)
    assert isinstance(late, TransitOverdue)
    assert late.search == ("bath", "clevedon")
    assert refused(search, world.at("bristol"), BATH_COPY, limit=limit) == "transit.searched"
    world.desk.conditions.searched(world.at("clevedon"), BATH_COPY, found=False)
    world.desk.transits.declare_lost(world.at("bristol"), BATH_COPY)
    lost = last(world, BATH_COPY, ItemDeclaredLost)
    assert isinstance(lost, ItemDeclaredLost)
    assert lost.last is not None
    assert (lost.last.kind, lost.last.place, lost.last.filling) == ("van", "v1", "T1/1")
    custody = world.item(BATH_COPY).custody
    assert (custody.transit, custody.place.kind) == (None, "nowhere")
    assert world.scan(BATH_COPY, "bristol").route_to == "bath"


@pytest.mark.case(15)
def test_only_what_travels_is_lost_on_its_way(world: World) -> None:
    assert refused(world.desk.transits.declare_lost, world.at("bath"), BATH_COPY) == "lost.not-travelling"


@pytest.mark.case(16)
def test_an_aborted_journey_leaves_the_copy_unknown_since_its_last_custody_and_its_hold_asks_another(
    world: World,
) -> None:
    world.hold(MIDDLEMARCH, "dev", "clevedon")
    target = world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"].target
    assert target == BATH_COPY
    world.scan(BATH_COPY, "bath", tote="T1")
    tick(world)
    receipt = world.desk.transits.abort(world.at("bath"), BATH_COPY, code="not-in-tote")
    assert receipt.code == "transit.aborted"
    assert "nobody knows where it is since bath" in receipt.sentence
    custody = world.item(BATH_COPY).custody
    assert (custody.place.kind, custody.transit, custody.capture) == ("nowhere", None, None)
    hold = world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"]
    assert (hold.captured, hold.target) == (None, WELLS_COPY)


@pytest.mark.case(16)
def test_a_journey_is_aborted_where_it_concerns_or_by_a_coordinator(world: World) -> None:
    staff(world)
    world.scan(BATH_COPY, "clevedon")
    abort = world.desk.transits.abort
    assert refused(abort, who(Role.DESK, "wells"), BATH_COPY, code="not-sent") == "abort.elsewhere"
    assert refused(abort, who(Role.DESK, "bath"), BATH_COPY, code="no idea") == "abort.reason"
    assert abort(who(Role.COORDINATOR, "wells"), BATH_COPY, code="not-sent").code == "transit.aborted"
    assert refused(abort, who(Role.DESK, "bath"), BATH_COPY, code="not-sent") == "transit.none"


@pytest.mark.case(16)
def test_a_journey_that_is_searched_for_is_aborted_by_a_coordinator_only(world: World) -> None:
    staff(world)
    world.scan(BATH_COPY, "clevedon")
    tick(world, 5 * DAY_US)
    world.desk.transits.search(who(Role.COORDINATOR, "bristol"), BATH_COPY, limit=LaneLimit(4 * DAY_US))
    abort = world.desk.transits.abort
    assert refused(abort, who(Role.DESK, "bath"), BATH_COPY, code="not-sent") == "abort.lost"
    assert abort(who(Role.COORDINATOR, "bath"), BATH_COPY, code="not-sent").code == "transit.aborted"


# --- the copy itself -----------------------------------------------------------------------------------------------


@pytest.mark.case(14)
@pytest.mark.row(7)
def test_a_damaged_copy_names_the_last_two_who_had_it_leaves_its_hold_and_goes_home(world: World) -> None:
    world.hold(MIDDLEMARCH, "dev", "clevedon")
    world.scan(BATH_COPY, "bath", tote="T1")
    world.desk.totes.seal(world.at("bath"), "T1")
    world.desk.totes.load(world.at("bath"), "T1", van="v1")
    world.desk.totes.unload(world.at("bristol"), "T1")
    tick(world)
    receipt = world.desk.conditions.report(
        world.at("bristol"), BATH_COPY, "damaged", code="wet", photo=b"a picture of a wet book"
    )
    assert receipt.code == "condition.reported"
    report = last(world, BATH_COPY, ConditionReported)
    assert isinstance(report, ConditionReported)
    assert [(step.kind, step.place) for step in report.custodies] == [("van", "v1"), ("branch", "bristol")]
    assert report.photo is not None
    assert world.ledger.attachment(report.photo) == b"a picture of a wet book"
    hold = world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"]
    assert (hold.captured, hold.target) == (None, WELLS_COPY)
    home = world.scan(BATH_COPY, "bristol")
    assert (home.code, home.route_to) == ("send.home", "bath")
    assert "It is damaged and fills no hold." in home.sentence
    assert world.item(BATH_COPY).custody.capture is None


@pytest.mark.case(14)
def test_damage_is_reported_on_a_van_by_its_driver(world: World) -> None:
    staff(world)
    driver = Caller("staff/dri", "declared", "", "van-1")
    world.desk.conditions.report(driver, BATH_COPY, "damaged", code="crushed", van="v1")
    report = last(world, BATH_COPY, ConditionReported)
    assert isinstance(report, ConditionReported)
    assert (report.van, report.at) == ("v1", "")


@pytest.mark.case(14)
def test_what_is_the_matter_is_a_code_and_not_free_text(world: World) -> None:
    with pytest.raises(Invalid) as error:
        world.desk.conditions.report(world.at("bath"), BATH_COPY, "damaged", code="Mrs Smith spilt tea")
    assert error.value.code == "condition.note-code"


@pytest.mark.case(14)
def test_a_damaged_copy_fills_no_hold_is_asked_for_by_none_and_is_not_lent(world: World) -> None:
    world.desk.conditions.report(world.at("bath"), BATH_COPY, "incomplete", code="pages-missing")
    world.hold(MIDDLEMARCH, "ben", "bath")
    assert world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"].target == WELLS_COPY
    assert world.scan(BATH_COPY, "bath").code == "again"
    assert refused(world.lend, BATH_COPY, "ben", "bath") == "loan.unfit"
    world.desk.conditions.restore(world.at("bath"), BATH_COPY)
    assert world.scan(BATH_COPY, "bath").code == "hold-shelf"


@pytest.mark.case(37)
def test_no_hold_is_placed_on_a_copy_that_is_withdrawn_or_lost(world: World) -> None:
    world.desk.conditions.withdraw(world.at("bath"), BATH_COPY, code="worn")
    world.desk.conditions.lost(world.at("bath"), WELLS_COPY)
    place, ben = world.desk.holds.place, world.cards["ben"]
    for copy in (BATH_COPY, WELLS_COPY):
        assert refused(place, world.at("bath"), card=ben, pickup="bath", item=copy) == "hold.copy-gone"
    assert place(world.at("bath"), card=ben, pickup="bath", item=CLEVEDON_COPY).code == "hold.placed"


@pytest.mark.case(25)
def test_a_copy_that_is_restored_is_promised_at_once_to_whoever_waits(world: World) -> None:
    world.lend(WELLS_COPY, "cyn", "wells")
    world.desk.conditions.report(world.at("bath"), BATH_COPY, "damaged", code="torn")
    world.hold(MIDDLEMARCH, "ben", "bath")
    assert world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"].target is None
    receipt = world.desk.conditions.restore(world.at("bath"), BATH_COPY)
    assert world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"].target == BATH_COPY
    assert receipt.code == "restored"


@pytest.mark.case(14)
def test_a_damaged_copy_that_floats_goes_home_too(world: World) -> None:
    world.scan(FLOATING_COPY, "bath")
    world.desk.conditions.report(world.at("bath"), FLOATING_COPY, "damaged", code="torn")
    assert world.scan(FLOATING_COPY, "bath").route_to == "bristol"
    assert world.scan(FLOATING_COPY, "bristol").code == "shelve"


@pytest.mark.case(37)
def test_a_copy_that_is_withdrawn_on_its_way_fills_no_hold_and_goes_to_its_owner(world: World) -> None:
    world.lend(WELLS_COPY, "cyn", "wells")
    world.scan(BATH_COPY, "clevedon", tote="T1")
    world.desk.conditions.withdraw(world.at("bath"), BATH_COPY, code="worn")
    world.hold(MIDDLEMARCH, "ben", "bristol")
    receipt = world.scan(BATH_COPY, "bristol")
    assert (receipt.code, receipt.route_to) == ("send.onward", "bath")
    assert world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"].captured is None
    assert world.scan(BATH_COPY, "bath").signal == "shelve"


@pytest.mark.case(37)
def test_a_copy_on_loan_or_set_aside_is_not_withdrawn_unless_its_hold_gets_another(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    withdraw = world.desk.conditions.withdraw
    assert refused(withdraw, world.at("bath"), BATH_COPY, code="worn") == "withdraw.on-loan"
    world.hold(MIDDLEMARCH, "ben", "bath")
    world.scan(WELLS_COPY, "bath")
    assert refused(withdraw, world.at("bath"), WELLS_COPY, code="worn") == "withdraw.set-aside"
    withdraw(world.at("bath"), WELLS_COPY, code="worn", gives_up_hold=True)
    assert world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"].captured is None
    assert refused(withdraw, world.at("bath"), WELLS_COPY, code="worn") == "withdraw.already"
    assert refused(
        world.desk.conditions.report, world.at("bath"), WELLS_COPY, "damaged", code="wet"
    ) == "condition.withdrawn"  # fmt: skip


def test_a_hold_that_lost_its_copy_says_why(world: World) -> None:
    world.hold(MIDDLEMARCH, "ben", "bath")
    world.scan(BATH_COPY, "bath")
    world.desk.conditions.report(world.at("bath"), BATH_COPY, "damaged", code="wet")
    events = [fact.event for fact in world.ledger.stream(f"title/{MIDDLEMARCH}")]
    assert isinstance(events[-2], HoldReleased)
    assert events[-2].why == "condition"
    assert isinstance(events[-1], HoldTargeted)


# --- who may undo it, and how --------------------------------------------------------------------------------------


def put_into(world: World, what: str) -> str:
    """Bring a copy into a condition, by the command that the table names; the copy."""
    at, desk = world.at("clevedon"), world.desk
    barcode = CLEVEDON_COPY
    if what in ("lost", "long-overdue", "lost-and-paid", "claimed-returned", "claimed-never-had"):
        world.lend(barcode, "dev", "clevedon")
        tick(world, 100 * DAY_US)
    if what in ("overdue-in-transit", "lost-in-transit", "transit-aborted"):
        world.scan(barcode, "wells")
        tick(world, 5 * DAY_US)
    match what:
        case "damaged" | "incomplete":
            desk.conditions.report(at, barcode, what, code="wet")  # type: ignore[arg-type]
        case "withdrawn":
            desk.conditions.withdraw(at, barcode, code="worn")
        case "missing":
            desk.conditions.missing(at, barcode)
        case "lost" | "lost-and-paid":
            desk.conditions.lost(at, barcode)
        case "long-overdue":
            desk.claims.long_overdue(at, barcode, after_days=60)
        case "claimed-returned":
            desk.claims.claim_returned(at, barcode)
        case "claimed-never-had":
            desk.claims.never_had(at, barcode)
        case "overdue-in-transit":
            desk.transits.search(at, barcode, limit=LaneLimit(DAY_US))
        case "lost-in-transit":
            desk.transits.declare_lost(at, barcode)
        case "transit-aborted":
            desk.transits.abort(at, barcode, code="not-sent")
    if what == "lost-and-paid":
        desk.conditions.paid(at, barcode)
    custody = world.item(barcode).custody
    named = {condition.what for condition in (custody.defect, custody.absence) if condition is not None}
    assert named == {what}
    return barcode


@pytest.mark.parametrize("what", CONDITIONS)
@pytest.mark.parametrize("role", [Role.DESK, Role.COORDINATOR, Role.DRIVER, Role.ADMINISTRATOR])
def test_each_condition_is_taken_back_by_those_whom_the_table_names_and_by_nobody_else(
    world: World, what: str, role: Role
) -> None:
    staff(world)
    barcode = put_into(world, what)
    tick(world)
    restore, caller = world.desk.conditions.restore, who(role, "clevedon")
    if role is Role.ADMINISTRATOR or role in CONDITIONS[what].undone_by:
        assert restore(caller, barcode, why="mistake").code == "restored"
        custody = world.item(barcode).custody
        present = [one.what for one in (custody.defect, custody.absence) if one is not None]
        assert what not in present
    else:
        assert refused(restore, caller, barcode) in ("restore.not-allowed", "actor.not-allowed")


@pytest.mark.parametrize("what", [what for what, rule in CONDITIONS.items() if rule.kind == "absence"])
def test_an_absence_ends_by_a_scan_anywhere_with_nothing_left_open(world: World, what: str) -> None:
    barcode = put_into(world, what)
    world.scan(barcode, "bristol")
    custody = world.item(barcode).custody
    assert (custody.absence, custody.loan, custody.place) == (None, None, Place(kind="branch", ref="bristol"))
    claims = world.desk.borrowers.by_card(world.cards["dev"]).claims
    assert (claims.loans, claims.claimed) == ((), ())


@pytest.mark.parametrize("what", [what for what, rule in CONDITIONS.items() if rule.kind == "defect"])
def test_a_defect_stays_through_a_scan(world: World, what: str) -> None:
    barcode = put_into(world, what)
    world.scan(barcode, "bristol")
    assert world.item(barcode).custody.defect is not None


@pytest.mark.parametrize("what", CONDITIONS)
def test_undoing_the_scan_that_found_a_copy_brings_its_condition_back(world: World, what: str) -> None:
    barcode = put_into(world, what)
    before, claims = world.item(barcode).custody, world.desk.borrowers.by_card(world.cards["dev"]).claims
    world.scan(barcode, "bristol")
    world.desk.undo(world.at("bristol"), barcode)
    assert world.item(barcode).custody == before
    after = world.desk.borrowers.by_card(world.cards["dev"]).claims
    assert (after.loans, after.claimed) == (claims.loans, claims.claimed)


def test_a_claim_of_never_having_had_it_that_is_taken_back_opens_the_loan_again(world: World) -> None:
    barcode = put_into(world, "claimed-never-had")
    world.desk.conditions.restore(world.at("clevedon"), barcode, why="mistake")
    custody = world.item(barcode).custody
    assert (custody.place.kind, custody.loan and custody.loan.loan) == ("patron", f"{barcode}#1")
    assert world.desk.borrowers.by_card(world.cards["dev"]).claims.loans == (f"{barcode}#1",)


def test_an_aborted_journey_home_that_is_taken_back_goes_on(world: World) -> None:
    barcode = put_into(world, "transit-aborted")
    world.desk.conditions.restore(world.at("clevedon"), barcode, why="mistake")
    custody = world.item(barcode).custody
    assert custody.place == Place(kind="branch", ref="wells")
    assert custody.transit is not None
    assert custody.transit.destination == "clevedon"


def test_what_is_taken_back_must_be_said_where_there_are_two(world: World) -> None:
    restore = world.desk.conditions.restore
    assert refused(restore, world.at("bath"), BATH_COPY) == "restore.nothing"
    world.desk.conditions.report(world.at("bath"), BATH_COPY, "damaged", code="wet")
    world.desk.conditions.lost(world.at("bath"), BATH_COPY)
    assert refused(restore, world.at("bath"), BATH_COPY) == "restore.which"
    restore(world.at("bath"), BATH_COPY, what="lost", why="mistake")
    custody = world.item(BATH_COPY).custody
    assert (custody.absence, custody.defect and custody.defect.what) == (None, "damaged")
    assert custody.place == Place(kind="branch", ref="bath")


def test_a_declaration_is_never_older_than_the_scan_that_it_is_about(world: World) -> None:
    """Else it would be recorded and not hold: another device's clock was a minute ahead."""
    ahead_us = world.clock_us + 60_000_000
    world.scan(BATH_COPY, "bath", happened_us=ahead_us)
    world.desk.conditions.lost(world.at("bath"), BATH_COPY)
    absence = world.item(BATH_COPY).custody.absence
    assert absence is not None
    assert absence.since_us == ahead_us


def test_the_table_is_what_decides() -> None:
    from circulation.custody import Absence, Defect

    here = Custody(place=Place(kind="branch", ref="bath"), custody_us=0)
    assert fills_holds(here)
    for what, rule in CONDITIONS.items():
        condition = (
            Custody(place=here.place, custody_us=0, defect=Defect(what=what, since_us=0, at=""))  # type: ignore[arg-type]
            if rule.kind == "defect"
            else Custody(place=here.place, custody_us=0, absence=Absence(what=what, since_us=0, at=""))  # type: ignore[arg-type]
        )
        assert fills_holds(condition) is rule.fills_holds is False


def test_a_scan_of_a_copy_that_is_where_it_should_be_finds_nothing() -> None:
    assert found_again(item_given(BATH_COPY), "bath") is None


def test_a_desk_may_not_declare_what_is_for_a_coordinator(world: World) -> None:
    staff(world)
    world.scan(BATH_COPY, "clevedon")
    with pytest.raises(Refused) as error:
        world.desk.transits.declare_lost(who(Role.DESK, "bath"), BATH_COPY)
    assert error.value.code == "actor.not-allowed"


def test_two_titles_do_not_share_their_holds(world: World) -> None:
    world.hold(DUNE, "fin", "bristol")
    world.desk.conditions.lost(world.at("bath"), BATH_COPY)
    assert world.title(DUNE).holds[f"{DUNE}#1"].target == FLOATING_COPY


@pytest.mark.case(37)
def test_a_withdrawn_copy_goes_to_its_owner_s_technical_services_where_there_are_some(world: World) -> None:
    owner = world.item(BATH_COPY).owner
    world.record("services", (NewEvents(FLOATING, 0, (TechnicalServicesSet(member=owner, branch="wells"),)),))
    world.desk.conditions.withdraw(world.at("bath"), BATH_COPY, code="worn")
    receipt = world.scan(BATH_COPY, "bath")
    assert (receipt.code, receipt.route_to) == ("send.home", "wells")
    assert world.scan(BATH_COPY, "wells").signal == "shelve"
