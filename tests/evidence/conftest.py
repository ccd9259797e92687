"""A sealed store, made once: 300 events in blocks of 16 leaves, sealed at 100, 237 and 280."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from circulation.evidence import finding, reading, sealing, tree, verifying, workers
from circulation.ledger import Ledger
from tests.evidence.sealed_store import record, sealed

EVENTS = 300
SIZES = (100, 237, 280)
SMALL = 16


@dataclass(frozen=True)
class Evidence:
    """The store, and the folder that is kept elsewhere."""

    store: Path
    folder: Path


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 16 leaves, so that a small log has many."""
    for module in (finding, reading, sealing, tree, verifying):
        monkeypatch.setattr(module, "LEAVES", SMALL)


@pytest.fixture(scope="session")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """A store of 300 events in nine streams, of which 280 are sealed."""
    place = tmp_path_factory.mktemp("evidence")
    with pytest.MonkeyPatch.context() as patch:
        for module in (finding, reading, sealing, tree, verifying):
            patch.setattr(module, "LEAVES", SMALL)
        ticks = iter(range(1_795_507_200_000_000, 2_000_000_000_000_000, 1_000_000))
        with Ledger.open(str(place / "store.db"), clock=lambda: next(ticks), simulated=True) as ledger:
            for size in SIZES:
                record(ledger, size - ledger.head().position, seed=size)
                sealed(ledger, place / "elsewhere")
            record(ledger, EVENTS - SIZES[-1])
    assert workers.WORTH_PROCESSES > EVENTS
    return Evidence(place / "store.db", place / "elsewhere")
