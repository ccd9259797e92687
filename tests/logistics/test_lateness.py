"""
Why a journey was late: the first ride of its promise that did not happen, in one sentence with its numbers.

Monday's item of Keynsham goes to Wells: collected on Monday, back in Bath by 18:00, sorted by 19:30 for the trunk run
of 20:00, in Taunton at 22:00, sorted by 06:30 on Tuesday, in Wells by 17:00.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from circulation.calendar import zone_of
from logistics.lateness import CallSeen, Cause, DayBook, RunSeen, Spot, cause_of
from logistics.network import Courier
from logistics.ways import Leg, Ways
from tests.logistics.small_network import calendar, instant, trunk, two_regions

PLACES = two_regions()
RUN = trunk("bath", "taunton", name="t1")
WAYS = Ways(PLACES, Courier(trunks={"t1": RUN}), calendar(PLACES))
LEGS = WAYS.legs("keynsham", "wells", instant("23 09:00"))

SCANNED = Spot("loose", "keynsham", instant("23 09:00"))
PACKED = Spot("tote", "keynsham", instant("23 09:05"), "T1/1", packed=True)
COLLECTED = Spot("van", "van-1", instant("23 11:00"), "T1/1", run="2026-11-23/van-1/day")
AT_BATH = Spot("tote", "bath", instant("23 17:30"), "T1/1")
SORTED = Spot("tote", "bath", instant("23 18:30"), "T2/1", packed=True)
ON_TRUNK = Spot("van", "t1", instant("23 20:00"), "T2/1", run="2026-11-23/t1/day")
AT_TAUNTON = Spot("tote", "taunton", instant("23 22:00"), "T2/1")
SORTED_AGAIN = Spot("tote", "taunton", instant("23 22:20"), "T3/1", packed=True)
LOADED = Spot("van", "van-2", instant("24 07:00"), "T3/1", run="2026-11-24/van-2/day")
AT_WELLS = Spot("tote", "wells", instant("24 12:00"), "T3/1")
AS_PROMISED = [
    SCANNED, PACKED, COLLECTED, AT_BATH, SORTED, ON_TRUNK, AT_TAUNTON, SORTED_AGAIN, LOADED, AT_WELLS,
]  # fmt: skip

VAN_1 = RunSeen(
    "2026-11-23/van-1/day", "2026-11-23", "van-1", "bath", ("keynsham",), instant("23 08:00"),
    (CallSeen("keynsham", True, "", instant("23 11:00")),),
)  # fmt: skip
T1 = RunSeen("2026-11-23/t1/day", "2026-11-23", "t1", "bath", ("taunton",), instant("23 20:00"))
VAN_2 = RunSeen(
    "2026-11-24/van-2/day", "2026-11-24", "van-2", "taunton", ("wells",), instant("24 07:00"),
    (CallSeen("wells", True, "", instant("24 12:00")),),
)  # fmt: skip


def book(*runs: RunSeen, left: dict[tuple[str, str], str] | None = None, shut: dict[str, str] | None = None) -> DayBook:
    by_day: dict[str, list[RunSeen]] = {}
    for run in runs:
        by_day.setdefault(run.day, []).append(run)

    def why(branch: str, day: date) -> str | None:
        return (shut or {}).get(f"{branch} {day}")

    return DayBook(by_day, left or {}, why, lambda _branch: zone_of("Europe/London"))


def cause(*spots: Spot, of: DayBook | None = None, arrived: str | None = "26 10:00") -> Cause:
    arrived_us = None if arrived is None else instant(arrived)
    return cause_of(LEGS, spots, of or book(VAN_1, T1, VAN_2), arrived_us=arrived_us)


def test_the_promise_is_ride_by_ride_with_its_cut_offs() -> None:
    assert LEGS == (
        Leg("collect", "keynsham", "bath", instant("23 09:00"), instant("23 18:00")),
        Leg("trunk", "bath", "taunton", instant("23 19:30"), instant("23 22:00")),
        Leg("deliver", "taunton", "wells", instant("24 06:30"), instant("24 17:00")),
    )
    assert () == WAYS.legs("wells", "keynsham", instant("23 09:00")), "no trunk run leads back"


def test_what_came_to_the_hub_after_the_cut_off_missed_it() -> None:
    late_in = replace(AT_BATH, from_us=instant("23 19:40"))
    late_sort = replace(SORTED, from_us=instant("23 19:45"))
    found = cause(SCANNED, PACKED, COLLECTED, late_in, late_sort, replace(ON_TRUNK, run="2026-11-24/t1/day"))
    assert found == Cause("cut-off", "bath", "It missed the cut-off at bath: scanned 19:45, cut-off 19:30.")


def test_what_came_too_late_and_was_not_sorted_either_says_both() -> None:
    found = cause(SCANNED, PACKED, COLLECTED, replace(AT_BATH, from_us=instant("23 19:40")), arrived=None)
    expected = "It missed the cut-off at bath: there from 19:40, cut-off 19:30, and not sorted since."
    assert found == Cause("cut-off", "bath", expected)


def test_what_was_at_the_hub_in_time_was_not_sorted() -> None:
    slow = replace(SORTED, from_us=instant("24 09:10"))
    found = cause(SCANNED, PACKED, COLLECTED, AT_BATH, slow, replace(ON_TRUNK, run="2026-11-24/t1/day"))
    expected = (
        "It was not sorted at bath in time: "
        "there from 2026-11-23 17:30, scanned 2026-11-24 09:10, cut-off 2026-11-23 19:30."
    )
    assert found == Cause("not-sorted", "bath", expected)
    still = cause(SCANNED, PACKED, COLLECTED, AT_BATH, arrived=None)
    expected = "It was not sorted at bath in time: there from 17:30, cut-off 19:30, and not sorted since."
    assert still == Cause("not-sorted", "bath", expected)


def test_what_was_packed_after_the_van_had_called_was_not_packed() -> None:
    packed = replace(PACKED, from_us=instant("23 14:10"))
    next_day = replace(COLLECTED, from_us=instant("24 11:00"), run="2026-11-24/van-1/day")
    expected = "It was not packed at keynsham when van van-1 called at 11:00: packed 14:10."
    assert cause(SCANNED, packed, next_day) == Cause("not-packed", "keynsham", expected)
    expected = "It was not packed at keynsham when van van-1 called at 11:00, and is not packed yet."
    assert cause(SCANNED, arrived=None) == Cause("not-packed", "keynsham", expected)


def test_a_tote_that_stood_ready_and_was_not_taken_is_named() -> None:
    expected = "Van van-1 called at keynsham at 11:00 without its tote T1."
    assert cause(SCANNED, PACKED, arrived=None) == Cause("not-taken", "keynsham", expected)


def test_a_stop_that_was_skipped_says_why() -> None:
    skipped = replace(VAN_1, calls=(CallSeen("keynsham", False, "Road flooded.", instant("23 11:00")),))
    expected = "Van van-1 skipped keynsham on 2026-11-23: Road flooded."
    assert cause(SCANNED, PACKED, of=book(skipped)) == Cause("skipped", "keynsham", expected)


def test_a_stop_that_was_skipped_with_the_tote_on_board_is_a_cause_at_the_destination() -> None:
    skipped = replace(VAN_2, calls=(CallSeen("wells", False, "Nobody at the door", instant("24 12:00")),))
    found = cause(*AS_PROMISED[:-1], of=book(VAN_1, T1, skipped))
    assert found == Cause("skipped", "wells", "Van van-2 skipped wells on 2026-11-24: Nobody at the door.")


def test_a_branch_that_the_plan_left_behind_says_what_the_plan_said() -> None:
    idle = replace(VAN_1, calls=())
    why = "Stop keynsham is left out: van van-1 holds 20 totes, 24 are needed."
    found = cause(SCANNED, PACKED, of=book(idle, left={("2026-11-23", "keynsham"): why}))
    expected = f"The plan left keynsham behind on 2026-11-23: {why}"
    assert found == Cause("left-by-plan", "keynsham", expected)
    found = cause(SCANNED, PACKED, of=book(idle))
    assert found == Cause("no-call", "keynsham", "No van called at keynsham on 2026-11-23.")


def test_a_shut_door_is_the_cause_before_the_plan_that_knew_of_it() -> None:
    left = {("2026-11-24", "wells"): "wells is shut."}
    found = cause(*AS_PROMISED[:-2], of=book(VAN_1, T1, left=left, shut={"wells 2026-11-24": "Burst pipe"}))
    assert found == Cause("shut", "wells", "wells was shut on 2026-11-24: Burst pipe.")


def test_a_day_without_any_van_is_said_of_the_hub() -> None:
    found = cause(SCANNED, PACKED, of=book(T1))
    assert found.code == "no-call", "a trunk run left the hub that day"
    found = cause(SCANNED, PACKED, of=book())
    assert found == Cause("no-run", "bath", "No van of bath went out on 2026-11-23.")


def test_a_trunk_run_that_did_not_run_left_without_the_tote_or_left_late() -> None:
    to_bath = [SCANNED, PACKED, COLLECTED, AT_BATH, SORTED]
    found = cause(*to_bath, of=book(VAN_1))
    expected = "The trunk run from bath to taunton did not run on 2026-11-23."
    assert found == Cause("trunk-not-run", "bath", expected)
    assert cause(*to_bath) == Cause("trunk-not-taken", "bath", "Trunk run t1 left bath at 20:00 without its tote T2.")
    late_off = replace(ON_TRUNK, from_us=instant("24 05:10"))
    late_in = replace(AT_TAUNTON, from_us=instant("24 07:15"))
    expected = (
        "Trunk run t1 left bath at 2026-11-24 05:10 and was at taunton at 2026-11-24 07:15 instead of 2026-11-23 22:00."
    )
    assert cause(*to_bath, late_off, late_in) == Cause("trunk-late", "bath", expected)


def test_a_trunk_run_that_lands_late_but_before_the_next_cut_off_is_no_cause() -> None:
    landed = replace(AT_TAUNTON, from_us=instant("24 01:00"))
    slow = replace(SORTED_AGAIN, from_us=instant("24 08:00"))
    found = cause(SCANNED, PACKED, COLLECTED, AT_BATH, SORTED, ON_TRUNK, landed, slow)
    expected = "It was not sorted at taunton in time: there from 01:00, scanned 08:00, cut-off 06:30."
    assert found == Cause("not-sorted", "taunton", expected)


def test_what_came_in_time_was_not_opened() -> None:
    expected = "Its tote was at wells in time, from 2026-11-24 12:00, and it was scanned 2026-11-26 10:00."
    assert cause(*AS_PROMISED) == Cause("not-opened", "wells", expected)
    expected = "Its tote was at wells in time, from 2026-11-24 12:00, and has not been opened."
    assert cause(*AS_PROMISED, arrived=None) == Cause("not-opened", "wells", expected)


def test_a_journey_whose_destination_changed_says_so() -> None:
    found = cause_of(LEGS, AS_PROMISED, book(), arrived_us=None, redirected=True)
    assert found == Cause("redirected", "wells", "It was sent on to wells while it travelled.")


def test_what_the_log_does_not_tell_is_unknown() -> None:
    assert cause() == Cause("unknown", "keynsham", "The log does not tell why.")
    vanished = [spot for spot in AS_PROMISED if spot.place != "taunton"]
    assert cause(*vanished[:-2]) == Cause("unknown", "taunton", "The log does not tell why.")
