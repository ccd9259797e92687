"""Which rule holds and why: the most specific one that is in force, the rest filled from the next."""

from __future__ import annotations

import pytest

from circulation.event import Event
from circulation.policy import LoanRuleRemoved, LoanRules, LoanRuleSet, fold_loan_rules, in_force
from circulation.ruling import Asked, RuleBook, Ruling, consider, rule_on
from tests.cast import TUESDAY, fact

BATH, WELLS = "bath", "wells"


def rules(*events: Event) -> LoanRules:
    """The rules after these events, all recorded on the Tuesday of the cast."""
    state: LoanRules = {}
    for number, event in enumerate(events, 1):
        state = fold_loan_rules(state, fact("policy/loans", number, event, TUESDAY))
    return state


def ruling(
    held: LoanRules,
    *,
    owner: str = "Somerset",
    category: str = "adult",
    item_type: str = "dvd",
    branch: str = BATH,
    day: str = "2026-11-24",
) -> Ruling:
    return rule_on(held, Asked(owner, category, item_type, branch, day))


def test_where_no_rule_is_set_the_defaults_hold() -> None:
    found = ruling({})
    assert (found.days, found.renewals, found.shelf_days, found.hold_limit, found.holdable) == (21, 3, 9, 12, True)
    assert found.rule == "default"
    assert [(limit.most, limit.rule) for limit in found.loan_limits] == [(20, "default")]


@pytest.mark.row(40)
@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        ({"owner": "Somerset"}, {"category": "adult", "item_type": "dvd", "branch": BATH}),
        ({"category": "adult"}, {"item_type": "dvd", "branch": BATH}),
        ({"item_type": "dvd"}, {"branch": BATH}),
        ({"branch": BATH}, {}),
    ],
)
def test_owner_beats_category_beats_type_beats_branch(stronger: dict[str, str], weaker: dict[str, str]) -> None:
    held = rules(LoanRuleSet(rule="a-weak", days=1, **weaker), LoanRuleSet(rule="b-strong", days=2, **stronger))
    assert (ruling(held).days, ruling(held).rule) == (2, "b-strong/1")


@pytest.mark.row(40)
def test_what_a_rule_leaves_open_is_filled_from_the_next_most_specific_and_each_value_names_its_rule() -> None:
    held = rules(
        LoanRuleSet(rule="all", days=21, renewals=4, shelf_days=5),
        LoanRuleSet(rule="child", category="child", renewals=9),
        LoanRuleSet(rule="dvd", item_type="dvd", days=7),
    )
    found = ruling(held, category="child")
    assert (found.days, found.renewals, found.shelf_days, found.hold_limit) == (7, 9, 5, 12)
    assert found.rule == "dvd/1"
    assert found.renewals_rule == "child/1"
    assert (found.by["shelf_days"], found.by["hold_limit"]) == ("all/1", "default")


def test_a_rule_for_others_does_not_count() -> None:
    held = rules(LoanRuleSet(rule="wells", branch=WELLS, days=3), LoanRuleSet(rule="cd", item_type="cd", days=4))
    assert ruling(held).days == 21
    assert ruling(held, branch=WELLS).rule == "wells/1"
    # Where nobody can say what a copy is, only rules for any fit.
    assert ruling(held, item_type="*").days == 21


def test_a_limit_is_counted_over_what_its_rule_is_for() -> None:
    held = rules(
        LoanRuleSet(rule="all", loan_limit=20),
        LoanRuleSet(rule="child", category="child", loan_limit=10),
        LoanRuleSet(rule="dvd", item_type="dvd", loan_limit=5),
        LoanRuleSet(rule="somerset-dvd", owner="Somerset", item_type="dvd", loan_limit=2),
    )
    found = ruling(held, category="child")
    assert {(limit.owner, limit.item_type): (limit.most, limit.rule) for limit in found.loan_limits} == {
        ("*", "*"): (10, "child/1"),
        ("*", "dvd"): (5, "dvd/1"),
        ("Somerset", "dvd"): (2, "somerset-dvd/1"),
    }


# --- days ------------------------------------------------------------------------------------------------------------


@pytest.mark.row(40)
def test_a_version_holds_from_its_first_day_and_the_one_that_began_last_decides() -> None:
    held = rules(
        LoanRuleSet(rule="dvd", days=7, from_day="2026-01-01"),
        LoanRuleSet(rule="dvd", days=28, from_day="2026-12-10", until_day="2027-01-05"),
        LoanRuleSet(rule="dvd", days=10, from_day="2026-11-24"),
    )
    by_day = {
        "2025-12-31": (21, "default"),
        "2026-05-03": (7, "dvd/1"),
        "2026-11-24": (10, "dvd/3"),
        "2026-12-10": (28, "dvd/2"),
        "2027-01-05": (28, "dvd/2"),
        "2027-01-06": (10, "dvd/3"),
    }
    assert {day: (ruling(held, day=day).days, ruling(held, day=day).rule) for day in by_day} == by_day


def test_of_two_versions_that_begin_on_one_day_the_later_one_corrects_the_first() -> None:
    held = rules(
        LoanRuleSet(rule="dvd", days=7, from_day="2026-01-01"), LoanRuleSet(rule="dvd", days=8, from_day="2026-01-01")
    )
    assert ruling(held).rule == "dvd/2"


@pytest.mark.row(40)
def test_what_was_known_then_is_the_fold_up_to_then() -> None:
    before = rules(LoanRuleSet(rule="dvd", days=7, from_day="2026-01-01"))
    after = rules(
        LoanRuleSet(rule="dvd", days=7, from_day="2026-01-01"),
        LoanRuleSet(rule="dvd", days=9, from_day="2026-05-01", reason="It was agreed in May and never entered."),
    )
    assert (ruling(before, day="2026-05-03").days, ruling(after, day="2026-05-03").days) == (7, 9)


def test_a_removed_rule_held_until_the_day_before_and_its_planned_versions_never_will() -> None:
    held = rules(
        LoanRuleSet(rule="dvd", days=7, from_day="2026-01-01"),
        LoanRuleSet(rule="dvd", days=28, from_day="2026-12-10"),
        LoanRuleRemoved(rule="dvd", from_day="2026-11-24"),
    )
    assert [ruling(held, day=day).days for day in ("2026-11-23", "2026-11-24", "2026-12-10")] == [7, 21, 21]
    again = {"dvd": (*held["dvd"], *rules(LoanRuleSet(rule="dvd", days=5, from_day="2026-12-01"))["dvd"])}
    assert ruling(again, day="2026-12-24").days == 5


def test_a_rule_from_before_there_were_days_holds_from_the_day_on_which_it_was_recorded() -> None:
    old = LoanRuleSet(rule="dvd", item_type="dvd", days=7, renewals=1, loan_limit=5, hold_limit=5, shelf_days=5)
    held = rules(old, LoanRuleRemoved(rule="dvd"))
    assert [version.from_day for version in held["dvd"]] == ["2026-11-24", "2026-11-24"]
    assert in_force(held["dvd"][:1], "2026-11-23") is None
    assert ruling({"dvd": held["dvd"][:1]}).days == 7


# --- why -------------------------------------------------------------------------------------------------------------


@pytest.mark.row(44)
def test_every_version_of_every_rule_says_what_it_gave_and_why_it_gave_no_more() -> None:
    held = rules(
        LoanRuleSet(rule="all", days=21, renewals=4, from_day="2026-01-01"),
        LoanRuleSet(rule="cd", item_type="cd", days=4, from_day="2026-01-01"),
        LoanRuleSet(rule="dvd", item_type="dvd", days=7, from_day="2026-01-01"),
        LoanRuleSet(rule="dvd", item_type="dvd", days=9, from_day="2026-06-01"),
        LoanRuleSet(rule="xmas", days=40, from_day="2026-12-10", until_day="2027-01-05"),
        LoanRuleSet(rule="old", owner="Somerset", days=3, from_day="2026-01-01", until_day="2026-02-01"),
        LoanRuleSet(rule="gone", owner="Somerset", days=3, from_day="2026-01-01"),
        LoanRuleRemoved(rule="gone", from_day="2026-02-01"),
    )
    found = consider(held, Asked("Somerset", "adult", "dvd", BATH, "2026-11-24"))
    assert [(one.rule.cited, one.gave, one.why) for one in found] == [
        ("dvd/2", ("days",), "the most specific that fits"),
        ("all/1", ("renewals",), "more specific for days: dvd/2"),
        ("cd/1", (), "it is for type cd"),
        ("dvd/1", (), "dvd/2 holds instead since 2026-06-01"),
        ("xmas/1", (), "it holds from 2026-12-10"),
        ("old/1", (), "it held until 2026-02-01"),
        ("gone/1", (), "it was removed"),
    ]


def test_a_rule_book_works_a_ruling_out_once() -> None:
    book = RuleBook(rules(LoanRuleSet(rule="dvd", days=7)))
    asked = {"owner": "Somerset", "category": "adult", "item_type": "dvd", "branch": BATH, "day": "2026-11-24"}
    assert book.ruling(**asked) is book.ruling(**asked)
    assert not book.recalls
    assert RuleBook(rules(LoanRuleSet(rule="all", guaranteed_days=14))).recalls
