"""A world for every test of the desk."""

from collections.abc import Iterator

import pytest

from circulation.keyring import Keyring
from circulation.ledger import Ledger
from tests.world import World


@pytest.fixture
def world() -> Iterator[World]:
    """The cast on memory stores, on Tuesday at nine."""
    with Ledger.open("sqlite::memory:", clock=lambda: made.clock_us if made else 0, simulated=True) as ledger:
        made: World | None = None
        keyring = Keyring.open("sqlite::memory:")
        made = World(ledger, keyring)
        yield made
        keyring.close()
