"""
A bad week on the real network of the south-west: `docs/a-bad-week.md`, played and held to every line that it prints.

Between two commands of the page branches, hubs and drivers do what they do in a demo. `BEFORE` says what has happened
when a command is given.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from circulation.store.url import StoreUrl
from interfaces.demo.fill import days_before, founded
from interfaces.demo.size import Size
from interfaces.demo.southwest import real_network
from tests.interfaces.shop import Done, Shop
from tests.scenarios.pages import DOCS, consoles, must_say
from tests.scenarios.week_on_the_road import Week
from tests.shared_files import shared_data

PAGE = "a-bad-week.md"
MONDAY = date(2026, 11, 23)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = (MONDAY + timedelta(days) for days in range(1, 7))
NEXT_MONDAY, NEXT_TUESDAY, NEXT_WEDNESDAY = (MONDAY + timedelta(days) for days in range(7, 10))
SIZE = Size(items=7_000, readers=900, holds_a_day=220, away_returns_a_day=160, shelf_loans_a_day=25)
PLANNED_AT, EVENING, NIGHT = 6 * 60 + 40, 18 * 60, 23 * 60
FLOODED = "wareham"


def monday(week: Week) -> None:
    week.begin(MONDAY)
    week.until(MONDAY, PLANNED_AT)


def tuesday(week: Week) -> None:
    week.send(MONDAY)
    week.begin(TUESDAY)
    week.until(TUESDAY, PLANNED_AT)


def half_past_ten(week: Week) -> None:
    week.send(TUESDAY)
    week.until(TUESDAY, 10 * 60 + 30)


def tuesday_night(week: Week) -> None:
    week.send(TUESDAY)
    week.until(TUESDAY, NIGHT)


def wednesday(week: Week) -> None:
    week.begin(WEDNESDAY)
    week.until(WEDNESDAY, PLANNED_AT)


def it_is_flooded(week: Week) -> None:
    for day in (WEDNESDAY, FRIDAY):
        week.shut(day, FLOODED)


def wednesday_evening(week: Week) -> None:
    week.send(WEDNESDAY)
    week.until(WEDNESDAY, EVENING)


def friday(week: Week) -> None:
    """A third more than usual is asked for and brought back, besides what waited for Thursday."""
    week.shut(THURSDAY)
    week.begin(THURSDAY, trunks=False)
    week.until(FRIDAY, 4 * 60)
    week.stage.size = replace(SIZE, holds_a_day=SIZE.holds_a_day * 13 // 10)
    week.begin(FRIDAY)
    week.until(FRIDAY, PLANNED_AT)


def friday_night(week: Week) -> None:
    week.send(FRIDAY)
    week.until(FRIDAY, NIGHT)
    week.stage.size = SIZE


def no_van_on_monday(week: Week) -> None:
    week.begin(SATURDAY)
    week.begin(SUNDAY)
    week.until(NEXT_MONDAY, 4 * 60)


def two_days_later(week: Week) -> None:
    week.begin(NEXT_MONDAY, trunks=False)
    week.begin(NEXT_TUESDAY, trunks=False)
    week.until(NEXT_TUESDAY, NIGHT)


def service_is_back(week: Week) -> None:
    week.begin(NEXT_WEDNESDAY)
    week.until(NEXT_WEDNESDAY, PLANNED_AT)


def the_end(week: Week) -> None:
    week.send(NEXT_WEDNESDAY)
    week.until(NEXT_WEDNESDAY, NIGHT)


BEFORE: dict[str, Callable[[Week], None]] = {
    "calendar close all": monday,
    "plan draft --date 2026-11-24": tuesday,
    "plan replan 2026-11-24": half_past_ten,
    "run show 2026-11-24/taunton-3/day": tuesday_night,
    "plan draft --date 2026-11-25 --iterations": wednesday,
    "plan draft --date 2026-11-25 --mode keep": it_is_flooded,
    "plan draft --date 2026-11-26": wednesday_evening,
    "plan draft --date 2026-11-27": friday,
    "run balance --date 2026-11-27": friday_night,
    "service suspend": no_van_on_monday,
    "service backlog": two_days_later,
    "plan draft --date 2026-12-02": service_is_back,
    "run balance --date 2026-12-02": the_end,
}
"""What has happened, by how the command begins that is given then."""


@pytest.fixture
def week(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Week]:
    """Friday has been driven, and the weekend is over."""
    network = real_network(shared_data("southwest_england"))
    before = days_before(MONDAY, network, service_days=2)
    path = tmp_path / "week.db"
    played = [*before, *(MONDAY + timedelta(days) for days in range(12))]
    with founded(StoreUrl.parse(str(path)), network, SIZE, days=played, tell=lambda _: None) as (stage, play):
        for day in before:
            play.day(day)
        yield Week(stage, play, Shop(path, capsys, monkeypatch))


def days_late(replanned: Done) -> Counter[int]:
    """How many holds are late by how many days, as `plan replan` tells it."""
    rows = [line.split()[3:5] for line in replanned.out.splitlines() if line.startswith("late ")]
    return Counter((date.fromisoformat(now) - date.fromisoformat(was)).days for was, now in rows)


def test_every_command_of_the_page_answers_as_the_page_says(week: Week) -> None:
    still = dict(BEFORE)
    answers: dict[str, Done] = {}
    for command, lines in consoles(PAGE):
        for begins in [one for one in still if command.startswith(one)]:
            still.pop(begins)(week)
        answers[command] = week.run(*shlex.split(command))
        must_say(command, answers[command], lines)
    assert not still, "the page has no command at which this happens"
    (replanned,) = (done for command, done in answers.items() if command.startswith("plan replan"))
    assert days_late(replanned) == {1: 6, 2: 2}, "as the page counts them"
    page = (DOCS / PAGE).read_text(encoding="utf-8")
    rows = week.in_numbers()
    assert all(row in page for row in rows), "\n".join(rows)
