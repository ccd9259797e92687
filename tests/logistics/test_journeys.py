"""Ways as an assignment weighs them: days by the timetable, rides, and the kilometres of every leg."""

from __future__ import annotations

import numpy as np

from logistics.assignment import Journey
from logistics.journeys import NetworkJourneys
from logistics.network import Courier
from logistics.roads import Matrix
from logistics.ways import Ways
from tests.logistics.small_network import branch, branches, calendar, instant, trunk, two_regions

CODES = ("bath", "keynsham", "midsomer", "taunton", "wells")
# From the hub at Bath 10 km to Keynsham and 20 to Midsomer, 70 to the hub at Taunton, and from there 40 to Wells.
KILOMETRES = {("bath", "keynsham"): 10, ("bath", "midsomer"): 20, ("bath", "taunton"): 70, ("taunton", "wells"): 40}


def roads(codes: tuple[str, ...] = CODES) -> Matrix:
    metres = np.zeros((len(codes), len(codes)), dtype=np.int64)
    for (here, there), km in KILOMETRES.items():
        if here in codes and there in codes:
            row, column = codes.index(here), codes.index(there)
            metres[row, column] = metres[column, row] = km * 1000
    return Matrix(codes, metres, metres, "test", "")


def journeys(*trunks, places=None, codes=CODES, walks=lambda _here, _there: False) -> NetworkJourneys:
    everywhere = places or two_regions()
    courier = Courier(trunks={one.trunk: one for one in trunks})
    ways = Ways(everywhere, courier, calendar(everywhere), None)
    return NetworkJourneys(ways, everywhere, roads(codes), instant("23 08:00"), walks)


def test_an_item_rides_over_its_hub_and_is_there_when_the_next_van_has_brought_it():
    assert Journey(days=1, rides=2, metres=30_000) == journeys().between("keynsham", "midsomer")


def test_between_regions_every_leg_counts():
    there = journeys(trunk("bath", "taunton")).between("keynsham", "wells")
    assert there is not None
    assert (3, 120_000) == (there.rides, there.metres)


def test_without_a_trunk_run_there_is_no_way():
    assert None is journeys().between("keynsham", "wells")


def test_what_is_there_or_a_walk_away_takes_no_day_and_no_ride():
    assert Journey(0, 0, 0) == journeys().between("wells", "wells")
    walked = journeys(walks=lambda here, there: {here, there} == {"keynsham", "wells"})
    assert Journey(0, 0, 0) == walked.between("keynsham", "wells")


def test_a_leg_that_no_road_is_known_for_counts_no_metres():
    island = journeys(codes=("bath", "keynsham"))
    assert Journey(days=1, rides=2, metres=10_000) == island.between("keynsham", "midsomer")


def test_a_branch_that_no_van_calls_at_has_no_way():
    places = two_regions() | branches(branch("lundy"))
    assert None is journeys(places=places).between("keynsham", "lundy")
