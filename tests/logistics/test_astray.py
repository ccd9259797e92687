"""The coordinator's list of totes astray, and what to carry so that every branch has its empties."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.astray import Astray, astray
from logistics.empty_totes import Carry, carries, standings

RUN = "2026-11-24/v1/day"


@dataclass(frozen=True)
class Box:
    status: str
    place: str
    filling: str = "T1/1"
    origin: str = "bristol"
    destination: str = "wells"
    run: str = RUN
    items: int = 7
    since_us: int = 5


@dataclass(frozen=True)
class Noticed:
    branch: str = ""
    why: str = ""
    last_branch: str | None = "bristol"
    last_van: str | None = "v1"
    last_run: str | None = RUN


def of(box: Box, *, finished: bool = True, left: int = 0, **noticed: Noticed) -> list[Astray]:
    return astray(
        [box],
        {("T1/1", kind): one for kind, one in noticed.items()},
        hubs=("bristol",),
        hub_of_run={RUN: "bristol"},
        finished_runs=(RUN,) if finished else (),
        left_inside={"T1/1": left},
    )


pytestmark = pytest.mark.row(29)


def test_a_tote_still_on_the_van_after_its_run_is_asked_for_at_the_hub() -> None:
    assert [] == of(Box("loaded", "v1"), finished=False)
    (one,) = of(Box("loaded", "v1"))
    assert ("not-unloaded", "bristol", "v1", RUN) == (one.kind, one.ask, one.van, one.run)
    assert one.sentence == f"T1/1 did not come off van v1, and the run {RUN} is over. Ask bristol; scan it there."


def test_a_lost_tote_is_asked_for_at_the_hub_of_its_last_run_or_at_its_last_branch() -> None:
    (one,) = of(Box("lost", ""), lost=Noticed(why="not on the shelf"))
    assert ("lost", "bristol", "v1") == (one.kind, one.ask, one.van)
    (one,) = of(Box("lost", "", run=""), lost=Noticed(why="x", last_branch="bath", last_van=None, last_run=None))
    assert ("bath", "", "") == (one.ask, one.van, one.run)


@pytest.mark.parametrize(("place", "kinds"), [("bath", ["wrong-branch"]), ("wells", []), ("bristol", [])])
def test_a_tote_at_a_branch_that_is_not_its_own_is_listed_until_it_goes_on(place: str, kinds: list[str]) -> None:
    assert kinds == [one.kind for one in of(Box("received", place))]


def test_a_tote_opened_on_the_way_is_listed_until_its_items_are_scanned() -> None:
    opened = Noticed(branch="bath")
    (one,) = of(Box("ended", "bath"), left=3, opened=opened)
    assert ("opened-on-way", "bath") == (one.kind, one.ask)
    assert "3 items of it were not scanned since" in one.sentence
    assert [] == of(Box("ended", "bath"), left=0, opened=opened)


def test_a_broken_seal_is_listed_until_the_tote_is_opened() -> None:
    broken = Noticed(branch="bath", why="the tie was cut")
    (one,) = of(Box("loaded", "v1"), finished=False, unsealed=broken)
    assert "The seal of T1/1 was found broken at bath: the tie was cut. Scan every item in it." == one.sentence
    assert [] == of(Box("ended", "wells"), unsealed=broken)


# --- empties ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class There:
    branch: str
    totes: int
    target: int | None
    counted_us: int | None = None


@pytest.mark.row(57)
def test_the_branch_with_most_too_many_gives_to_the_one_that_lacks_most() -> None:
    found = standings([There("a", 10, 4), There("b", 1, 5), There("c", 0, 1), There("d", 9, None), There("e", -1, 0)])
    assert [("a", 6), ("b", -4), ("c", -1), ("d", None), ("e", -1)] == [(one.branch, one.over) for one in found]
    assert [Carry("a", "b", 4), Carry("a", "c", 1), Carry("a", "e", 1)] == carries(found)


@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.tuples(st.integers(-3, 20), st.integers(0, 20))))
def test_nobody_gives_below_the_target_or_gets_above_it(rows: dict[str, tuple[int, int]]) -> None:
    found = standings(There(branch, totes, target) for branch, (totes, target) in rows.items())
    after = {one.branch: one.over or 0 for one in found}
    lacked, spare = -sum(min(0, n) for n in after.values()), sum(max(0, n) for n in after.values())
    planned = carries(found)
    for one in planned:
        assert one.totes > 0
        assert after[one.origin] >= one.totes
        assert -after[one.destination] >= one.totes
        after[one.origin] -= one.totes
        after[one.destination] += one.totes
    assert sum(one.totes for one in planned) == min(lacked, spare)
