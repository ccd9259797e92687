"""Case 17: a hold without a free copy shortens a loan, never under what the rules guarantee; the copy travels later."""

from __future__ import annotations

import pytest

from circulation.clock import DAY_US, iso
from circulation.errors import Refused
from circulation.item import LoanRecalled
from circulation.policy_changes import RuleChange
from circulation.policy_desk import PolicyDesk
from tests.cast import BATH_COPY, MIDDLEMARCH, WELLS_COPY
from tests.world import World


def allow_recalls(world: World, **values: int) -> None:
    change = RuleChange("recalls", values={"guaranteed_days": 7, "recall_notice_days": 3, **values})
    PolicyDesk(world.commands).set_rule(world.at("bristol"), change)


def lend_both(world: World) -> None:
    """The Wells copy on Tuesday, the Bath copy two days later; both for 21 days."""
    world.lend(WELLS_COPY, "fin", "wells")
    world.clock_us += 2 * DAY_US
    world.lend(BATH_COPY, "eve", "bath")


def due(world: World, barcode: str) -> str:
    loan = world.item(barcode).custody.loan
    return "" if loan is None else iso(loan.due_us)


def refused_code(command: object, *args: object, **kwargs: object) -> str:
    with pytest.raises(Refused) as refused:
        command(*args, **kwargs)  # type: ignore[operator]
    return refused.value.code


@pytest.mark.case(17)
@pytest.mark.row(4)
def test_a_hold_shortens_the_loan_that_is_out_longest_and_the_receipt_says_which(world: World) -> None:
    allow_recalls(world)
    lend_both(world)
    assert due(world, WELLS_COPY) == "2026-12-15T17:00:00Z"
    receipt = world.hold(MIDDLEMARCH, "ada", "bath")
    assert receipt.sentence == (
        "Hold t-middlemarch#1 for bath. No copy is on a shelf; the loan of 30114000000025 is recalled "
        "by rule 'recalls/1' and due 2026-12-01T17:00:00Z."
    )
    assert (due(world, WELLS_COPY), due(world, BATH_COPY)) == ("2026-12-01T17:00:00Z", "2026-12-17T17:00:00Z")
    # The next hold shortens the next loan, and a third finds none.
    world.hold(MIDDLEMARCH, "ben", "bath")
    assert due(world, BATH_COPY) == "2026-12-03T17:00:00Z"
    assert "it waits in the queue" in world.hold(MIDDLEMARCH, "dev", "bath").sentence


@pytest.mark.case(17)
def test_the_hold_and_the_recall_are_one_append_on_title_and_item(world: World) -> None:
    allow_recalls(world)
    lend_both(world)
    receipt = world.hold(MIDDLEMARCH, "ada", "bath")
    facts = world.ledger.facts(after=receipt.position - 2)
    assert [fact.stream for fact in facts] == [f"title/{MIDDLEMARCH}", f"item/{WELLS_COPY}"]
    assert len({(fact.request, fact.recorded_us) for fact in facts}) == 1
    recalled = facts[1].event
    assert isinstance(recalled, LoanRecalled)
    assert (recalled.hold, iso(recalled.was_due_us)) == (f"{MIDDLEMARCH}#1", "2026-12-15T17:00:00Z")


@pytest.mark.case(17)
def test_the_borrower_always_has_the_days_of_notice(world: World) -> None:
    allow_recalls(world)
    lend_both(world)
    world.clock_us += 10 * DAY_US
    # Sunday 6 December: seven guaranteed days are over, three days of notice end on Wednesday.
    world.hold(MIDDLEMARCH, "ada", "bath")
    assert due(world, WELLS_COPY) == "2026-12-09T17:00:00Z"


@pytest.mark.case(17)
def test_without_a_rule_and_near_the_end_nothing_is_recalled(world: World) -> None:
    lend_both(world)
    world.hold(MIDDLEMARCH, "ada", "bath")
    assert due(world, WELLS_COPY) == "2026-12-15T17:00:00Z"
    allow_recalls(world, guaranteed_days=20, recall_notice_days=20)
    world.hold(MIDDLEMARCH, "ben", "bath")
    assert due(world, WELLS_COPY) == "2026-12-15T17:00:00Z"


@pytest.mark.case(17)
def test_a_recalled_loan_cannot_be_renewed_and_a_recall_moves_nothing(world: World) -> None:
    allow_recalls(world)
    lend_both(world)
    before = world.item(WELLS_COPY).custody
    world.hold(MIDDLEMARCH, "ada", "bath")
    after = world.item(WELLS_COPY).custody
    assert (after.place, after.custody_us, after.transit) == (before.place, before.custody_us, None)
    assert refused_code(world.desk.loans.renew, world.at("wells"), WELLS_COPY) == "renew.recalled"
    # Once it is back it goes to who waits.
    assert world.scan(WELLS_COPY, "wells").route_to == "bath"


@pytest.mark.case(17)
def test_a_return_from_before_the_recall_that_is_told_later_still_counts(world: World) -> None:
    allow_recalls(world)
    lend_both(world)
    dropped_us = world.clock_us
    world.clock_us += DAY_US
    world.hold(MIDDLEMARCH, "ada", "bath")
    assert world.scan(WELLS_COPY, "wells", happened_us=dropped_us + 1, by="drop").hold == f"{MIDDLEMARCH}#1"
    assert world.item(WELLS_COPY).custody.loan is None


@pytest.mark.case(17)
def test_cancelling_the_hold_leaves_the_loan_short_and_says_so(world: World) -> None:
    allow_recalls(world)
    lend_both(world)
    world.hold(MIDDLEMARCH, "ada", "bath")
    receipt = world.desk.holds.cancel(world.at("bath"), f"{MIDDLEMARCH}#1")
    assert receipt.sentence == (
        "Hold t-middlemarch#1 has ended. The loan of 30114000000025, recalled for it, stays due as it is; "
        "to give the time back: branchline loan recall 30114000000025 --withdraw."
    )
    assert due(world, WELLS_COPY) == "2026-12-01T17:00:00Z"
    assert world.desk.recalls.withdraw(world.at("wells"), WELLS_COPY).code == "recall.withdrawn"
    assert due(world, WELLS_COPY) == "2026-12-15T17:00:00Z"
    world.clock_us += DAY_US
    assert world.desk.loans.renew(world.at("wells"), WELLS_COPY).code == "renewed"


@pytest.mark.case(17)
def test_cancelling_after_the_copy_came_back_says_nothing_of_a_loan(world: World) -> None:
    allow_recalls(world)
    lend_both(world)
    world.hold(MIDDLEMARCH, "ada", "bath")
    world.scan(WELLS_COPY, "wells")
    receipt = world.desk.holds.cancel(world.at("bath"), f"{MIDDLEMARCH}#1")
    assert receipt.sentence == "Hold t-middlemarch#1 has ended."


@pytest.mark.case(17)
def test_a_recall_by_hand_is_guarded_by_the_same_days(world: World) -> None:
    recall, withdraw, here = world.desk.recalls.recall, world.desk.recalls.withdraw, world.at("bath")
    assert refused_code(recall, here, BATH_COPY) == "recall.not-on-loan"
    assert refused_code(withdraw, here, BATH_COPY) == "recall.not-on-loan"
    world.lend(BATH_COPY, "eve", "bath")
    assert refused_code(withdraw, here, BATH_COPY) == "recall.none"
    allow_recalls(world)
    assert recall(here, BATH_COPY).code == "recalled"
    assert due(world, BATH_COPY) == "2026-12-01T17:00:00Z"
    assert refused_code(recall, here, BATH_COPY) == "recall.already"
    withdraw(here, BATH_COPY)
    allow_recalls(world, guaranteed_days=30)
    assert refused_code(recall, here, BATH_COPY) == "recall.no-gain"


@pytest.mark.case(21)
@pytest.mark.row(3)
def test_renewing_and_undoing_it_restores_the_remaining_renewals_exactly(world: World) -> None:
    PolicyDesk(world.commands).set_rule(world.at("bristol"), RuleChange("two", values={"renewals": 2, "days": 14}))
    world.lend(BATH_COPY, "eve", "bath")
    before = world.item(BATH_COPY).custody
    for _ in range(3):
        world.clock_us += DAY_US
        assert world.desk.loans.renew(world.at("bath"), BATH_COPY).code == "renewed"
        world.desk.undo(world.at("bath"), BATH_COPY)
        assert world.item(BATH_COPY).custody == before
    for _ in range(2):
        world.clock_us += DAY_US
        world.desk.loans.renew(world.at("bath"), BATH_COPY)
    world.clock_us += DAY_US
    assert refused_code(world.desk.loans.renew, world.at("bath"), BATH_COPY) == "renew.limit"
    world.desk.undo(world.at("bath"), BATH_COPY)
    assert world.desk.loans.renew(world.at("bath"), BATH_COPY).code == "renewed"
