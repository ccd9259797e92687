"""What differs from another day, stop by stop, with its numbers."""

from __future__ import annotations

from dataclasses import replace

from logistics.plan_changes import changes_against
from tests.logistics.drafted_day import BATH_AND_CLEVEDON, YEOVIL, at, drafted, stop


def test_other_vans_other_hours_new_stops_and_stops_without_a_van_are_told():
    before = drafted(BATH_AND_CLEVEDON, YEOVIL)
    after = drafted(
        replace(BATH_AND_CLEVEDON, stops=(stop("bath", at(9, 43)), stop("wells", at(10, 20)))),
        replace(YEOVIL, stops=(stop("clevedon", at(11)),)),
    )
    assert [
        ("van", "clevedon has van TAU-1 at 11:00; before it was van BRS-1 at 11:02."),
        ("time", "bath is served 31 min later: van BRS-1 at 09:43; before it was van BRS-1 at 09:12."),
        ("new", "wells is new: van BRS-1 at 10:20."),
        ("gone", "yeovil has no van; before it was van TAU-1 at 09:50."),
    ] == [(one.what, one.sentence) for one in changes_against(before, after)]


def test_a_quarter_of_an_hour_is_no_change_and_a_minute_more_is_one():
    before = drafted(replace(YEOVIL, stops=(stop("yeovil", at(10)),)))
    same = drafted(replace(YEOVIL, stops=(stop("yeovil", at(9, 45)),)))
    earlier = drafted(replace(YEOVIL, stops=(stop("yeovil", at(9, 44)),)))
    assert [] == changes_against(before, same)
    (change,) = changes_against(before, earlier)
    assert "yeovil is served 16 min earlier: van TAU-1 at 09:44; before it was van TAU-1 at 10:00." == change.sentence
