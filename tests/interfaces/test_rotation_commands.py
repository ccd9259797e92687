"""`rotation`: a round from the command line."""

from __future__ import annotations

import pytest

from circulation.clock import DAY_US
from interfaces.exit_code import ExitCode
from tests.cast import BATH_COPY, CLEVEDON_COPY
from tests.interfaces.shop import Shop


@pytest.mark.case(30)
@pytest.mark.row(35)
def test_a_round_from_the_command_line(shop: Shop) -> None:
    assert ExitCode.DONE == shop.run("rotation", "set", "lp", "--stop", "wells:28", "--stop", "clevedon:14").code
    assert "1 items set out for the first stop of lp" in shop.run("rotation", "add", "lp", BATH_COPY).err
    shop.run("scan", BATH_COPY, "--branch", "wells")
    (row,) = shop.run("rotation", "list", "--json").json
    assert ("lp", BATH_COPY, "wells", "2026-11-24", 28) == tuple(row.values())
    assert [] == shop.run("rotation", "due", "lp", "--json").json
    with shop.world() as world:
        world.clock_us += 28 * DAY_US
        world.scan(CLEVEDON_COPY, "clevedon")
    done = shop.run("rotation", "due", "lp", "--send", "--json")
    assert [(BATH_COPY, "wells", "clevedon")] == [(row["item"], row["at"], row["to"]) for row in done.json]
    assert "1 items set out at their next scan." in done.err
    assert [] == shop.run("rotation", "due", "lp", "--json").json
    assert "clevedon" == shop.run("scan", BATH_COPY, "--branch", "wells", "--json").json[0]["route_to"]
    assert ExitCode.DONE == shop.run("rotation", "remove", "lp", BATH_COPY).code
    assert [] == shop.run("rotation", "list", "--json").json
    assert ExitCode.USAGE == shop.run("rotation", "set", "lp", "--stop", "wells").code
