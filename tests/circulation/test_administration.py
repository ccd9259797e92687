"""What it takes to set up branches, closures and loan rules, and what is refused."""

from __future__ import annotations

import pytest

from circulation.administration import (
    Administration,
    check_branch,
    declare_closure,
    describe_branch,
    mark_hub,
    retire_branch,
    set_delivery_terms,
    unmark_hub,
    withdraw_closure,
)
from circulation.branch import (
    Branch,
    BranchDescribed,
    BranchRetired,
    DeliveryTerms,
    DeliveryTermsSet,
    HubMarked,
    HubUnmarked,
    fold_branch,
)
from circulation.closure import Closed, ClosureDeclared, ClosureWithdrawn
from circulation.directory import all_closures, branches, members
from circulation.errors import BranchlineError, Invalid, Refused, Unknown
from circulation.event import Fact
from circulation.ledger import Ledger
from circulation.policy_changes import RuleChange
from circulation.policy_desk import PolicyDesk
from tests.circulation.world import ADMIN, CLERK, WEEK, commands_on, opened, record

YULE = Closed("2026-12-25", "2026-12-25", "2026-12-26", "Christmas")


def branch(**changes: object) -> Branch:
    fact = Fact("branch/ash", 1, opened("Ash", **changes), 0, "staff/admin", "declared", "", "r")
    return fold_branch(None, fact)


# --- branches --------------------------------------------------------------------------------------------------------


def test_a_place_that_nobody_knew_is_opened() -> None:
    assert describe_branch(None, opened("Ash")) == (opened("Ash"),)


def test_a_description_that_says_nothing_new_is_not_recorded() -> None:
    assert describe_branch(branch(), opened("Ash")) == ()


def test_a_description_from_another_file_with_the_same_words_is_not_recorded() -> None:
    assert describe_branch(branch(row="a", source="old.csv:2"), opened("Ash", row="a", source="new.csv:9")) == ()


def test_a_changed_description_replaces_the_whole_one() -> None:
    (event,) = describe_branch(branch(), opened("Ash Central"))
    assert isinstance(event, BranchDescribed)
    assert (event.name, event.hours) == ("Ash Central", WEEK)


def test_a_retired_place_that_is_described_again_is_back() -> None:
    (event,) = describe_branch(
        fold_branch(branch(), Fact("branch/ash", 2, BranchRetired(reason="x"), 0, "a", "os", "", "r")), opened("Ash")
    )
    assert isinstance(event, BranchDescribed)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"latitude_e6": 91_000_000}, "branch.off-the-map"),
        ({"longitude_e6": 181_000_000}, "branch.off-the-map"),
        ({"latitude_e6": 0, "longitude_e6": 0}, "branch.off-the-map"),
        ({"time_zone": "Europe/Atlantis"}, "calendar.zone"),
        ({"hours": ("17:00-09:00", *WEEK[1:])}, "hours.unreadable"),
    ],
)
def test_a_description_that_cannot_be_true_is_refused(changes: dict[str, object], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_branch("ash", opened("Ash", **changes))
    assert refused.value.code == code


def test_a_hub_cannot_leave_while_it_serves_branches() -> None:
    hub = fold_branch(branch(), Fact("branch/ash", 2, HubMarked(serves=("ash", "birch")), 0, "a", "os", "", "r"))
    with pytest.raises(Refused) as refused:
        retire_branch(hub, "moved")
    assert refused.value.sentence == "'ash' is a hub and serves 2 branches."


def test_an_ordinary_branch_leaves_with_a_reason() -> None:
    assert retire_branch(branch(), "moved") == (BranchRetired(reason="moved"),)


def test_a_hub_serves_each_branch_once_in_the_order_of_codes() -> None:
    assert mark_hub(branch(), ["birch", "ash", "birch"], {"ash", "birch"}) == (HubMarked(serves=("ash", "birch")),)


def test_a_hub_for_an_unknown_branch_is_refused_with_the_nearest_ones() -> None:
    with pytest.raises(Unknown) as refused:
        mark_hub(branch(), ["brich"], {"ash", "birch"})
    assert (refused.value.sentence, refused.value.hint) == ("There is no branch 'brich'.", "Did you mean birch?")


def test_only_a_hub_can_be_unmarked() -> None:
    with pytest.raises(Refused, match="'ash' is not a hub"):
        unmark_hub(branch())
    hub = fold_branch(branch(), Fact("branch/ash", 2, HubMarked(serves=()), 0, "a", "os", "", "r"))
    assert unmark_hub(hub) == (HubUnmarked(),)


def test_delivery_terms_are_recorded_once() -> None:
    terms = DeliveryTerms(windows=("06:00-09:00", *("",) * 6), door="Ring twice", minutes=8)
    assert set_delivery_terms(branch(), terms) == (DeliveryTermsSet(terms=terms),)
    assert set_delivery_terms(branch(), DeliveryTerms()) == ()


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        (DeliveryTerms(windows=("nine to five", *("",) * 6)), "hours.unreadable"),
        (DeliveryTerms(minutes=-1), "delivery.minutes"),
        (DeliveryTerms(minutes=241), "delivery.minutes"),
        (DeliveryTerms(tote_seconds=601), "delivery.tote-seconds"),
    ],
)
def test_impossible_delivery_terms_are_refused(terms: DeliveryTerms, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        set_delivery_terms(branch(), terms)
    assert refused.value.code == code


# --- closures --------------------------------------------------------------------------------------------------------


def test_a_closure_is_named_by_its_first_day() -> None:
    assert declare_closure((), "2026-12-25", "2026-12-26", "Christmas") == (
        ClosureDeclared(closure="2026-12-25", first="2026-12-25", last="2026-12-26", reason="Christmas"),
    )


def test_the_same_closure_is_declared_once() -> None:
    assert declare_closure((YULE,), "2026-12-25", "2026-12-26", "Christmas") == ()


def test_a_second_closure_from_the_same_day_gets_a_name_of_its_own() -> None:
    (event,) = declare_closure((YULE,), "2026-12-25", "2027-01-01", "Heating")
    assert event == ClosureDeclared(closure="2026-12-25-2", first="2026-12-25", last="2027-01-01", reason="Heating")


def test_a_closure_that_is_put_right_keeps_its_name() -> None:
    (event,) = declare_closure((YULE,), "2026-12-25", "2026-12-27", "Christmas", replaces="2026-12-25")
    assert event == ClosureDeclared(closure="2026-12-25", first="2026-12-25", last="2026-12-27", reason="Christmas")


def test_a_closure_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        declare_closure((), "2026-12-26", "2026-12-25", "Christmas")
    assert refused.value.code == "closure.ends-before-it-begins"
    assert refused.value.sentence == "A closure from 2026-12-26 cannot end on 2026-12-25."


@pytest.mark.parametrize("day", ["2026-02-30", "25/12/2026", "", "20261325"])
def test_a_day_that_does_not_exist_is_refused(day: str) -> None:
    with pytest.raises(Invalid) as refused:
        declare_closure((), day, "2026-12-31", "")
    assert refused.value.code == "day.unreadable"


def test_a_closure_is_withdrawn_by_its_name() -> None:
    assert withdraw_closure((YULE,), "all", "2026-12-25") == (ClosureWithdrawn(closure="2026-12-25"),)


def test_an_unknown_closure_is_answered_with_those_that_hold() -> None:
    with pytest.raises(Unknown) as refused:
        withdraw_closure((YULE,), "all", "2026-12-24")
    assert refused.value.hint == "Closures that hold there: 2026-12-25."


# --- use-cases -------------------------------------------------------------------------------------------------------


def test_a_network_is_set_up_with_commands(memory_ledger: Ledger) -> None:
    administration = Administration(commands_on(memory_ledger))
    administration.describe_branch(ADMIN, "elm", opened("Elm", "south"))
    administration.mark_hub(ADMIN, "dale", ["dale", "elm"])
    administration.declare_closure(ADMIN, "all", "2026-12-25", "2026-12-26", "Christmas")
    administration.declare_closure(ADMIN, "member/south", "2027-03-17", "2027-03-17", "Saint Patrick")

    assert members(memory_ledger) == ("north", "south")
    assert branches(memory_ledger)["dale"].serves == ("dale", "elm")
    assert {scope: len(held) for scope, held in all_closures(memory_ledger).items()} == {"all": 1, "member/south": 1}


def test_doing_it_again_records_nothing(memory_ledger: Ledger) -> None:
    administration = Administration(commands_on(memory_ledger))
    administration.declare_closure(ADMIN, "branch/ash", "2026-12-25", "2026-12-26", "Christmas")
    head = memory_ledger.head().position
    again = administration.declare_closure(ADMIN, "branch/ash", "2026-12-25", "2026-12-26", "Christmas")
    assert (again.facts, memory_ledger.head().position) == ((), head)


def test_a_branch_code_with_a_typing_mistake_is_answered_with_near_ones(memory_ledger: Ledger) -> None:
    administration = Administration(commands_on(memory_ledger))
    with pytest.raises(Unknown) as refused:
        administration.retire_branch(ADMIN, "ceder", "closed for good")
    assert (refused.value.code, refused.value.hint) == ("branch.unknown", "Did you mean cedar?")


@pytest.mark.parametrize(
    ("scope", "code"),
    [
        ("branch/ahs", "branch.unknown"),
        ("member/nort", "member.unknown"),
        ("everybody", "closure.scope"),
    ],
)
def test_a_closure_needs_somebody_who_is_closed(memory_ledger: Ledger, scope: str, code: str) -> None:
    administration = Administration(commands_on(memory_ledger))
    with pytest.raises(BranchlineError) as refused:
        administration.declare_closure(ADMIN, scope, "2026-12-25", "2026-12-25", "Christmas")
    assert refused.value.code == code


def test_a_desk_may_close_its_branch_but_not_change_loan_rules(memory_ledger: Ledger) -> None:
    commands = commands_on(memory_ledger)
    assert Administration(commands).declare_closure(CLERK, "branch/ash", "2026-11-25", "2026-11-25", "Snow").facts
    with pytest.raises(Refused) as refused:
        PolicyDesk(commands).set_rule(CLERK, RuleChange("dvd", item_type="dvd", values={"days": 7}))
    assert refused.value.code == "actor.not-allowed"


def test_a_retired_branch_takes_no_more_terms(memory_ledger: Ledger) -> None:
    administration = Administration(commands_on(memory_ledger))
    record(memory_ledger, "branch/dale", BranchRetired(reason="sold"))
    with pytest.raises(Unknown) as refused:
        administration.set_delivery_terms(ADMIN, "dale", DeliveryTerms(minutes=9))
    assert refused.value.code == "branch.retired"
