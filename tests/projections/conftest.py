"""A small network at work on every kind of store, with views beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from circulation.keyring import Keyring
from circulation.ledger import Ledger
from projections.registry import open_views
from projections.views import Views
from tests.world import World


def _at_work(url: str) -> Iterator[World]:
    world: list[World] = []
    with Ledger.open(url, clock=lambda: world[0].clock_us if world else 0, simulated=True) as ledger:
        keyring = Keyring.open("sqlite::memory:")
        world.append(World(ledger, keyring))
        yield world[0]
        keyring.close()


@pytest.fixture
def world() -> Iterator[World]:
    """The cast at work on a store in memory."""
    yield from _at_work("sqlite::memory:")


@pytest.fixture
def views(world: World) -> Iterator[Views]:
    """The views of the cast's ledger."""
    opened = open_views(world.ledger)
    yield opened
    opened.close()


@pytest.fixture
def world_anywhere(store_url: str) -> Iterator[World]:
    """The cast at work on each kind of store in turn."""
    yield from _at_work(store_url)


@pytest.fixture
def shared_world(shared_store_url: str) -> Iterator[World]:
    """The cast at work on each kind of store that several processes can open."""
    yield from _at_work(shared_store_url)
