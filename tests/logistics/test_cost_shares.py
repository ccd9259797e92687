"""Sharing out: by hand in a world of three members, and for any world that every cent is somebody's."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circulation.errors import Invalid, Unknown
from circulation.event import Fact
from logistics.coalitions import DayGame, Served, contributions
from logistics.cost_formula import (
    COST_FORMULAS,
    CostFormula,
    CostFormulas,
    chosen_formula,
    fold_cost_formulas,
    parse_formula,
    set_formula,
)
from logistics.cost_shares import Coalition, Estimate, Use, marginal, shapley, share_out, shares
from tests.logistics.small_network import flat_roads, van

THREE = ("avon", "bath", "corsham")
RUNWAY = {"avon": 12, "bath": 18, "corsham": 30}
"""On one road from the hub: who lies farther needs all of the road of those who lie nearer."""


def farthest(members: Coalition) -> int:
    return max((RUNWAY[member] for member in members), default=0)


def formula(**percents: int) -> CostFormula:
    return CostFormula("test", 1, **percents)


# --- shapley and marginal, by hand -----------------------------------------------------------------------------------


def test_on_one_road_all_share_the_first_stretch_and_the_last_drives_the_last_alone() -> None:
    """12 by three, the 6 from 12 to 18 by two, the 12 from 18 to 30 by one."""
    values = shapley(THREE, farthest, samples=2, seed=1)
    assert {"avon": 4, "bath": 7, "corsham": 19} == {member: one.value for member, one in values.items()}
    assert {0.0} == {one.error for one in values.values()}


def test_without_the_last_the_road_is_shorter_without_the_others_it_is_not() -> None:
    assert {"avon": 0, "bath": 0, "corsham": 12} == marginal(THREE, farthest)


def test_of_more_than_eight_members_orders_are_drawn_and_the_error_is_told() -> None:
    """The road of nine: each stretch is one kilometre more. The true values are sums of 1/9, 1/8, 1/7, …"""
    names = [f"m{number}" for number in range(1, 10)]
    true = {f"m{n}": sum(Fraction(1, 10 - stretch) for stretch in range(1, n + 1)) for n in range(1, 10)}

    def longest(members: Coalition) -> int:
        return max((int(member[1:]) for member in members), default=0)

    drawn = shapley(names, longest, samples=400, seed=1)

    assert drawn == shapley(names, longest, samples=400, seed=1)
    assert drawn != shapley(names, longest, samples=400, seed=2)
    assert 9 == sum(one.value for one in drawn.values())
    for member, one in drawn.items():
        assert 0 < one.error < 0.2
        assert abs(float(one.value - true[member])) < 4 * one.error


def test_twice_as_good_an_error_takes_four_times_the_orders() -> None:
    names = [f"m{number}" for number in range(1, 10)]
    errors = [
        shapley(names, lambda members: len(members) % 2, samples=samples, seed=1)["m1"].error
        for samples in (400, 1_600)
    ]
    assert 1.9 < errors[0] / errors[1] < 2.1


# --- money -----------------------------------------------------------------------------------------------------------


def test_what_cannot_be_divided_goes_to_the_largest_remainders_and_then_by_name() -> None:
    assert {"avon": 34, "bath": 33, "corsham": 33} == share_out(100, dict.fromkeys(THREE, 1))
    assert {"avon": 17, "bath": 33, "corsham": 50} == share_out(100, {"avon": 1, "bath": 2, "corsham": 3})
    assert {"avon": 1, "bath": 0, "corsham": 0} == share_out(1, dict.fromkeys(THREE, 0)), (
        "all alike where nobody used it"
    )
    assert {} == share_out(100, {})


def test_a_bill_of_three_members_by_hand() -> None:
    """
    1,000.00 cost, 100.00 of them are aid, each member's fee is 50.00; of the other 750.00 40 % go by totes (3, 1, 0),
    40 % by calls (2, 1, 1), 20 % by Shapley metres (4, 7, 19).
    """
    used = {
        "avon": Use(3, 2, 0, Fraction(4)),
        "bath": Use(1, 1, 0, Fraction(7)),
        "corsham": Use(0, 1, 0, Fraction(19)),
    }
    how = formula(base_cents=5_000, aid_cents=10_000, volume_percent=40, calls_percent=40, shapley_percent=20)
    owed = {one.member: one for one in shares(how, 100_000, used)}
    assert [5_000, 5_000, 5_000] == [one.base_cents for one in owed.values()]
    assert [22_500, 7_500, 0] == [one.volume_cents for one in owed.values()]
    assert [15_000, 7_500, 7_500] == [one.calls_cents for one in owed.values()]
    assert [2_000, 3_500, 9_500] == [one.shapley_cents for one in owed.values()]
    assert [44_500, 23_500, 22_000] == [one.total_cents for one in owed.values()]
    assert {None} == {one.error_cents for one in owed.values()}


def test_fees_that_come_to_more_than_the_costs_are_no_more_than_these() -> None:
    used = {member: Use(1, 1) for member in THREE}
    owed = shares(formula(base_cents=5_000, volume_percent=100), 100, used)
    assert [34, 33, 33] == [one.total_cents for one in owed]
    assert [0, 0, 0] == [one.total_cents for one in shares(formula(aid_cents=200, volume_percent=100), 100, used)]


def test_the_error_of_a_drawn_share_is_told_in_cents() -> None:
    used = {
        "avon": Use(shapley_metres=Fraction(300), shapley_error_metres=3.0),
        "bath": Use(shapley_metres=Fraction(700)),
    }
    owed = shares(formula(shapley_percent=100), 5_000, used)
    assert [(1_500, 15.0), (3_500, None)] == [(one.total_cents, one.error_cents) for one in owed]


# --- any world -------------------------------------------------------------------------------------------------------

names = st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=5, unique=True)


@st.composite
def games(draw: st.DrawFn) -> tuple[list[str], Mapping[Coalition, int]]:
    members = sorted(draw(names))
    cost = {
        frozenset(some): draw(st.integers(0, 1_000)) if some else 0
        for size in range(len(members) + 1)
        for some in combinations(members, size)
    }
    return members, cost


@given(games(), st.integers(0, 10**9), st.integers(0, 10**6), st.integers(0, 10**8), st.data())
def test_shares_come_to_the_total_and_none_is_negative(
    game: tuple[list[str], Mapping[Coalition, int]], total: int, base: int, aid: int, data: st.DataObject
) -> None:
    members, cost = game
    values = shapley(members, cost.__getitem__, samples=3, seed=1)
    alone = marginal(members, cost.__getitem__)
    used = {
        member: Use(data.draw(st.integers(0, 50)), data.draw(st.integers(0, 9)), alone[member], values[member].value)
        for member in members
    }
    volume, calls, one = (data.draw(st.integers(0, 33)) for _ in range(3))
    how = formula(
        base_cents=base, aid_cents=aid, volume_percent=volume, calls_percent=calls, marginal_percent=one,
        shapley_percent=100 - volume - calls - one,
    )  # fmt: skip
    owed = shares(how, total, used)
    assert max(0, total - aid) == sum(one.total_cents for one in owed)
    assert all(0 <= part for one in owed for part in (one.base_cents, one.volume_cents, one.calls_cents))
    assert all(0 <= one.marginal_cents and 0 <= one.shapley_cents for one in owed)
    assert cost[frozenset(members)] == sum(one.value for one in values.values())


@given(games())
def test_two_members_that_are_alike_owe_alike(game: tuple[list[str], Mapping[Coalition, int]]) -> None:
    members, cost = game
    twin = f"{members[0]}-twin"

    def with_twin(some: Coalition) -> int:
        """Each twin alone is as good as the other, both as good as one."""
        return cost[frozenset(members[0] if one == twin else one for one in some)]

    values = shapley([*members, twin], with_twin, samples=3, seed=1)
    assert values[members[0]].value == values[twin].value


@given(games(), st.integers(0, 10**6))
def test_a_member_that_changes_nothing_owes_its_base_alone(
    game: tuple[list[str], Mapping[Coalition, int]], total: int
) -> None:
    members, cost = game
    everybody = [*members, "dummy"]

    def without(some: Coalition) -> int:
        return cost[some - {"dummy"}]

    values = shapley(everybody, without, samples=3, seed=1)
    alone = marginal(everybody, without)
    assert (0, 0) == (values["dummy"].value, alone["dummy"])
    used = {member: Use(1, 1, 1, Fraction(1)) for member in members}
    used["dummy"] = Use(0, 0, alone["dummy"], values["dummy"].value)
    how = formula(base_cents=7, volume_percent=25, calls_percent=25, marginal_percent=25, shapley_percent=25)
    owed = {one.member: one for one in shares(how, total + 7 * len(everybody), used)}
    assert 7 == owed["dummy"].total_cents


# --- coalitions ------------------------------------------------------------------------------------------------------


def game(*served: Served, totes: int = 20) -> DayGame:
    return DayGame("bath", served, [van("b1", totes=totes)], flat_roads, iterations=50)


def test_a_coalition_drives_to_its_own_branches_only() -> None:
    """Ten kilometres between any two places: three for two branches, two for one."""
    day = game(Served("keynsham", "avon", 1, 1), Served("midsomer", "bath", 1, 0))
    assert ["avon", "bath"] == day.members
    metres = [day.metres(frozenset(some)) for some in ((), ("avon",), ("bath",), ("avon", "bath"))]
    assert [0, 20_000, 20_000, 30_000] == metres


def test_what_was_driven_for_a_coalition_is_not_driven_again() -> None:
    asked: list[int] = []
    day = game(Served("keynsham", "avon", 1, 1))
    search = day.search
    day.search = lambda *given: asked.append(1) or search(*given)  # type: ignore[func-returns-value]
    assert 20_000 == day.metres(frozenset({"avon"})) == day.metres(frozenset({"avon"}))
    assert [1] == asked


def test_a_stop_that_no_van_can_hold_is_driven_out_and_back() -> None:
    assert 20_000 == game(Served("keynsham", "avon", 21, 0)).metres(frozenset({"avon"}))


def test_contributions_of_days_and_hubs_are_added() -> None:
    both = game(Served("keynsham", "avon", 1, 1), Served("midsomer", "bath", 1, 0))
    alone = game(Served("keynsham", "avon", 1, 1))
    told: list[int] = []
    added = contributions([both, alone], samples=2, seed=1, tell=lambda: told.append(1))
    assert {"avon": 10_000 + 20_000, "bath": 10_000} == added.marginal
    assert {"avon": Estimate(Fraction(15_000 + 20_000), 0.0), "bath": Estimate(Fraction(15_000), 0.0)} == added.shapley
    assert [1, 1] == told


# --- formulas as versions --------------------------------------------------------------------------------------------

FILE = 'name = "scls"\nbase_cents = 50000\nvolume_percent = 60\ncalls_percent = 40\n'


def kept(*texts: str) -> CostFormulas:
    held: CostFormulas = {}
    for text in texts:
        for event in set_formula(held, parse_formula("scls.toml", text)):
            number = sum(len(versions) for versions in held.values())
            fact = Fact(COST_FORMULAS, number + 1, event, 0, "staff/1", "system", "", "r", position=100 + number)
            held = fold_cost_formulas(held, fact)
    return held


def test_each_change_is_a_version_and_the_same_again_is_none() -> None:
    held = kept(FILE, FILE, FILE.replace("50000", "60000"))
    assert [(1, 50_000, 100), (2, 60_000, 101)] == [(one.version, one.base_cents, one.position) for one in held["scls"]]


def test_a_version_is_cited_with_the_position_of_its_event() -> None:
    held = kept(FILE, FILE.replace("50000", "60000"))
    assert ["scls@2 (#101)", "scls@1 (#100)"] == [chosen_formula(held, named).cited for named in ("scls", "scls@1")]
    assert "scls" == parse_formula("scls.toml", FILE).cited


@pytest.mark.parametrize("named", ["other", "scls@2", "scls@0", "scls@x"])
def test_a_formula_or_version_that_is_not_there_is_refused_with_those_that_are(named: str) -> None:
    with pytest.raises(Unknown) as caught:
        chosen_formula(kept(FILE), named)
    assert caught.value.sentence == f"There is no cost formula '{named}'; there are: scls@1."
    assert caught.value.code == "cost.no-formula"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            FILE.replace("40", "41"),
            "In scls.toml 'the whole' contradicts itself: the four percents come to 101, not 100.",
        ),
        (
            FILE.replace("50000", "-1"),
            "In scls.toml the key 'base_cents' is '-1', but it should be greater than or equal to 0.",
        ),
        (FILE + "vans = 2\n", "In scls.toml the key 'vans' means nothing."),
        (
            FILE.replace("scls", "S C"),
            "In scls.toml the key 'name' is 'S C', but string should match pattern '^[a-z0-9][a-z0-9-]{0,39}$'.",
        ),
    ],
)  # fmt: skip
def test_a_file_that_is_no_formula_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_formula("scls.toml", text)
    assert caught.value.sentence == sentence
