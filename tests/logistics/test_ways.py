"""An item's way over hubs: where it goes next, when it can be there, and which places it cannot get to."""

from __future__ import annotations

from dataclasses import replace

from circulation.lookups import NextStop
from logistics.network import Courier, Trunk
from logistics.ways import HubDay, NoWay, Ways, hub_days
from tests.logistics.small_network import branch, branches, calendar, closed, instant, trunk, two_regions, van

MONDAY_NOON = instant("23 12:00")


def ways(*trunks: Trunk, direct: tuple[tuple[str, str], ...] = (), of=None, closures=(), days=None) -> Ways:
    places = of or two_regions()
    courier = Courier(trunks={one.trunk: one for one in trunks}, direct=frozenset(direct))
    return Ways(places, courier, calendar(places, *closures), days)


def test_from_a_branch_the_next_hop_is_its_hub():
    assert ways().next_hop("keynsham", "midsomer", MONDAY_NOON) == "bath"


def test_from_the_hub_the_next_hop_is_the_branch():
    assert ways().next_hop("bath", "midsomer", MONDAY_NOON) == "midsomer"


def test_nothing_travels_to_where_it_already_is():
    assert ways().next_hop("bath", "bath", MONDAY_NOON) is None
    assert ways().arrival("wells", "wells", MONDAY_NOON) == MONDAY_NOON


def test_a_direct_tote_in_the_sort_table_skips_the_sort_at_the_hub():
    table = ways(direct=(("keynsham", "midsomer"),))
    assert table.next_hop("keynsham", "midsomer", MONDAY_NOON) == "midsomer"
    assert table.next_stop("keynsham", "midsomer", "hold", MONDAY_NOON) == NextStop("midsomer", "direct")


def test_a_branch_packs_holds_and_returns_apart_and_a_hub_sorts_by_branch():
    there = ways()
    assert there.next_stop("keynsham", "midsomer", "hold", MONDAY_NOON) == NextStop("bath", "holds")
    assert there.next_stop("keynsham", "midsomer", "home", MONDAY_NOON) == NextStop("bath", "returns")
    assert there.next_stop("bath", "midsomer", "home", MONDAY_NOON) == NextStop("midsomer", "sorted")


def test_a_destination_of_another_region_without_a_trunk_run_has_no_way():
    there = ways()
    assert there.next_hop("keynsham", "wells", MONDAY_NOON) is None
    assert there.next_stop("bath", "wells", "home", MONDAY_NOON) is None
    assert there.arrival("keynsham", "wells", MONDAY_NOON) is None


def test_every_place_without_a_way_is_reported_with_its_reason():
    places = two_regions() | branches(branch("lundy"), branch("lodge", hours=("",) * 7))
    places["bath"] = branch("bath", serves=("keynsham", "midsomer", "lodge"))
    expected = (
        NoWay("lodge", "lodge has no hours on a day on which the vans of bath work."),
        NoWay("lundy", "No hub serves lundy."),
        NoWay("bath", "No trunk run leads to bath from taunton."),
    )
    assert expected == ways(trunk("bath", "taunton"), of=places).without_way()


def test_a_trunk_run_carries_to_the_next_region():
    there = ways(trunk("bath", "taunton"))
    assert there.next_hop("keynsham", "wells", MONDAY_NOON) == "bath"
    assert there.next_hop("bath", "wells", MONDAY_NOON) == "taunton"
    assert there.next_stop("bath", "wells", "hold", MONDAY_NOON) == NextStop("taunton", "sorted")


def test_what_is_ready_before_the_window_opens_is_at_the_other_branch_on_the_next_service_day():
    # Monday's van brings it to the hub by 18:00; Tuesday's van delivers by the close of the window.
    assert instant("24 17:00") == ways().arrival("keynsham", "midsomer", instant("23 09:00"))
    assert instant("25 17:00") == ways().arrival("keynsham", "midsomer", instant("23 09:01"))


def test_a_weekend_without_vans_is_waited_out():
    assert instant("30 17:00") == ways().arrival("keynsham", "midsomer", instant("27 08:00"))


def test_a_closed_destination_waits_for_its_next_service_day():
    there = ways(closures=(closed("midsomer", "2026-11-24", "2026-11-25"),))
    assert instant("26 17:00") == there.arrival("keynsham", "midsomer", instant("23 08:00"))


def test_a_closed_hub_sends_no_vans():
    there = ways(closures=(closed("bath", "2026-11-24"),))
    assert instant("25 17:00") == there.arrival("bath", "midsomer", instant("23 12:00"))


def test_only_the_days_on_which_vans_work_are_service_days():
    there = ways(days={"bath": HubDay(days=frozenset({3}), leaves_minute=420, back_minute=1080)})
    assert instant("26 17:00") == there.arrival("bath", "midsomer", MONDAY_NOON)


def test_missing_the_cutoff_of_a_trunk_run_costs_a_day():
    there = ways(trunk("bath", "taunton", departs=20 * 60, cutoff=30, arrives=22 * 60))
    assert instant("24 17:00") == there.arrival("bath", "wells", instant("23 19:30"))
    assert instant("25 17:00") == there.arrival("bath", "wells", instant("23 19:31"))


def test_what_lands_too_late_to_be_sorted_rides_with_the_next_vans():
    there = ways(trunk("bath", "taunton", departs=60, arrives=6 * 60 + 31, cutoff=0))
    assert instant("25 17:00") == there.arrival("bath", "wells", instant("24 00:30"))


def test_over_three_hubs_the_way_that_arrives_first_is_taken():
    places = two_regions() | branches(branch("exeter", serves=("sidmouth",)), branch("sidmouth"))
    there = ways(
        trunk("bath", "exeter", days=(4,), departs=6 * 60, arrives=9 * 60),
        trunk("bath", "taunton", departs=19 * 60, arrives=21 * 60),
        trunk("taunton", "exeter", departs=22 * 60, arrives=23 * 60),
        of=places,
    )
    assert there.next_hop("bath", "sidmouth", MONDAY_NOON) == "taunton"
    assert instant("24 17:00") == there.arrival("bath", "sidmouth", MONDAY_NOON)
    assert there.next_hop("bath", "sidmouth", instant("26 19:00")) == "exeter", "the Friday run is sooner by then"


def test_of_two_ways_that_arrive_together_the_one_with_fewer_legs_is_taken():
    places = two_regions() | branches(branch("exeter", serves=("sidmouth",)), branch("sidmouth"))
    there = ways(
        trunk("bath", "exeter", departs=22 * 60 + 30, arrives=23 * 60),
        trunk("bath", "taunton", departs=19 * 60, arrives=21 * 60),
        trunk("taunton", "exeter", departs=21 * 60 + 45, arrives=23 * 60),
        of=places,
    )
    assert there.next_hop("bath", "exeter", MONDAY_NOON) == "exeter"


def test_a_branch_must_have_packed_when_its_window_opens():
    assert instant("24 09:00") == ways().cutoff("keynsham", MONDAY_NOON)
    assert instant("23 09:00") == ways().cutoff("keynsham", instant("23 08:59"))


def test_a_van_with_a_key_does_not_come_before_its_shift():
    places = two_regions()
    places["keynsham"] = branch("keynsham", windows=("00:00-24:00",) * 7)
    assert instant("24 07:00") == ways(of=places).cutoff("keynsham", MONDAY_NOON)


def test_a_hub_must_have_sorted_before_its_next_departure():
    there = ways(trunk("bath", "taunton", departs=20 * 60, cutoff=45))
    assert instant("23 19:15") == there.cutoff("bath", MONDAY_NOON)
    assert instant("24 06:30") == there.cutoff("bath", instant("23 19:16"))


def test_each_stop_of_a_hub_has_its_own_departure():
    """Vans leave at seven and are loaded half an hour before; the trunk run leaves at eight in the evening."""
    there = ways(trunk("bath", "taunton"))
    assert there.departure("bath", "midsomer", MONDAY_NOON) == instant("24 06:30")
    assert there.departure("bath", "taunton", MONDAY_NOON) == instant("23 19:30")
    assert there.departure("taunton", "bath", MONDAY_NOON) is None


def test_a_retired_branch_has_no_way():
    places = two_regions()
    places["wells"] = replace(places["wells"], retired=True)
    assert ways(trunk("bath", "taunton"), of=places).next_hop("bath", "wells", MONDAY_NOON) is None


def test_the_hours_of_a_hub_span_all_its_vans():
    fleet = [van("v1", starts=420, ends=900, days=(0, 1)), van("v2", starts=600, ends=1140, days=(4,))]
    assert hub_days(fleet) == {"bath": HubDay(frozenset({0, 1, 4}), 420, 1140)}
