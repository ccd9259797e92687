"""What was recorded in several goes while a van stood at a door is one call to whoever reads the run."""

from __future__ import annotations

from circulation.clock import MINUTE_US
from projections.runs import Call, at_doors


def call(branch: str, minute: int, *, off: str = "", on: str = "", outcome: str = "served", note: str = "") -> Call:
    return Call(
        run="2026-11-24/v2/day",
        position=minute,
        branch=branch,
        outcome=outcome,
        known="scanned",
        note=note,
        fillings_off=tuple(off.split()),
        fillings_on=tuple(on.split()),
        at_us=minute * MINUTE_US,
    )


def test_a_handover_that_was_recorded_tote_by_tote_is_one_call() -> None:
    calls = [call("bath", 0, on="A/1"), call("bath", 2, on="B/1 C/1"), call("wells", 40, off="A/1 B/1 C/1")]
    assert at_doors(calls) == [call("bath", 0, on="A/1 B/1 C/1"), call("wells", 40, off="A/1 B/1 C/1")]


def test_notes_are_kept_and_one_assumed_part_makes_the_call_assumed() -> None:
    assumed = Call("2026-11-24/v2/day", 2, "bath", "served", "assumed", "two more", ("B/1",), (), 2 * MINUTE_US)
    (found,) = at_doors([call("bath", 0, off="A/1", note="door locked"), assumed])
    assert (found.known, found.note, found.fillings_off) == ("assumed", "door locked; two more", ("A/1", "B/1"))


def test_a_van_that_comes_again_calls_again() -> None:
    """On its next trip an hour later, or once it has been elsewhere."""
    later = [call("bath", 0), call("bath", 60)]
    assert at_doors(later) == later
    between = [call("bath", 0), call("wells", 5), call("bath", 10)]
    assert at_doors(between) == between


def test_what_is_no_call_stands_for_itself() -> None:
    rest = [
        call("bath", 0, outcome="skipped", note="snow"),
        call("bath", 1, outcome="skipped", note="snow"),
        call("bristol", 2, outcome="rerouted"),
        call("bristol", 3, outcome="finished"),
    ]
    assert at_doors(rest) == rest
