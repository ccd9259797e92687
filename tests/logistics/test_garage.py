"""What it takes to join, leave and be missed in the fleet."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from circulation.errors import Invalid, Refused, Unknown
from circulation.ledger import Ledger
from logistics.fleet import OffRoad, Van, VanBack, VanOut, VanRetired, VanSet
from logistics.garage import Garage, bring_van_back, check_van, retire_van, set_trips, set_van, take_van_out, vans
from tests.circulation.world import ADMIN, CLERK, commands_on, in_the_clear

MORNING = VanSet(
    hub="ash",
    totes=60,
    shift_starts_minute=420,
    shift_ends_minute=900,
    break_minutes=30,
    break_from_minute=660,
    break_until_minute=720,
    days=(0, 1, 2, 3, 4),
    cost_per_km_cents=45,
    cost_per_hour_cents=1800,
)


def van(**changes: object) -> Van:
    fields = {name: value for name, value in asdict(MORNING).items() if name != "source"}
    return Van(van="a", **{**fields, **changes})  # type: ignore[arg-type]


# --- vans ------------------------------------------------------------------------------------------------------------


def test_a_van_that_says_nothing_new_is_not_recorded() -> None:
    assert set_van(None, MORNING) == (MORNING,)
    assert set_van(van(), MORNING) == ()
    assert set_van(van(), replace(MORNING, source="FLEET.csv:2")) == ()


def test_a_van_with_another_shift_is_described_anew() -> None:
    later = replace(MORNING, shift_ends_minute=960)
    assert set_van(van(), later) == (later,)


def test_a_retired_van_can_join_again() -> None:
    assert set_van(van(retired=True), MORNING) == (MORNING,)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"totes": 0}, "Van 'a' holds 0 totes, and 1 to 1,000 are possible."),
        ({"shift_ends_minute": 400}, "Van 'a' works from 07:00 to 06:40, which is no shift."),
        ({"break_minutes": 500}, "Van 'a' has a break of 500 minutes, which does not fit into its shift."),
        ({"break_from_minute": 300}, "Van 'a' may break from 05:00 to 12:00, outside its shift."),
        ({"days": ()}, "Van 'a' works on no weekday."),
        ({"days": (1, 0)}, "Van 'a' works on weekdays that are not 0 (Monday) to 6 (Sunday), in order, each once."),
        ({"days": (0, 7)}, "Van 'a' works on weekdays that are not 0 (Monday) to 6 (Sunday), in order, each once."),
        ({"cost_per_km_cents": -1}, "Van 'a' has a cost below 0."),
    ],
)
def test_a_van_that_cannot_be_is_refused_in_one_sentence(changes: dict[str, object], why: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_van("a", replace(MORNING, **changes))  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.sentence) == ("van.impossible", why)


def test_a_van_without_a_break_needs_no_break_times() -> None:
    check_van("a", replace(MORNING, break_minutes=0, break_from_minute=0, break_until_minute=0))


def test_a_van_goes_off_the_road_for_days_that_are_not_covered_already() -> None:
    out = van(out=(OffRoad("2026-12-01", "2026-12-05", "brakes"),))
    assert take_van_out(van(), "a", "2026-12-01", "2026-12-05", "brakes") == (
        VanOut(first="2026-12-01", last="2026-12-05", reason="brakes"),
    )
    assert take_van_out(out, "a", "2026-12-02", "2026-12-03", "") == ()
    assert take_van_out(out, "a", "2026-12-05", "2026-12-06", "") != ()


def test_a_van_cannot_be_out_before_it_goes_out() -> None:
    with pytest.raises(Invalid) as refused:
        take_van_out(van(), "a", "2026-12-05", "2026-12-01", "brakes")
    assert refused.value.code == "van.out-ends-before-it-begins"


def test_a_van_comes_back_only_if_it_was_away() -> None:
    out = van(out=(OffRoad("2026-12-01", "2026-12-05", "brakes"),))
    assert bring_van_back(out, "a", "2026-12-03") == (VanBack(first="2026-12-03"),)
    assert bring_van_back(out, "a", "2026-12-06") == ()


def test_a_van_that_nobody_has_is_unknown() -> None:
    with pytest.raises(Unknown, match="Van 'z' is not in the fleet"):
        retire_van(None, "z")
    with pytest.raises(Unknown, match="Van 'a' has left the fleet"):
        take_van_out(van(retired=True), "a", "2026-12-01", "2026-12-01", "")
    assert retire_van(van(), "a") == (VanRetired(),)


def test_a_van_goes_out_several_times_and_is_otherwise_as_it_was() -> None:
    (twice,) = set_trips(van(row="0" * 64), "a", 2, 15)
    assert twice == replace(MORNING, trips=2, reload_minutes=15)
    assert set_trips(van(trips=2, reload_minutes=15), "a", 2, 15) == ()
    assert set_trips(van(), "a", 1, 0) == ()
    assert set_trips(van(trips=2, reload_minutes=15), "a", 1, 15) == (MORNING,)


@pytest.mark.parametrize(
    ("trips", "minutes", "code"),
    [(0, 0, "van.impossible:trips"), (10, 0, "van.impossible:trips"), (2, 481, "van.impossible:reload")],
)
def test_a_van_goes_out_as_often_as_can_be(trips: int, minutes: int, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        set_trips(van(), "a", trips, minutes)
    assert refused.value.name == code
    with pytest.raises(Unknown):
        set_trips(None, "a", 2, 15)


# --- use-cases -------------------------------------------------------------------------------------------------------


def test_a_fleet_is_set_up_with_commands(memory_ledger: Ledger) -> None:
    commands = commands_on(memory_ledger)
    garage = Garage(commands)
    garage.set_van(ADMIN, "van-a", MORNING)
    garage.take_van_out(ADMIN, "van-a", "2026-12-01", "2026-12-05", "brakes")

    (known,) = vans(memory_ledger).values()
    assert (known.van, known.hub, in_the_clear(commands, known.out[0].reason)) == ("van-a", "ash", "brakes")
    garage.retire_van(ADMIN, "van-a")
    assert vans(memory_ledger) == {}


@pytest.mark.parametrize(("hub", "code"), [("ahs", "branch.unknown"), ("birch", "hub.unknown")])
def test_a_van_starts_from_a_hub(memory_ledger: Ledger, hub: str, code: str) -> None:
    garage = Garage(commands_on(memory_ledger))
    with pytest.raises(Unknown) as refused:
        garage.set_van(ADMIN, "van-a", replace(MORNING, hub=hub))
    assert refused.value.code == code


def test_a_desk_does_not_set_up_the_fleet(memory_ledger: Ledger) -> None:
    garage = Garage(commands_on(memory_ledger))
    with pytest.raises(Refused) as refused:
        garage.set_van(CLERK, "van-a", MORNING)
    assert refused.value.code == "actor.not-allowed"
