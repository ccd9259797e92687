"""Ways while a part of the service is suspended: no call, no departure, a later day; where it goes next stays so."""

from __future__ import annotations

from datetime import date

import pytest

from circulation.service import Suspension
from logistics.network import Courier, Trunk
from logistics.ways import Ways
from tests.logistics.small_network import branch, calendar, instant, trunk, two_regions

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
EIGHT = instant("23 08:00")


def suspended(scope: str, first: str = "2026-11-23", last: str | None = "2026-11-24") -> Suspension:
    return Suspension("S1", scope, first, last, "Snow", False)


def ways(*suspensions: Suspension, trunks: tuple[Trunk, ...] | None = None) -> Ways:
    places = two_regions()
    runs = (trunk("bath", "taunton"),) if trunks is None else trunks
    return Ways(places, Courier(trunks={one.trunk: one for one in runs}), calendar(places), None, suspensions)


def test_the_way_is_told_place_by_place_whether_it_is_suspended_or_not():
    for there in (ways(), ways(suspended("all"))):
        assert ("keynsham", "bath", "taunton", "wells") == there.path("keynsham", "wells", "2026-11-23")
        assert ("bath", "keynsham") == there.path("bath", "keynsham", "2026-11-23")
        assert () == there.path("wells", "keynsham", "2026-11-23")  # no trunk run back
        assert () == there.path("bath", "bath", "2026-11-23")


@pytest.mark.parametrize("scope", ["all", "branch/keynsham", "hub/bath"])
def test_no_van_calls_where_service_is_suspended(scope: str):
    there = ways(suspended(scope))
    assert there.call("keynsham", TUESDAY) is None
    assert there.call("keynsham", date(2026, 11, 25)) is not None
    held = there.no_call("keynsham", TUESDAY)
    assert held is not None
    assert scope == held.scope


def test_other_branches_are_called_at_all_the_same():
    assert ways(suspended("branch/keynsham")).call("midsomer", TUESDAY) is not None
    assert ways(suspended("hub/bath")).call("wells", TUESDAY) is not None
    assert ways(suspended("lane/bath/keynsham")).call("keynsham", TUESDAY) is not None  # it still takes


def test_the_expected_day_moves_behind_the_suspension():
    # Collected on Monday and delivered on Tuesday; suspended to Tuesday it is Wednesday and Thursday.
    assert instant("24 17:00") == ways().arrival("keynsham", "midsomer", EIGHT)
    for scope in ("all", "hub/bath", "branch/keynsham", "branch/midsomer", "lane/keynsham/midsomer"):
        assert instant("26 17:00") == ways(suspended(scope)).arrival("keynsham", "midsomer", EIGHT), scope


def test_without_an_end_nobody_knows_the_day_and_the_next_stop_stays_what_it_was():
    there = ways(suspended("all", last=None))
    assert there.arrival("keynsham", "wells", EIGHT) is None
    assert there.cutoff("keynsham", EIGHT) is None
    assert "bath" == there.next_hop("keynsham", "wells", EIGHT)
    assert "taunton" == there.next_hop("bath", "wells", EIGHT)


def test_a_lane_of_a_van_is_suspended_in_its_direction_only():
    taking = ways(suspended("lane/keynsham/bath"))
    assert instant("26 17:00") == taking.arrival("keynsham", "midsomer", EIGHT)
    assert instant("24 17:00") == taking.arrival("midsomer", "keynsham", EIGHT)
    assert instant("25 09:00") == taking.cutoff("keynsham", EIGHT)
    assert instant("23 09:00") == ways().cutoff("keynsham", EIGHT)


def test_a_suspended_trunk_run_is_gone_round_where_there_is_another_way():
    places = two_regions() | {"exeter": branch("exeter", serves=())}
    runs = (
        trunk("bath", "taunton"),
        trunk("bath", "exeter"),
        trunk("exeter", "taunton", departs=23 * 60, arrives=1439),
    )
    there = Ways(
        places,
        Courier(trunks={one.trunk: one for one in runs}),
        calendar(places),
        None,
        (suspended("lane/bath/taunton"),),
    )
    assert ("bath", "exeter", "taunton", "wells") == there.path("bath", "wells", "2026-11-23")
    assert there.halt("bath", "wells", "2026-11-23") is None
    assert ("bath", "taunton", "wells") == there.path("bath", "wells", "2026-11-25")


def test_what_keeps_an_item_is_named_and_nothing_is_where_nothing_is_suspended():
    there = ways(suspended("hub/taunton"))
    held = there.halt("keynsham", "wells", "2026-11-24")
    assert held is not None
    assert ("S1", "hub/taunton") == (held.suspension, held.scope)
    assert there.halt("keynsham", "midsomer", "2026-11-24") is None
    assert there.halt("keynsham", "wells", "2026-11-25") is None
    assert ways().halt("keynsham", "wells", "2026-11-24") is None
