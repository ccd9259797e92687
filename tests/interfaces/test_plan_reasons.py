"""`plan explain`, `plan compare` and `plan what-if` on the command line."""

from __future__ import annotations

import json
import re

import pytest

from interfaces.exit_code import ExitCode
from tests.cast import DAY
from tests.interfaces.shop import Done, Shop
from tests.interfaces.test_plan_commands import PLAN, courier, latest

__all__ = ["courier"]  # the fixture
pytestmark = pytest.mark.usefixtures("courier")


def refusal(done: Done) -> str:
    return str(json.loads(done.err)["error"])


def test_a_served_stop_is_explained_with_the_other_places_it_could_have(shop: Shop) -> None:
    head = shop.head()
    done = shop.run("plan", "explain", DAY, "wells")
    assert ExitCode.DONE == done.code
    # Which way round the van drives is the search's: both ways cost the same.
    assert re.search("wells is stop [12] of 2 on van v1: there at ", done.err)
    assert "Calling there takes van v1 " in done.err
    assert "Van v1 holds 20 totes and carries " in done.err
    rows = shop.run("plan", "explain", DAY, "wells", "--json").json
    assert {"v1", "v2"} >= {row["van"] for row in rows}
    assert 3 == len(rows)
    assert rows[0]["sentence"].startswith(f"Van {rows[0]['van']} ")
    assert head == shop.head()


def test_a_stop_left_behind_is_explained_with_the_ways_in(shop: Shop) -> None:
    shop.run("plan", "drop", DAY, "wells", "--keep")
    done = shop.run("plan", "explain", DAY, "--revision", str(latest(shop)))
    assert "wells is left behind: " in done.err
    rows = shop.run("plan", "explain", DAY, "wells", "--revision", str(latest(shop)), "--json").json
    assert {"v1", "v2"} == {row["van"] for row in rows}
    assert [None, None] == [row["needs"] for row in rows]


def test_a_stop_that_is_not_in_the_plan_is_unknown(shop: Shop) -> None:
    done = shop.run("plan", "explain", DAY, "zoo", "--json")
    assert (ExitCode.FAILED, "plan.stop-unknown") == (done.code, refusal(done))


def test_two_revisions_lie_side_by_side(shop: Shop) -> None:
    number = latest(shop)
    shop.run("plan", "move", DAY, "wells", "--to", "v2", "--first", "--keep")
    one, two = f"{DAY}@{number}", f"{PLAN}@{number + 1}"
    done = shop.run("plan", "compare", one, two, "--json").json
    assert [f"{PLAN}@{number}", f"{PLAN}@{number + 1}"] == done["plans"]
    assert any(said.startswith("wells has van v2 at ") for said in done["stops"])
    assert done["before"]["km"] != done["after"]["km"]
    told = shop.run("plan", "compare", one, one)
    assert "Every stop rides with the same van, within 15 minutes of the same time." in told.err
    assert "plan.revision" == refusal(shop.run("plan", "compare", f"{DAY}@last", two, "--json"))


def test_a_plan_without_a_van_is_laid_beside_it_and_nothing_is_changed(shop: Shop) -> None:
    head = shop.head()
    done = shop.run("plan", "what-if", DAY, "--without-van", "v2", "--iterations", "300")
    assert "clevedon: van v1, and not van v2." in done.err
    assert "Nothing was changed." in done.err
    found = shop.run("plan", "what-if", DAY, "--close", "bath", "--iterations", "300", "--json").json
    assert {"stop": "bath", "van_before": "v1", "van": None} in found["moved"]
    assert found["before"]["stops"] == found["after"]["stops"] + 1
    assert head == shop.head()


def test_nothing_supposed_is_refused(shop: Shop) -> None:
    done = shop.run("plan", "what-if", DAY, "--json")
    assert "plan.nothing-supposed" == refusal(done)
    done = shop.run("plan", "what-if", DAY, "--without-van", "v1", "--without-van", "v2", "--json")
    assert "plan.no-van" == refusal(done)
