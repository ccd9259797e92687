"""Changing rules: versions, days, ranges, two rules for one thing, and transfer limits."""

from __future__ import annotations

import pytest

from circulation.errors import BranchlineError, Invalid, Refused, Unknown
from circulation.event import Event
from circulation.ledger import Ledger
from circulation.policy import LoanRuleRemoved, LoanRules, LoanRuleSet, fold_loan_rules
from circulation.policy_changes import LimitChange, RuleChange, lift_limit, remove_rule, set_limit, set_rule
from circulation.policy_desk import PolicyDesk
from circulation.transfer_limits import TransferLimits, TransferLimitSet, fold_transfer_limits
from tests.cast import TUESDAY, fact
from tests.circulation.world import ADMIN, CLERK, commands_on

TODAY = "2026-11-24"


def held(*events: Event) -> LoanRules:
    state: LoanRules = {}
    for number, event in enumerate(events, 1):
        state = fold_loan_rules(state, fact("policy/loans", number, event, TUESDAY))
    return state


def after(rules: LoanRules, change: RuleChange, today: str = TODAY) -> LoanRules:
    state = rules
    for event in set_rule(rules, change, today):
        state = fold_loan_rules(state, fact("policy/loans", 9, event, TUESDAY))
    return state


def test_a_rule_holds_from_today_unless_another_day_is_said() -> None:
    assert set_rule({}, RuleChange("dvd", item_type="dvd", values={"days": 7}), TODAY) == (
        LoanRuleSet(rule="dvd", item_type="dvd", days=7, from_day=TODAY),
    )


def test_what_is_not_said_stays_and_the_version_counts_on() -> None:
    rules = after({}, RuleChange("dvd", item_type="dvd", branch="bath", values={"days": 7, "renewals": 0}))
    rules = after(rules, RuleChange("dvd", values={"days": 10}))
    version = rules["dvd"][-1]
    assert (version.version, version.scope, version.values) == (
        2,
        ("*", "*", "dvd", "bath"),
        {"days": 10, "renewals": 0},
    )
    rules = after(rules, RuleChange("dvd", leave_open=("renewals",)))
    assert rules["dvd"][-1].values == {"days": 10}


def test_what_holds_already_is_not_recorded_again() -> None:
    rules = after({}, RuleChange("dvd", values={"days": 7}, from_day="2026-11-24"))
    assert set_rule(rules, RuleChange("dvd", values={"days": 7}), "2026-12-01") == ()
    assert set_rule(rules, RuleChange("dvd", values={"days": 7}, until_day="2026-12-24"), "2026-12-01") != ()


@pytest.mark.row(40)
def test_a_change_for_past_days_needs_a_reason() -> None:
    change = RuleChange("dvd", values={"days": 7}, from_day="2026-05-01")
    with pytest.raises(Refused) as refused:
        set_rule({}, change, TODAY)
    assert refused.value.code == "policy.past-needs-reason"
    told = RuleChange("dvd", values={"days": 7}, from_day="2026-05-01", reason="Agreed in May.")
    assert set_rule({}, told, TODAY) == (
        LoanRuleSet(rule="dvd", days=7, from_day="2026-05-01", reason="Agreed in May."),
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (RuleChange("odd", values={"days": 0}), "rule.out-of-range"),
        (RuleChange("odd", values={"renewals": -1}), "rule.out-of-range"),
        (RuleChange("odd", values={"shelf_days": 366}), "rule.out-of-range"),
        (RuleChange("odd", values={"recall_notice_days": 0}), "rule.out-of-range"),
        (RuleChange("odd"), "rule.sets-nothing"),
        (RuleChange("odd", values={"colour": 1}), "rule.value-unknown"),
        (RuleChange("odd", item_type="dvd", values={"hold_limit": 3}), "rule.hold-limit-scope"),
        (RuleChange("odd", values={"days": 7}, from_day="tomorrow"), "day.unreadable"),
        (
            RuleChange("odd", values={"days": 7}, from_day="2026-12-02", until_day="2026-12-01"),
            "policy.ends-before-it-begins",
        ),
    ],
)
def test_a_rule_that_cannot_be_is_refused(change: RuleChange, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        set_rule({}, change, TODAY)
    assert refused.value.code == code


def test_two_rules_for_the_same_things_on_one_day_are_refused() -> None:
    rules = held(LoanRuleSet(rule="dvd", item_type="dvd", days=7, from_day="2026-01-01", until_day="2026-12-31"))
    with pytest.raises(Refused) as refused:
        set_rule(rules, RuleChange("film", item_type="dvd", values={"days": 9}), TODAY)
    assert refused.value.code == "rule.same-scope"
    assert "'dvd' already says on 2026-11-24" in refused.value.sentence
    assert set_rule(rules, RuleChange("film", item_type="dvd", values={"days": 9}, from_day="2027-01-01"), TODAY)


def test_a_rule_that_comes_into_force_again_when_another_ends_is_found() -> None:
    rules = held(
        LoanRuleSet(rule="dvd", item_type="dvd", days=7, from_day="2026-01-01"),
        LoanRuleSet(rule="dvd", item_type="cd", days=7, from_day="2026-11-01", until_day="2026-12-10"),
    )
    with pytest.raises(Refused, match="on 2026-12-11"):
        set_rule(rules, RuleChange("film", item_type="dvd", values={"days": 9}), TODAY)


def test_a_rule_is_removed_by_its_name_from_a_day_on() -> None:
    rules = held(LoanRuleSet(rule="dvd", days=7, from_day="2026-01-01"))
    assert remove_rule(rules, "dvd", TODAY) == (LoanRuleRemoved(rule="dvd", from_day=TODAY),)
    with pytest.raises(Unknown, match="no loan rule 'cd'"):
        remove_rule(rules, "cd", TODAY)
    gone = held(LoanRuleSet(rule="dvd", days=7, from_day="2026-01-01"), LoanRuleRemoved(rule="dvd", from_day=TODAY))
    with pytest.raises(Unknown, match="no loan rule 'dvd'"):
        remove_rule(gone, "dvd", TODAY)


# --- transfer limits -------------------------------------------------------------------------------------------------


def limit(**changes: object) -> LimitChange:
    fields: dict[str, object] = {
        "limit": "stay",
        "origin": "branch/ash",
        "destination": "*",
        "item_type": "*",
        "allowed": False,
        "reason": "They stay.",
        **changes,
    }
    return LimitChange(**fields)  # type: ignore[arg-type]


def test_a_limit_is_recorded_once_and_lifted_by_its_name() -> None:
    (event,) = set_limit({}, limit(), TODAY)
    assert isinstance(event, TransferLimitSet)
    limits: TransferLimits = fold_transfer_limits(None, fact("policy/transfers", 1, event, TUESDAY))
    assert set_limit(limits, limit(), "2026-12-01") == ()
    (lifted,) = lift_limit(limits, "stay", "2026-12-01")
    limits = fold_transfer_limits(limits, fact("policy/transfers", 2, lifted, TUESDAY))
    with pytest.raises(Unknown) as refused:
        lift_limit(limits, "stay", "2026-12-02")
    assert refused.value.code == "transfer.unknown"


def test_a_limit_needs_a_reason_and_may_not_deny_everything() -> None:
    with pytest.raises(Invalid) as refused:
        set_limit({}, limit(reason=" "), TODAY)
    assert refused.value.code == "transfer.no-reason"
    with pytest.raises(Invalid) as refused:
        set_limit({}, limit(origin="*"), TODAY)
    assert refused.value.code == "transfer.everything"


# --- use-cases -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (RuleChange("dvd", owner="sotuh", values={"days": 7}), "member.unknown"),
        (RuleChange("dvd", branch="ahs", values={"days": 7}), "branch.unknown"),
        (RuleChange("D V D", values={"days": 7}), "name.unreadable"),
    ],
)
def test_a_rule_names_members_and_branches_that_there_are(memory_ledger: Ledger, change: RuleChange, code: str) -> None:
    with pytest.raises(BranchlineError) as refused:
        PolicyDesk(commands_on(memory_ledger)).set_rule(ADMIN, change)
    assert refused.value.code == code


def test_only_an_administrator_sets_limits_and_places_must_be_known(memory_ledger: Ledger) -> None:
    desk = PolicyDesk(commands_on(memory_ledger))
    with pytest.raises(Refused) as refused:
        desk.set_limit(CLERK, limit())
    assert refused.value.code == "actor.not-allowed"
    for origin, code in (("ash", "transfer.place"), ("branch/ahs", "branch.unknown"), ("owner/east", "member.unknown")):
        with pytest.raises(BranchlineError) as wrong:
            desk.set_limit(ADMIN, limit(origin=origin))
        assert wrong.value.code == code
    assert desk.set_limit(ADMIN, limit(origin="owner/north", destination="member/south")).facts
