"""What keeps questions about the past quick on a log of millions of events: which rows are read at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.dialects import sqlite

from bench import busy_log, busy_network
from circulation.ledger import Ledger
from projections import locations
from projections.asof import ended_after
from projections.locations import ITEM_PAST
from projections.registry import open_views
from projections.views import Views

ITEMS, EVENTS = 400, 4_000


@pytest.fixture
def views(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Views]:
    monkeypatch.setattr(busy_network, "BRANCHES", 4)
    with Ledger.open(f"sqlite:{tmp_path / 'log.db'}") as ledger:
        busy_log.fill(ledger, EVENTS, items=ITEMS)
        opened = open_views(ledger)
        opened.fresh()
        yield opened
        opened.close()


def plan(connection: Connection, asked: object) -> str:
    """How SQLite would go about it."""
    sql = str(asked.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))  # type: ignore[attr-defined]
    return "\n".join(row[-1] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {sql}")))


def test_items_per_place_are_counted_along_indexes_that_hold_all_that_is_asked(views: Views) -> None:
    with views.reading("custody") as connection:
        for as_of in (None, EVENTS // 2):
            told = plan(connection, locations._grouped(as_of))

            assert told.count("USING COVERING INDEX") == (1 if as_of is None else 2)
            assert "TEMP B-TREE" not in told


def test_what_ended_before_a_position_is_not_read_to_find_what_stood_then(views: Views) -> None:
    past = ITEM_PAST.sql
    with views.reading("custody") as connection:
        for position in (0, 1, EVENTS // 3, EVENTS - 1, EVENTS + 1_000):
            conditions = ended_after(connection, past, position)
            asked = select(past.c.item, past.c.from_pos).where(*conditions)

            assert "USING INTEGER PRIMARY KEY (rowid>?)" in plan(connection, asked)
            plainly = select(past.c.item, past.c.from_pos).where(past.c.to_pos > position)
            assert sorted(connection.execute(plainly)) == sorted(connection.execute(asked))


def test_the_full_list_names_every_item_once_at_any_position(views: Views) -> None:
    for as_of in (None, EVENTS // 2, EVENTS - 1):
        listed = list(locations.everywhere(views, as_of=as_of))

        assert sorted(listed) == sorted(
            place
            for number in range(ITEMS)
            if (place := locations.where(views, busy_log.barcode(number), as_of=as_of)) is not None
        )
        assert ITEMS == len(listed)


def test_rows_that_do_not_fit_into_memory_are_rebuilt_as_those_that_do(
    views: Views, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.engine.REBUILD_BATCH", 150)
    monkeypatch.setattr("projections.engine.ROWS_IN_MEMORY", 100)

    assert {name: [] for name in views.names} == {name: views.verify(name) for name in views.names}

    views.rebuild()

    assert [] == views.verify("custody")
