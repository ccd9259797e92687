"""Published formats are read as they are meant, and whatever else is named with its line."""

from __future__ import annotations

import math

import pytest

from circulation.errors import Invalid
from logistics.instances import Node, Ride, faults, length, problem_of, read_instance
from logistics.problem import END_OF_TIME, Pair, Stop
from tests.logistics.instance_files import LENGTH, LI_LIM, MATRIX, SOLOMON, TIMED


def read(text: str) -> object:
    return read_instance("made.txt", text.encode())


def test_simultaneous_pickup_and_delivery_with_time_windows() -> None:
    corner = read_instance("corner.vrpspdtw", TIMED.encode())

    assert ("corner", 2, 10, math.inf) == (corner.name, corner.vehicles, corner.capacity, corner.longest)
    assert Node(1, latest=40.0) == corner.depot
    assert Node(2, deliver=2, collect=4, earliest=7.0, latest=8.0, service=1.0) == corner.customers[0]
    assert (0.0, 5.0, 3.0, 4.0) == corner.distance[0]
    assert () == corner.rides


def test_a_type_without_windows_has_none_whatever_its_columns_say() -> None:
    corner = read_instance("corner.vrpspd", LENGTH.encode())

    assert not corner.is_timed
    assert 16.0 == corner.longest
    assert (0.0, 5.0, 3.0, 4.0) == corner.distance[0]


def test_an_explicit_matrix_may_run_over_lines_and_have_its_depot_last() -> None:
    given = read_instance("given.vrpspd", MATRIX.encode())

    assert 3 == given.depot.number
    assert [1, 2] == [node.number for node in given.customers]
    assert ((0.0, 20.0, 21.0), (30.0, 0.0, 12.0), (31.0, 11.0, 0.0)) == given.distance  # a row is from
    assert math.inf == given.longest


@pytest.mark.parametrize(
    ("form", "numbers"),
    [("UPPER_ROW", "3 4 5"), ("UPPER_DIAG_ROW", "0 3 4 0 5 0"), ("LOWER_ROW", "3 4 5"),
     ("LOWER_DIAG_ROW", "0 3 0 4 5 0")],
)  # fmt: skip
def test_half_a_matrix_is_the_same_there_and_back(form: str, numbers: str) -> None:
    head, rest = MATRIX.split("EDGE_WEIGHT_SECTION\n")
    tail = rest[rest.index("PICKUP") :].replace("3 -1", "1 -1").replace("1 0 0 0 0 2 7", "1 0 0 0 0 0 0")
    text = f"{head.replace('FULL_MATRIX', form)}EDGE_WEIGHT_SECTION\n{numbers}\n{tail}"

    assert ((0.0, 3.0, 4.0), (3.0, 0.0, 5.0), (4.0, 5.0, 0.0)) == read_instance("half", text.encode()).distance


def test_time_windows_after_solomon() -> None:
    corner = read_instance("c.txt", SOLOMON.encode())

    assert ("corner", 2, 10) == (corner.name, corner.vehicles, corner.capacity)
    assert Node(0, latest=40.0) == corner.depot
    assert Node(1, deliver=4, earliest=7.0, latest=8.0, service=1.0) == corner.customers[0]
    assert (0.0, 5.0, 3.0, 4.0) == corner.distance[0]


def test_pairs_after_li_and_lim() -> None:
    pairs = read_instance("folder/lc1.txt", LI_LIM.encode())

    assert ("lc1", 2, 10) == (pairs.name, pairs.vehicles, pairs.capacity)
    assert (Ride(1, 4, 6), Ride(3, 2, 5)) == pairs.rides
    assert [0, 0, 0, 0] == [node.deliver + node.collect for node in pairs.customers]


WRONG = [
    (b"", "empty", "made.txt is empty."),
    (b"\x1f\x8b\x08", "not-text", "Line 1 of made.txt is not UTF-8 text."),
    (b"NAME : a\nTYPE : \0", "not-text", "Line 2 of made.txt is not UTF-8 text."),
    (b"family,file\n", "format", "Line 1 of made.txt begins no format that is known here."),
]


@pytest.mark.parametrize(("content", "code", "sentence"), WRONG)
def test_what_is_no_instance_is_said_to_be_none(content: bytes, code: str, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_instance("made.txt", content)
    assert (f"instance.{code}", sentence) == (caught.value.code, caught.value.sentence)


@pytest.mark.parametrize(
    ("text", "before", "after", "code", "sentence"),
    [
        (TIMED, "VRPSPDTW", "CVRP", "type", "Line 2 of made.txt says TYPE CVRP."),
        (TIMED, "DIMENSION : 4", "DIMENSION : 9999999", "too-many", "Line 3"),
        (TIMED, "DIMENSION : 4", "DIMENSION : 5", "missing", "made.txt has no line for node 5 in its PICKUP_AND"),
        (TIMED, "DIMENSION : 4", "DIMENSION : 3", "node", "Line 16 of made.txt names node 4; there are 1 to 3."),
        (TIMED, "VEHICLES : 2", "VEHICLES : 0", "negative", "Line 4 of made.txt says VEHICLES 0; it is 1 or more."),
        (TIMED, "VEHICLES : 2\n", "", "missing", "made.txt does not say its VEHICLES."),
        (TIMED, "CAPACITY : 10", "CAPACITY : 10.5", "whole", "Line 5 of made.txt gives CAPACITY as '10.5'"),
        (TIMED, "CAPACITY : 10", "CAPACITY : 1_0", "whole", "Line 5 of made.txt gives CAPACITY as '1_0'"),
        (TIMED, "EXACT_2D", "GEO", "weights", "Line 6 of made.txt says EDGE_WEIGHT_TYPE GEO."),
        (TIMED, "EXACT_2D", "EXPLICIT", "weights", "Line 6 of made.txt says EDGE_WEIGHT_FORMAT nothing."),
        (TIMED, "NAME : corner", "BACKHAUL_SECTION", "keyword", "Line 1 of made.txt says BACKHAUL_SECTION"),
        (TIMED, "NAME : corner", "7 7", "columns", "Line 1 of made.txt has 2 fields"),
        (TIMED, "VEHICLES : 2", "VEHICLES : 2\nVEHICLES : 3", "twice", "Line 5 of made.txt says VEHICLES a second"),
        (TIMED, "2 3 4\n", "2 nan 4\n", "number", "Line 9 of made.txt gives x as 'nan'"),
        (TIMED, "2 3 4\n", "2 1e400 4\n", "number", "Line 9 of made.txt gives x as '1e400'"),
        (TIMED, "2 3 4\n", "2 3\n", "columns", "Line 9 of made.txt has 2 fields and needs 3."),
        (TIMED, "2 3 4\n", "1 3 4\n", "twice", "Line 9 of made.txt places node 1 a second time."),
        (TIMED, "2 0 7 8 1 4 2", "2 0 7 6 1 4 2", "window", "Line 14 of made.txt has a latest time before its"),
        (TIMED, "2 0 7 8 1 4 2", "2 0 7 8 1 4 -2", "negative", "Line 14 of made.txt gives the delivery as -2"),
        (TIMED, "2 0 7 8 1 4 2", "2 0 7 8 -1 4 2", "negative", "Line 14 of made.txt gives the service time as -1"),
        (TIMED, "2 0 7 8 1 4 2", "1 0 7 8 1 4 2", "twice", "Line 14 of made.txt describes node 1 a second time."),
        (TIMED, "1 0 0 40 0 0 0", "1 0 0 40 0 3 0", "depot", "made.txt gives its depot, node 1, something"),
        (TIMED, "\n1\n-1", "\n1\n2\n-1", "depot", "Line 18 of made.txt begins a list of 2 depots"),
        (TIMED, "DEPOT_SECTION\n1\n-1\n", "", "missing", "made.txt has no DEPOT_SECTION."),
        (TIMED, "NODE_COORD_SECTION", "COMMENT : none", "outside", "Line 8 of made.txt stands in no section."),
        (MATRIX, "0 12 30 11", "0 12 30", "weights", "Line 12 of made.txt ends 8 distances; 3 nodes need 9"),
        (MATRIX, "0 12 30 11", "0 12 -30 11", "negative", "Line 10 of made.txt gives a distance as -30"),
        (SOLOMON, "  2         10", "  2", "columns", "Line 5 of made.txt has 1 fields and needs 2."),
        (SOLOMON, "    2      3", "    7      3", "order", "Line 12 of made.txt holds customer 7 where customer 2"),
        (SOLOMON, "7          8 ", "9          8 ", "window", "Line 11 of made.txt has a due date before its ready"),
        (SOLOMON, SOLOMON[SOLOMON.index("CUSTOMER") :], "", "cut-off", "made.txt has no customers."),
        (LI_LIM, "2\t10\t1\n", "2\t10\n", "columns", "Line 1 of made.txt has 2 fields and needs 3."),
        (LI_LIM, "-5\t0", "-4\t0", "pair", "Line 4 of made.txt joins task 2 of demand -4 to task 3 of demand 5"),
        (LI_LIM, "1\t0\t4\n2", "1\t0\t9\n2", "pair", "Line 3 of made.txt gives task 1 the pickup 0 and the"),
        (LI_LIM, "1\t0\t4\n2", "1\t0\t0\n2", "pair", "Line 3 of made.txt gives task 1 the pickup 0 and the"),
        (LI_LIM, "1\t0\t4\n2", "1\t0\t2\n2", "pair", "Line 3 of made.txt joins task 1 of demand 6 to task 2"),
        (LI_LIM, "3\t0\t4", "7\t0\t4", "order", "Line 5 of made.txt holds task 7 where task 3 is due."),
        (LI_LIM, LI_LIM[7:], "", "cut-off", "made.txt has no tasks."),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, before: str, after: str, code: str, sentence: str) -> None:
    assert before in text
    with pytest.raises(Invalid) as caught:
        read(text.replace(before, after, 1))
    assert (f"instance.{code}", True) == (caught.value.code, caught.value.sentence.startswith(sentence))


@pytest.mark.parametrize("text", [TIMED, LENGTH, MATRIX, SOLOMON, LI_LIM])
def test_a_file_cut_off_anywhere_is_read_or_refused_with_its_name(text: str) -> None:
    def code(end: int) -> str:
        try:
            read(text[:end])
        except Invalid as error:
            return error.code if "made.txt" in error.sentence else "without its name"
        return "instance."

    assert {"instance."} == {code(end)[:9] for end in range(len(text))}


def test_distances_become_metres_and_times_seconds_on_scales_of_their_own() -> None:
    problem = problem_of(read_instance("corner", TIMED.encode()))

    assert (5, 5_000_000) == (problem.metres[0][1], problem.seconds[0][1])  # whole distances stay what they are
    assert (
        Stop("2", deliver=2, collect=4, windows=((7_000_000, 8_000_000),), service_seconds=1_000_000)
        == (problem.stops[0])
    )
    assert () == problem.stops[1].windows  # the depot's hours say as much
    # Whoever waits until 7 and then drives four times the longest arc and serves all is back at 30.
    assert [("1", 10, 0, 30_000_000), ("2", 10, 0, 30_000_000)] == [
        (van.id, van.totes, van.shift_start, van.shift_end) for van in problem.vans
    ]


def test_a_bound_on_length_becomes_the_shift() -> None:
    problem = problem_of(read_instance("corner", LENGTH.encode()))

    assert (0, 16_000_000) == (problem.vans[0].shift_start, problem.vans[0].shift_end)
    assert 1_000_000 == problem.stops[0].service_seconds


def test_where_no_time_can_matter_the_clock_stands_still() -> None:
    far = problem_of(read_instance("corner", LENGTH.replace("DISTANCE : 16", "DISTANCE : 999999").encode()))

    assert {0} == {cell for row in far.seconds for cell in row}
    assert END_OF_TIME == far.vans[0].shift_end


def test_distances_are_scaled_as_finely_as_an_arc_may_be_long() -> None:
    near = problem_of(read_instance("near", TIMED.replace("2 3 4\n", "2 1 1\n").encode()))
    far = problem_of(read_instance("far", TIMED.replace("2 3 4\n", "2 10000 10000\n").encode()))

    assert (1_414_214, 1_414_213_562) == (near.metres[0][1], far.metres[0][1])


def test_rides_become_pairs() -> None:
    assert (Pair(0, 3, 6), Pair(2, 1, 5)) == problem_of(read_instance("pairs", LI_LIM.encode())).pairs


def test_rounding_never_lets_a_late_arrival_through_nor_forbids_one_on_the_dot() -> None:
    text = TIMED.replace("2 3 4\n", "2 1 1\n")  # √2 away
    late = problem_of(read_instance("late", text.replace("0 7 8", f"0 0 {math.sqrt(2) - 1e-7}").encode()))
    dot = problem_of(read_instance("dot", TIMED.replace("0 7 8", "0 0 5").encode()))

    assert late.seconds[0][1] > late.stops[0].windows[0][1]
    assert dot.seconds[0][1] == dot.stops[0].windows[0][1]


def test_windows_and_a_bound_on_length_are_refused_together() -> None:
    text = TIMED.replace("CAPACITY : 10\n", "CAPACITY : 10\nDISTANCE : 12\n")
    with pytest.raises(Invalid, match="bounds both the length of a route"):
        problem_of(read_instance("both", text.encode()))


def test_distances_beyond_every_scale_are_refused() -> None:
    with pytest.raises(Invalid, match="has distances or times of 1e\\+11"):
        problem_of(read_instance("far", TIMED.replace("2 3 4\n", "2 1e11 4\n").encode()))


@pytest.mark.parametrize(
    ("text", "routes", "fault"),
    [
        (TIMED, [[3, 2], [4]], None),
        (TIMED, [[3, 2]], "Node 4 is visited 0 times."),
        (TIMED, [[3, 2, 3], [4]], "Node 3 is visited 2 times."),
        (TIMED, [[3, 2], [4, 1]], "Node 1 is no customer."),
        (TIMED, [[3], [2], [4]], "3 routes are driven; there are 2 vehicles."),
        (TIMED, [[3, 2], [], [4]], "Route 2 is empty."),
        (TIMED.replace("CAPACITY : 10", "CAPACITY : 7"), [[3, 2, 4], []], "Route 1 leaves with 10; a vehicle holds 7."),
        (
            TIMED.replace("CAPACITY : 10", "CAPACITY : 8"),
            [[3, 2], [4]],
            "Route 1 carries 9 after node 2; a vehicle holds 8.",
        ),
        (TIMED, [[4, 3, 2]], "Route 1 reaches node 2 at 15.0000; it closes at 8."),
        (
            TIMED.replace("1 0 0 40", "1 0 0 13"),
            [[3, 2], [4]],
            "Route 1 reaches node 1 at 14.0000; it closes at 13.",
        ),
        (LENGTH, [[3, 2], [4]], None),
        (LENGTH, [[3, 2, 4]], "Route 1 is 17.0000 long with its service times; 16 is the most."),
        (LI_LIM, [[3, 2], [1, 4]], None),
        (LI_LIM, [[2, 3], [1, 4]], "What rides from node 3 to node 2 is not on one route in that order."),
        (LI_LIM, [[3, 4], [1, 2]], "What rides from node 1 to node 4 is not on one route in that order."),
        (LI_LIM, [[3, 1, 4, 2]], "Route 1 carries 11 after node 1; a vehicle holds 10."),
        (SOLOMON, [[2, 1], [3]], None),
        (SOLOMON, [[2, 1, 3]], "Route 1 leaves with 11; a vehicle holds 10."),
    ],
)
def test_the_judge_finds_each_broken_rule(text: str, routes: list[list[int]], fault: str | None) -> None:
    found = faults(read_instance("made", text.encode()), routes)
    assert [] == found if fault is None else fault in found


def test_cost_is_the_distance_driven_in_doubles() -> None:
    corner = read_instance("corner", TIMED.replace("2 3 4\n", "2 3 3\n").encode())

    assert 3 + 3 + math.sqrt(18) + 8 == pytest.approx(length(corner, [[3, 2], [4]]), abs=1e-12)
