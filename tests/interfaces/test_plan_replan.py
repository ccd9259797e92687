"""`plan replan`: what drivers must know, what is left with its next day, and the holds that are late, by number."""

from __future__ import annotations

import re

import pytest

from circulation.event import NewEvents
from logistics.fleet import VanSet
from tests.cast import CLEVEDON_COPY, DAY, DUNE, FLOATING_COPY, PATRONS
from tests.interfaces.shop import Shop

PLAN = f"{DAY}/bristol/day"


@pytest.fixture
def bad_day(shop: Shop) -> Shop:
    """
    Van v1 leaves Bristol at ten: Dune rides to Bath for the first hold, a copy at Clevedon waits for the second.

    No run is recorded.
    """
    with shop.world() as world:
        van = VanSet(
            hub="bristol", totes=12, shift_starts_minute=600, shift_ends_minute=960, days=(0, 1, 2, 3, 4),
            cost_per_km_cents=45, cost_per_hour_cents=1800,
        )  # fmt: skip
        world.record("van", [NewEvents("van/v1", 0, (van,))])
        world.hold(DUNE, "ada", pickup="bath")
        world.scan(FLOATING_COPY, "bristol", tote="T1")
        world.desk.totes.seal(world.at("bristol"), "T1")
        world.hold(DUNE, "ben", pickup="bath")
        world.scan(CLEVEDON_COPY, "clevedon", tote="T2")
        world.desk.totes.seal(world.at("clevedon"), "T2")
    for command in (
        (
            "draft",
            "--date",
            DAY,
            "--hub",
            "bristol",
            "--collect",
            "waiting",
            "--must",
            "bath",
            "--must",
            "clevedon",
            "--iterations",
            "100",
        ),
    ):
        assert 0 == shop.run("plan", *command).code
    assert 0 == shop.run("plan", "publish", PLAN).code
    return shop


def rows(shop: Shop, *more: str) -> list[tuple[str, ...]]:
    done = shop.run("plan", "replan", PLAN, "--iterations", "100", *more, "--json")
    assert 0 == done.code, done.err
    return [tuple(row.values()) for row in done.json]


def test_the_drivers_list_what_is_left_and_the_holds_that_are_late_are_told(bad_day: Shop) -> None:
    assert rows(bad_day, "--at", "10:05", "--close", "bath") == [
        ("driver", "v1", "", None, None, "No longer: bath."),
        ("driver", "v1", "", None, None, "Back at bristol at 11:08, not 12:14."),
        (
            "left", "bath", "bath", DAY, "2026-11-25",
            ("bath is closed for the rest of 2026-11-24: 1 tote for it rides back to bristol on v1; a van can call next"
            " on 2026-11-25."),
        ),
        ("late", "t-dune#1", "bath", DAY, "2026-11-25", "its copy is late because of what is left at bath"),
    ]  # fmt: skip


def test_nothing_is_recorded_unless_it_is_to_be_kept(bad_day: Shop) -> None:
    head = bad_day.head()
    looked = bad_day.run("plan", "replan", PLAN, "--iterations", "100", "--at", "10:05", "--close", "bath")
    assert head == bad_day.head()
    assert looked.err.splitlines() == [
        "The rest of the day was planned again at 10:05. bath is closed for the rest of the day.",
        "No run of this plan is recorded: every van is taken to be where the plan has it.",
        "2 stops and 92.0 km before, 1 stop and 45.8 km now.",
        "Nothing was recorded; give it to the drivers with --keep.",
    ]
    kept = bad_day.run("plan", "replan", PLAN, "--iterations", "100", "--at", "10:05", "--close", "bath", "--keep")
    assert f"Plan {PLAN}: revision 2 is published, and the vans go on by it." in kept.err
    held = {row["revision"]: row["status"] for row in bad_day.run("plan", "list", "--json").json}
    assert {1: "replaced", 2: "published"} == held
    assert ["clevedon"] == [row["branch"] for row in bad_day.run("plan", "show", PLAN, "--json").json]


def test_a_copy_that_nobody_collects_today_makes_its_hold_late(bad_day: Shop) -> None:
    found = rows(bad_day, "--at", "10:05", "--close", "clevedon")
    assert [("late", "t-dune#2", "bath")] == [row[:3] for row in found if row[0] == "late"]
    (left,) = (row for row in found if row[0] == "left")
    assert left[4] == "2026-11-26", "Clevedon is shut on Wednesdays"


def test_no_line_names_a_patron(bad_day: Shop) -> None:
    said = bad_day.run(
        "plan", "replan", PLAN, "--iterations", "100", "--at", "10:05", "--close", "bath", "--close", "clevedon"
    )
    for name, (card, _, _) in PATRONS.items():
        assert re.search(rf"\b{name}\b", said.out, re.IGNORECASE) is None
        assert card not in said.out


def test_a_run_that_is_kept_says_by_which_revision_it_goes_on(bad_day: Shop) -> None:
    bad_day.run("run", "start", "v1", "--date", DAY)
    bad_day.run("plan", "replan", PLAN, "--iterations", "100", "--at", "10:05", "--close", "bath", "--keep")
    (call,) = bad_day.run("run", "show", f"{DAY}/v1/day", "--json").json
    assert ("rerouted", "revision 2: clevedon") == (call["outcome"], call["note"])


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("--at", "30:00"), "time.of-day", "'30:00' is not a time of day."),
        (
            ("--at", "10:00", "--stuck-at", "bath"),
            "plan.stuck-at",
            "--stuck-at says where the one van of --without-van stands; 0 are named.",
        ),
        (("--at", "10:00", "--without-van", "v9"), "van.unknown", None),
        (("--at", "10:00", "--close", "atlantis"), "branch.unknown", None),
    ],
)
def test_what_makes_no_sense_is_refused(
    bad_day: Shop, arguments: tuple[str, ...], code: str, sentence: str | None
) -> None:
    done = bad_day.run("plan", "replan", PLAN, *arguments)
    assert 0 != done.code
    assert code in done.err
    assert sentence is None or sentence in done.err
