"""The few lines that a driver must know when the plan changes on the road."""

from __future__ import annotations

from dataclasses import replace

from logistics.driver_list import DriverLines, driver_lists
from logistics.plan import PlannedRoute
from tests.logistics.drafted_day import BATH_AND_CLEVEDON, YEOVIL, at, drafted, stop

BEFORE = drafted(BATH_AND_CLEVEDON, YEOVIL)


def told(*routes: PlannedRoute, lost: dict[str, str] | None = None) -> tuple[DriverLines, ...]:
    after = drafted(*routes)
    return driver_lists(BEFORE, replace(after, inputs=replace(after.inputs, lost=lost)))


def test_a_driver_whose_day_stays_is_told_nothing():
    assert () == told(BATH_AND_CLEVEDON, YEOVIL)


def test_less_than_five_minutes_are_not_told():
    soon = replace(YEOVIL, stops=(replace(YEOVIL.stops[0], starts=at(9, 54)),))
    assert () == told(BATH_AND_CLEVEDON, soon)


def test_other_totes_at_a_stop_that_stays_are_told():
    fewer = replace(YEOVIL, stops=(replace(YEOVIL.stops[0], totes_on=1),))
    assert (DriverLines("TAU-1", ("Other totes: yeovil, 2 off and 1 on, not 2 and 3.",)),) == told(
        BATH_AND_CLEVEDON, fewer
    )


def test_another_order_is_told_whole():
    bath, clevedon = BATH_AND_CLEVEDON.stops
    turned = replace(
        BATH_AND_CLEVEDON,
        stops=(replace(clevedon, arrives=at(9, 12), starts=at(9, 12)), replace(bath, arrives=at(11), starts=at(11))),
    )
    assert told(turned, YEOVIL) == (
        DriverLines(
            "BRS-1",
            (
                "Sooner: clevedon at 09:12, not 11:02.",
                "Later: bath at 11:00, not 09:12.",
                "The order is now clevedon, bath.",
            ),
        ),
    )


def test_the_order_names_a_door_once():
    """Three stops of the plan, one after the other at Bath, are one call."""
    bath, clevedon = BATH_AND_CLEVEDON.stops
    late = at(11)
    taken = [replace(stop("bath", late, on=1), stop=f"BRS-9>{goal}", takes_from="BRS-9") for goal in ("wells", "frome")]
    turned = replace(BATH_AND_CLEVEDON, stops=(clevedon, replace(bath, arrives=late, starts=late), *taken))
    (found,) = told(turned, YEOVIL)
    assert "The order is now clevedon, bath." in found.lines


def test_a_van_that_had_no_route_is_told_when_it_leaves():
    new = PlannedRoute(
        van="BRS-2", hub="bristol", leaves=at(10), returns=at(11), metres=9, drive_seconds=9, load_at_start=1,
        stops=(stop("wells", at(10, 30), off=1),),
    )  # fmt: skip
    assert (DriverLines("BRS-2", ("Leaves bristol at 10:00.", "New: wells at 10:30, 1 off and 0 on.")),) == told(
        BATH_AND_CLEVEDON, YEOVIL, new
    )


def test_the_driver_of_a_lost_van_is_told_to_stay():
    (bath, _) = BATH_AND_CLEVEDON.stops
    assert told(replace(BATH_AND_CLEVEDON, stops=(bath,)), YEOVIL, lost={"BRS-1": "bath"}) == (
        DriverLines("BRS-1", ("Stays at bath and drives no further; others make clevedon, or nobody.",)),
    )


def test_what_happens_at_one_door_is_one_line():
    taken = [stop("bath", at(10), on=count) for count in (2, 1)]
    new = PlannedRoute(
        van="BRS-2", hub="bristol", leaves=at(9, 30), returns=at(12), metres=9, drive_seconds=9, load_at_start=0,
        stops=(
            replace(taken[0], stop="BRS-1>wells", takes_from="BRS-1"),
            replace(taken[1], stop="BRS-1>frome", takes_from="BRS-1"),
            replace(stop("wells", at(11), off=2), stop="wells@BRS-1"),
            stop("wells", at(11, 6), on=1),
        ),
    )  # fmt: skip
    (lines,) = told(BATH_AND_CLEVEDON, YEOVIL, new)
    assert lines.lines == (
        "Leaves bristol at 09:30.",
        "New: bath at 10:00, take over 2 totes for wells, 1 tote for frome from BRS-1.",
        "New: wells at 11:00, 2 off and 1 on.",
    )
