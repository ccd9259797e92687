"""`floating` and `item placement`: the policy from the command line, and what it would do."""

from __future__ import annotations

import pytest

from interfaces.exit_code import ExitCode
from tests.cast import BATH_COPY
from tests.interfaces.shop import Shop


@pytest.mark.case(28)
@pytest.mark.row(32)
def test_a_group_set_from_the_command_line_makes_copies_float(shop: Shop) -> None:
    given = ("floating", "set", "books", "--type", "book", "--all", "--without", "yeovil", "--homing-days", "90")
    assert ExitCode.DONE == shop.run(*given).code
    assert "shelve" == shop.run("scan", BATH_COPY, "--branch", "wells", "--json").json[0]["code"]
    assert "bath" == shop.run("scan", BATH_COPY, "--branch", "yeovil", "--json").json[0]["route_to"]
    assert ExitCode.DONE == shop.run("floating", "remove", "books").code
    assert "error[floating.unknown-group]" in shop.run("floating", "remove", "books").err


def test_the_policy_is_listed_as_it_is_and_as_it_was(shop: Shop) -> None:
    before = shop.head()
    shop.run(
        "floating", "set", "books", "--member", "Somerset", "--without", "yeovil", "--flagged", "--title-copies", "2"
    )
    shop.run("floating", "limit", "book", "40", "--at", "bath")
    shop.run("floating", "limit", "book", "9")
    shop.run("floating", "walk", "centre", "bath", "bristol")
    shop.run("floating", "services", "Bristol", "bristol")
    rows = shop.run("floating", "list", "--json").json
    assert [
        ("group", "books", "member/Somerset"),
        ("limit", "book at *", "*"),
        ("limit", "book at bath", "bath"),
        ("walk", "centre", "bath bristol"),
        ("services", "Bristol", "bristol"),
    ] == [(row["rule"], row["name"], row["branches"]) for row in rows]
    assert "Copies with the float flag float there. A branch keeps 2 of a title." == rows[0]["says"]
    assert [] == shop.run("floating", "list", "--as-of", str(before), "--json").json
    for words in (("limit", "book"), ("walk", "centre"), ("services", "Bristol")):
        assert ExitCode.DONE == shop.run("floating", *words).code
    assert ["books", "book at bath"] == [row["name"] for row in shop.run("floating", "list", "--json").json]


@pytest.mark.row(20)
@pytest.mark.row(33)
def test_what_a_scan_would_come_to_is_told_with_every_ground_in_words(shop: Shop) -> None:
    shop.run("floating", "set", "books", "--all")
    shop.run("floating", "limit", "book", "0", "--at", "wells")
    shop.run("floating", "limit", "book", "5")
    head = shop.head()
    done = shop.run("item", "placement", BATH_COPY, "--at", "wells", "--json")
    assert f"Scanned at wells, {BATH_COPY} goes to bath, reason home." in done.err
    assert [
        ("hold.none", "Nobody waits for it, or no hold that waits may have this copy."),
        ("float.full wells 0/0", "Enough copies of its type from elsewhere are kept or awaited here (wells 0/0)."),
        ("float.goes-on bath 0/5", "It goes on to the branch that is least full (bath 0/5)."),
    ] == [(row["ground"], row["sentence"]) for row in done.json]
    assert head == shop.head()
    assert "stays there" in shop.run("item", "placement", BATH_COPY, "--at", "bath").err
    assert "error[item.unknown]" in shop.run("item", "placement", "30114999999999", "--at", "bath").err


def test_only_those_who_may_change_the_floating_policy(shop: Shop) -> None:
    shop.run("actor", "add", "dora", "--role", "desk")
    assert "error[actor.not-allowed]" in shop.run("floating", "set", "books", "--all", actor="dora").err
