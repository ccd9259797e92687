"""The engine keeps every projection equal to a fresh fold of the log, whoever drives it and whatever breaks."""

from __future__ import annotations

import gc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from circulation.errors import BranchlineError, Invalid, Unknown
from projections.projection import Projection, ProjectionStopped
from projections.table import ViewTable
from projections.views import Views
from tests.projections.fake_log import (
    SHELF_NOW,
    SHELF_PAST,
    SHELVES,
    VISITORS,
    VISITS,
    FakeLog,
    open_fake,
)


def contents(views: Views, table: ViewTable[Any], projection: Projection) -> list[tuple[Any, ...]]:
    with views.reading(projection.name) as connection:
        return sorted(tuple(row) for row in connection.execute(select(table.sql)))


def everything(views: Views) -> list[list[tuple[Any, ...]]]:
    return [
        contents(views, SHELF_NOW, SHELVES),
        contents(views, SHELF_PAST, SHELVES),
        contents(views, VISITS, VISITORS),
    ]


@pytest.fixture
def moved() -> FakeLog:
    log = FakeLog()
    log.add("item/1", "Shelved", branch="bath")
    log.add("item/2", "Shelved", branch="bath")
    log.add("item/1", "Shelved", branch="yate")
    log.add("item/2", "Lost")
    return log


def test_a_reader_sees_what_was_recorded_a_moment_ago(moved: FakeLog) -> None:
    views = open_fake(moved)

    assert [("1", "yate", 3)] == contents(views, SHELF_NOW, SHELVES)

    moved.add("item/3", "Shelved", branch="wells")

    assert [("1", "yate", 3), ("3", "wells", 5)] == contents(views, SHELF_NOW, SHELVES)


def test_an_interval_that_ended_is_kept_with_its_end(moved: FakeLog) -> None:
    views = open_fake(moved)

    assert [("1", "bath", 1, 3), ("2", "bath", 2, 4)] == contents(views, SHELF_PAST, SHELVES)


def test_the_position_moves_even_if_nothing_matched() -> None:
    log = FakeLog()
    log.add("item/1", "Ignored")
    views = open_fake(log)

    views.fresh()

    assert [1, 1] == [status.position for status in views.status()]


def test_a_reader_of_an_earlier_position_does_not_follow_further(moved: FakeLog) -> None:
    views = open_fake(moved)

    views.at_least(2)

    assert [2, 2] == [status.position for status in views.status()]


def test_a_position_that_the_log_has_not_reached_is_refused(moved: FakeLog) -> None:
    views = open_fake(moved)

    with pytest.raises(Invalid) as refusal, views.reading("shelves", as_of=5):
        pass

    assert "Position 5 is not in the log, which ends at 4." == refusal.value.sentence


def test_a_fold_that_fails_stops_its_projection_and_no_other(moved: FakeLog) -> None:
    moved.add("tote/7", "Broke")
    moved.add("item/9", "Shelved", branch="wells")
    views = open_fake(moved)

    assert ("9", "wells", 6) in contents(views, SHELF_NOW, SHELVES)
    with pytest.raises(ProjectionStopped) as stop:
        contents(views, VISITS, VISITORS)

    assert (
        "Projection 'visitors' stopped at position 5 (Broke): ValueError: a tote without a code." == stop.value.sentence
    )
    assert {"shelves": (6, False), "visitors": (4, True)} == {
        status.name: (status.position, bool(status.stopped)) for status in views.status()
    }


def test_a_stopped_projection_can_still_be_asked_about_positions_before_the_stop(moved: FakeLog) -> None:
    moved.add("tote/7", "Broke")
    views = open_fake(moved)

    views.follow()

    with views.reading("visitors", as_of=4) as connection:
        assert 3 == sum(row.count for row in connection.execute(select(VISITS.sql.c["count"].label("count"))))


def test_a_stopped_projection_goes_on_once_its_fold_is_mended(moved: FakeLog, tmp_path: Path) -> None:
    url = str(tmp_path / "log.views")
    moved.add("tote/7", "Broke")
    open_fake(moved, url).follow()
    mended = Projection("visitors", 1, VISITORS.tables, {"Shelved": VISITORS.folds["Shelved"]})

    views = open_fake(moved, url, (SHELVES, mended))

    assert 3 == sum(row[2] for row in contents(views, VISITS, mended))
    assert ["", ""] == [status.stopped for status in views.status()]


def test_an_event_that_nobody_knows_stops_every_projection(moved: FakeLog) -> None:
    moved.add("item/1", "Flew")
    views = open_fake(moved)

    with pytest.raises(ProjectionStopped) as stop:
        views.fresh()

    assert "Projection 'shelves' stopped at position 5 (Flew): this version knows no such event." == stop.value.sentence
    assert [4, 4] == [status.position for status in views.status()]


def test_views_of_another_version_are_made_anew(moved: FakeLog, tmp_path: Path) -> None:
    url = str(tmp_path / "log.views")
    open_fake(moved, url).follow()
    counting_double = replace(
        VISITORS, version=2, folds={"Shelved": lambda w, s: [VISITORS.folds["Shelved"](w, s) for _ in "ab"]}
    )

    views = open_fake(moved, url, (SHELVES, counting_double))

    assert [4, 0] == [status.position for status in views.status()]
    assert 6 == sum(row[2] for row in contents(views, VISITS, counting_double))


def test_views_of_another_log_under_the_same_name_are_made_anew(moved: FakeLog, tmp_path: Path) -> None:
    url = str(tmp_path / "log.views")
    open_fake(moved, url).follow()
    restored = FakeLog(moved.events[:2])
    restored.add("item/5", "Shelved", branch="wells")

    views = open_fake(restored, url)

    assert everything(open_fake(restored)) == everything(views)


@pytest.mark.parametrize("damage", ["missing", "not a database", "cut short"])
def test_a_damaged_file_is_made_anew(moved: FakeLog, tmp_path: Path, damage: str) -> None:
    file = tmp_path / "log.views"
    url = str(file)
    views = open_fake(moved, url)
    expected = everything(views)
    with views.database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE filler AS SELECT randomblob(100000) AS stuff")
    views.close()
    if damage == "missing":
        file.unlink()
    elif damage == "not a database":
        file.write_bytes(b"this was a database once " * 100)
    else:
        file.write_bytes(file.read_bytes()[:6000])

    assert expected == everything(open_fake(moved, url))


def test_verify_finds_a_row_that_was_changed_a_row_too_few_and_a_row_twice(moved: FakeLog) -> None:
    views = open_fake(moved)
    views.fresh()
    assert [] == views.verify("shelves")

    with views.database.writing() as connection:
        connection.execute(text("UPDATE shelf_now SET branch = 'oz'"))
        connection.execute(text("DELETE FROM shelf_past WHERE item = '2'"))
        connection.execute(text("INSERT INTO shelf_past SELECT * FROM shelf_past"))

    assert [
        ("shelf_now", "extra", ("1", "oz", 3, 1)),
        ("shelf_now", "missing", ("1", "yate", 3, 1)),
        ("shelf_past", "extra", ("1", "bath", 1, 3, 2)),
        ("shelf_past", "missing", ("1", "bath", 1, 3, 1)),
        ("shelf_past", "missing", ("2", "bath", 2, 4, 1)),
    ] == [(found.table, found.kind, found.row) for found in views.verify("shelves")]

    views.rebuild("shelves")

    assert [] == views.verify("shelves")


def test_a_rebuild_that_cannot_finish_leaves_the_live_tables_alone(moved: FakeLog) -> None:
    views = open_fake(moved)
    before = everything(views)
    moved.add("tote/7", "Broke")

    with pytest.raises(ProjectionStopped):
        views.rebuild("visitors")

    with views.reading("shelves") as connection:
        assert before[2] == sorted(tuple(row) for row in connection.execute(select(VISITS.sql)))
        assert not [name for name in views.database.table_names(connection) if "__" in name]


def test_a_projection_that_does_not_exist_is_named_with_those_that_do(moved: FakeLog) -> None:
    with pytest.raises(Unknown) as refusal:
        open_fake(moved).rebuild("shelfs")

    assert isinstance(refusal.value, BranchlineError)
    assert "There are: shelves, visitors." == refusal.value.hint


EVENTS = st.lists(
    st.tuples(
        st.sampled_from("123"),
        st.sampled_from(["Shelved", "Lost", "Ignored"]),
        st.sampled_from(["bath", "yate"]),
    ),
    max_size=30,
)


@given(events=EVENTS, stops=st.lists(st.integers(0, 30), max_size=5))
@settings(max_examples=60, deadline=None)
def test_live_equals_rebuilt_at_any_prefix_and_any_restart_point(
    events: list[tuple[str, str, str]], stops: list[int]
) -> None:
    log = FakeLog()
    for item, kind, branch in events:
        log.add(f"item/{item}", kind, branch=branch)
    live = open_fake(log)
    for stop in sorted(stops):
        live.at_least(min(stop, log.head().position))
        assert [] == live.verify("visitors")

    rebuilt = open_fake(log)
    rebuilt.rebuild()

    assert everything(rebuilt) == everything(live)
    assert [] == live.verify("shelves")


def test_a_rebuild_with_little_memory_gives_the_same_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    log = FakeLog()
    for number in range(300):
        kind = "Lost" if number % 7 == 0 else "Shelved"
        log.add(f"item/{number * number % 41}", kind, branch=f"b{number % 5}")
    expected = everything(open_fake(log))
    monkeypatch.setattr("projections.engine.REBUILD_BATCH", 10)
    monkeypatch.setattr("projections.engine.ROWS_IN_MEMORY", 10)
    views = open_fake(log)

    views.rebuild()

    assert expected == everything(views)


def test_a_rebuild_leaves_the_collector_of_the_process_as_it_was(moved: FakeLog) -> None:
    usual = gc.get_threshold()

    open_fake(moved).rebuild()

    assert usual == gc.get_threshold()
