"""
Who sent this book to the wrong branch: `docs/who-sent-this-book.md`, told again and held to every line that it prints.

The day behind the page is played here; the page's commands are then run as they stand, and each line below a command
must be in its answer.
"""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from circulation.clock import HOUR_US, MINUTE_US
from tests.cast import BATH_COPY, TUESDAY
from tests.interfaces.shop import Shop
from tests.scenarios.pages import consoles, must_say


@pytest.fixture
def day(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Middlemarch is on loan; Bob wants it at Wells; it comes back at Bristol and is driven there, not home to Bath."""
    shop = Shop(tmp_path / "shop.db", capsys, monkeypatch)
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
    assert 0 == shop.run("actor", "add", "bob", "--role", "coordinator").code
    words = ("--to", "wells", "--stay-until", "2026-12-01", "--why", "Window of the Eliot week")
    sent = shop.run("transit", "send", BATH_COPY, *words, "--branch", "bristol", actor="bob")
    assert 0 == sent.code, sent.err
    with shop.world() as world:
        world.clock_us = TUESDAY + 2 * HOUR_US
        world.scan(BATH_COPY, "bristol", tote="T1")
        world.desk.totes.seal(world.at("bristol"), "T1")
        world.clock_us = TUESDAY + 3 * HOUR_US
        world.desk.totes.load(world.at("bristol"), "T1", van="v1")
        world.clock_us = TUESDAY + 4 * HOUR_US
        world.desk.totes.receive(world.at("wells"), "T1")
        world.clock_us += MINUTE_US
        world.scan(BATH_COPY, "wells")
        # A desk without the network had the book in its hands at ten, and is heard of in the afternoon.
        world.clock_us = TUESDAY + 6 * HOUR_US
        world.desk.scan(world.at("clevedon"), BATH_COPY, happened_us=TUESDAY + HOUR_US)
    return shop


def test_every_command_of_the_page_answers_as_the_page_says(day: Shop) -> None:
    told = consoles("who-sent-this-book.md")
    assert len(told) >= 8
    for command, lines in told:
        must_say(command, day.run(*shlex.split(command)), lines)
