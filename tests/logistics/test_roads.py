"""Travel estimated or measured: what is between two places, and who cannot be reached."""

from __future__ import annotations

import csv
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from circulation.errors import Invalid, Refused, Unknown
from logistics.roads import (
    Link,
    Place,
    estimated_roads,
    linked_roads,
    matrix_of,
    read_links,
    unreachable,
    write_links,
)
from tests.shared_files import shared_data

BATH = Place("bath", 51_383_500, -2_359_000)
WELLS = Place("wells", 51_209_000, -2_647_000)
BRISTOL = Place("bristol", 51_454_500, -2_587_900)
SCILLY = Place("scilly", 49_915_000, -6_315_000, island=True)
LINE = [Place(code, 0, 0) for code in "abc"]


def both_ways(origin: str, destination: str, metres: int, seconds: int) -> list[Link]:
    return [Link(origin, destination, metres, seconds), Link(destination, origin, metres, seconds)]


def test_an_estimate_is_the_great_circle_times_circuity_at_three_speeds() -> None:
    # 0.1 degrees on a meridian are 11,119.5 m; × 1.3 is 14,455 m of road:
    # 1,000 m at 24 km/h (150 s), 4,000 m at 36 km/h (400 s), 9,455 m at 48 km/h (709 s).
    north = Place("north", 51_100_000, 0)
    matrix = matrix_of(estimated_roads([Place("south", 51_000_000, 0), north]), ("south", "north"))
    assert [[0, 14455], [14455, 0]] == matrix.metres.tolist()
    assert [[0, 1259], [1259, 0]] == matrix.seconds.tolist()
    assert matrix.estimated


def test_circuity_and_speed_can_be_set() -> None:
    codes = ("bath", "wells")
    usual = matrix_of(estimated_roads([BATH, WELLS]), codes)
    longer = matrix_of(estimated_roads([BATH, WELLS], circuity_percent=260), codes)
    faster = matrix_of(estimated_roads([BATH, WELLS], speed_percent=200), codes)
    assert abs(2 * usual.metres[0, 1] - longer.metres[0, 1]) <= 1
    assert abs(usual.seconds[0, 1] - 2 * faster.seconds[0, 1]) <= 1
    for settings in ({"circuity_percent": 90}, {"speed_percent": 0}):
        with pytest.raises(Invalid):
            estimated_roads([BATH, WELLS], **settings)


def test_the_order_of_the_codes_is_the_order_of_the_matrix() -> None:
    graph = estimated_roads([BATH, WELLS, BRISTOL])
    one = matrix_of(graph, ("bath", "wells", "bristol"))
    other = matrix_of(graph, ("bristol", "bath"))
    assert one.seconds[2, 0] == other.seconds[0, 1]
    assert ("bristol", "bath") == other.codes


def test_an_island_without_a_road_is_named() -> None:
    graph = estimated_roads([BATH, SCILLY, WELLS])
    assert ("scilly",) == unreachable(graph, "bath", ("bath", "scilly", "wells"))
    with pytest.raises(Refused) as refused:
        matrix_of(graph, ("bath", "scilly", "wells"))
    assert "roads.unreachable" == refused.value.code
    assert "No road leads from the other places to scilly and back." == refused.value.sentence
    assert 2 == len(matrix_of(graph, ("bath", "wells")).codes)


def test_a_link_brings_the_island_into_the_network() -> None:
    links = [*both_ways("bath", "wells", 30_000, 2_000), *both_ways("wells", "scilly", 300_000, 30_000)]
    graph = linked_roads([BATH, SCILLY, WELLS], links, provider="ferry timetable")
    matrix = matrix_of(graph, ("bath", "scilly"))
    assert 32_000 == matrix.seconds[0, 1]
    assert 330_000 == matrix.metres[0, 1]
    assert ("ferry timetable", False) == (matrix.provider, matrix.estimated)


def test_a_missing_pair_goes_the_quickest_way_and_not_the_shortest() -> None:
    links = [
        *both_ways("a", "b", 1, 500),
        *both_ways("b", "c", 1, 500),
        *both_ways("a", "junction", 9_000, 100),
        *both_ways("junction", "c", 9_000, 100),
    ]
    matrix = matrix_of(linked_roads(LINE, links, provider="survey"), ("a", "b", "c"))
    assert [[0, 500, 200], [500, 0, 500], [200, 500, 0]] == matrix.seconds.tolist()
    assert [[0, 1, 18_000], [1, 0, 1], [18_000, 1, 0]] == matrix.metres.tolist()


def test_a_given_pair_stays_as_given_though_a_way_round_is_quicker() -> None:
    links = [*both_ways("a", "b", 10, 10), *both_ways("b", "c", 10, 10), Link("a", "c", 99, 99)]
    matrix = matrix_of(linked_roads(LINE, links, provider="survey"), ("a", "b", "c"))
    assert (99, 20) == (matrix.seconds[0, 2], matrix.seconds[2, 0])


def test_a_place_that_can_be_left_and_not_reached_is_cut_off() -> None:
    graph = linked_roads(LINE, [*both_ways("a", "b", 1, 1), Link("c", "a", 1, 1)], provider="survey")
    with pytest.raises(Refused) as refused:
        matrix_of(graph, ("a", "b", "c"))
    assert " to c and back" in refused.value.sentence


@pytest.mark.parametrize(
    "links",
    [
        [Link("a", "a", 1, 1)],
        [Link("a", "b", -1, 1)],
        [Link("a", "b", 1, 10_000_001)],
        [Link("a", "b", 1, 1), Link("a", "b", 1, 2)],
    ],
)
def test_links_that_cannot_be_true_are_refused(links: list[Link]) -> None:
    with pytest.raises(Invalid) as refused:
        linked_roads(LINE, links, provider="survey")
    assert "roads.link" == refused.value.code


def test_a_place_that_the_roads_do_not_know_is_named() -> None:
    with pytest.raises(Unknown) as unknown:
        matrix_of(estimated_roads([BATH]), ("bath", "atlantis"))
    assert "atlantis" in unknown.value.sentence


def test_the_digest_names_the_matrix_and_the_matrix_cannot_be_changed() -> None:
    graph = estimated_roads([BATH, WELLS])
    one, same = matrix_of(graph, ("bath", "wells")), matrix_of(graph, ("bath", "wells"))
    assert one.digest == same.digest
    assert one.digest != matrix_of(graph, ("wells", "bath")).digest
    assert one.digest != matrix_of(estimated_roads([BATH, WELLS], speed_percent=101), one.codes).digest
    with pytest.raises(ValueError, match="read-only"):
        one.seconds[0, 1] = 0


def test_links_written_are_links_read_whatever_their_order() -> None:
    links = both_ways("a", "b", 10, 20)
    assert tuple(links) == read_links(write_links(links))
    assert write_links(links) == write_links(links[::-1])
    assert () == read_links(write_links([]))


@pytest.mark.parametrize("damage", [b"", b"from,to,metres,seconds", b"from,to,metres,seconds\na,b,1\n", b"x\n"])
def test_a_damaged_attachment_is_refused(damage: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        read_links(damage)
    assert "roads.attachment" == refused.value.code


degrees_e6 = st.integers(49_000_000, 56_000_000)


@given(st.lists(st.tuples(degrees_e6, st.integers(-8_000_000, 2_000_000)), min_size=3, max_size=6))
def test_an_estimated_way_is_never_quicker_in_two_legs_than_in_one(where: list[tuple[int, int]]) -> None:
    places = [Place(str(number), *position) for number, position in enumerate(where)]
    matrix = matrix_of(estimated_roads(places), [place.code for place in places])
    for table in (matrix.metres, matrix.seconds):
        assert (table == table.T).all()
        over = table[:, :, None] + table[None, :, :]
        assert (over.min(axis=1) >= table - 2).all()  # two legs are rounded twice


def test_a_network_of_330_places_takes_well_under_a_second() -> None:
    places = [Place(f"p{n}", 51_000_000 + 7_919 * n, -3_000_000 + 104_729 * n % 2_000_000) for n in range(330)]
    links = [link for n in range(329) for link in both_ways(f"p{n}", f"p{n + 1}", 1_000, 100)]
    started = time.process_time()
    estimate = matrix_of(estimated_roads(places), [place.code for place in places])
    filled = matrix_of(linked_roads(places, links, provider="chain"), [place.code for place in places])
    assert time.process_time() - started < 2
    assert (330, 330) == estimate.seconds.shape
    assert 32_900 == filled.seconds[0, 329]


def test_the_estimate_agrees_with_real_drives() -> None:
    folder = shared_data("southwest_england", "mobile")
    csv.field_size_limit(10_000_000)
    estimated, real = [], []
    for path in sorted(folder.glob("*_legs.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for leg in csv.DictReader(file):
                ends = [
                    Place(end, *(round(float(leg[f"{end}_stop_{axis}"]) * 1e6) for axis in ("latitude", "longitude")))
                    for end in ("origin", "destination")
                ]
                matrix = matrix_of(estimated_roads(ends), ("origin", "destination"))
                estimated.append(int(matrix.seconds[0, 1]))
                real.append(float(leg["duration"]))
    assert 512 == len(real)
    assert 0.97 < sum(estimated) / sum(real) < 1.03
    errors = np.abs(np.array(estimated) - np.array(real)).sum() / sum(real)
    assert errors < 0.16
