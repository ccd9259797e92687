"""The log that measurements share: what it tells is what a desk would have recorded, and it is made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import busy_log, busy_network
from bench.busy_network import BusyNetwork
from circulation.folds import ITEM
from circulation.ledger import Ledger
from projections.locations import Where, counts, where
from projections.registry import open_views

ITEMS, EVENTS = 400, 6_000


@pytest.fixture
def few_branches(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that totes fill up although there are few copies."""
    monkeypatch.setattr(busy_network, "BRANCHES", 4)


@pytest.mark.usefixtures("few_branches")
def test_the_same_network_lives_the_same_life() -> None:
    once, again = (list(BusyNetwork(ITEMS).rows(EVENTS)) for _ in range(2))

    assert once == again
    assert list(range(1, EVENTS + 1)) == [row[0] for row in once][:EVENTS]
    assert [row[4] for row in once] == sorted(row[4] for row in once)


@pytest.mark.usefixtures("few_branches")
def test_every_item_of_the_log_is_where_its_own_stream_says(tmp_path: Path) -> None:
    with Ledger.open(f"sqlite:{tmp_path / 'log.db'}") as ledger:
        busy_log.fill(ledger, EVENTS, items=ITEMS)
        views = open_views(ledger)

        assert ITEMS == sum(counts(views).values())
        for number in range(ITEMS):
            place = ledger.load(f"item/{busy_log.barcode(number)}", ITEM).state.custody.place  # type: ignore[union-attr]
            seen = where(views, busy_log.barcode(number))
            assert isinstance(seen, Where)
            assert (place.kind, place.ref) == (("filling", seen.filling) if seen.filling else (seen.kind, seen.place))
        kinds = {row[3] for row in ledger.rows(after=0, limit=2 * EVENTS)}
        assert {
            "LoanRenewed",
            "ItemPacked",
            "ToteOpened",
            "ItemArrived",
            "ItemPlacedOnHoldShelf",
            "HoldFilled",
        } <= kinds
        views.close()


def test_the_log_is_made_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRANCHLINE_BENCH_EVENTS", "20000")
    monkeypatch.setenv("BRANCHLINE_BENCH_DIR", str(tmp_path))

    made = busy_log.log_path()
    before = made.stat().st_mtime_ns

    assert made == busy_log.log_path()
    assert before == made.stat().st_mtime_ns
    with busy_log.opened(str(made)) as ledger:
        assert 20_000 <= ledger.head().position
