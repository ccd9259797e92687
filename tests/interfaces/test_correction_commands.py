"""`scan --drop`, `item undo`, `loan out --override`: putting right what was done, on the command line."""

from __future__ import annotations

from circulation.clock import DAY_US, parse_instant
from interfaces.exit_code import ExitCode
from tests.cast import BATH_COPY, PATRONS, WELLS_COPY
from tests.interfaces.shop import Shop

ADA = PATRONS["ada"][0]


def test_the_drop_is_emptied_without_a_date_and_says_which_one_it_took(shop: Shop) -> None:
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
        world.clock_us = parse_instant("2026-11-30T08:30:00Z")
        world.lend(WELLS_COPY, "ben", "wells")
    done = shop.run("scan", "--branch", "bath", "--drop", BATH_COPY, "--json")
    assert done.json[0]["sentence"] == ("Returned at bath in the book drop, as of 2026-11-28T17:00:00Z. It stays here.")


def test_a_date_for_the_drop_that_has_not_come_is_refused(shop: Shop) -> None:
    done = shop.run("scan", "--branch", "bath", "--drop", "--occurred-at", "2026-12-24T17:00:00Z", BATH_COPY)
    assert ExitCode.FAILED == done.code
    assert "error[time.in-future]" in done.err


def test_the_last_scan_of_an_item_is_undone_and_not_twice(shop: Shop) -> None:
    shop.run("scan", "--branch", "wells", BATH_COPY)
    done = shop.run("item", "undo", BATH_COPY, "--branch", "wells", "--json")
    assert (ExitCode.DONE, "undone") == (done.code, done.json["code"])
    again = shop.run("item", "undo", BATH_COPY, "--branch", "wells")
    assert "error[undo.nothing]" in again.err


def test_a_rule_is_overridden_with_a_reason_that_only_the_store_can_read(shop: Shop) -> None:
    with shop.world() as world:
        world.desk.borrowers.block(world.at("bath"), ADA, "overdue")
    refused = shop.run("loan", "out", ADA, BATH_COPY, "--branch", "bath")
    assert "error[patron.blocked]" in refused.err
    unfounded = shop.run("loan", "out", ADA, BATH_COPY, "--branch", "bath", "--override")
    assert "error[override.no-reason]" in unfounded.err
    done = shop.run("loan", "out", ADA, BATH_COPY, "--branch", "bath", "--override", "--why", "paid at the till")
    assert ExitCode.DONE == done.code
    assert b"paid at the till" not in shop.path.read_bytes()
    with shop.world() as world:
        world.clock_us += 2 * DAY_US
    (row,) = shop.run("loan", "overrides", "--json").json
    assert ("patron.blocked", BATH_COPY, "staff/ana", "paid at the till") == (
        row["rule"],
        row["item"],
        row["actor"],
        row["why"],
    )


def test_a_reason_without_an_override_is_a_mistake_of_the_command_line(shop: Shop) -> None:
    done = shop.run("loan", "out", ADA, BATH_COPY, "--branch", "bath", "--why", "because")
    assert (ExitCode.USAGE, True) == (done.code, "error[override.not-wanted]" in done.err)


def test_an_item_s_history_names_the_rule_that_was_overridden(shop: Shop) -> None:
    with shop.world() as world:
        world.desk.borrowers.block(world.at("bath"), ADA, "overdue")
    shop.run("loan", "out", ADA, BATH_COPY, "--branch", "bath", "--override", "--why", "paid")
    sentences = [row["sentence"] for row in shop.run("item", "history", BATH_COPY, "--json").json]
    assert "The rule patron.blocked was overridden for what follows; the reason is sealed." in sentences


# ---- sessions


def wrong_session(shop: Shop) -> str:
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
        world.clock_us += 60_000_000
    first = shop.head() + 1
    shop.run("scan", "--branch", "wells", BATH_COPY, WELLS_COPY)
    return f"desk-1/{first}"


def test_a_session_is_listed_shown_and_moved_and_says_what_to_fetch_back(shop: Shop) -> None:
    name = wrong_session(shop)
    (listed,) = shop.run("session", "list", "--json").json
    assert (name, "wells", 2, 0) == (listed["session"], listed["branch"], listed["scans"], listed["undone"])
    assert [BATH_COPY, WELLS_COPY] == [row["item"] for row in shop.run("session", "show", name, "--json").json]
    done = shop.run("session", "move", name, "--branch", "bath", "--why", "wrong branch", "--json")
    assert [
        ("moved", f"Take {BATH_COPY} out of the box for bath and put it on the shelf."),
        ("moved", f"Take {WELLS_COPY} from the shelf and send it to wells."),
    ] == [(row["outcome"], row["to_do"]) for row in done.json]
    assert "2 books to see to." in done.err
    head = shop.head()
    shop.run("session", "move", name, "--branch", "bath", "--why", "wrong branch")
    assert head == shop.head()


def test_a_session_is_undone_and_its_scans_are_shown_as_undone(shop: Shop) -> None:
    name = wrong_session(shop)
    done = shop.run("session", "undo", name, "--why", "wrong date")
    assert ExitCode.DONE == done.code
    assert done.out.startswith("2 scans: 2 undone")
    assert [True, True] == [row["undone"] for row in shop.run("session", "show", name, "--json").json]


def test_a_session_without_a_reason_or_a_name_is_refused(shop: Shop) -> None:
    name = wrong_session(shop)
    assert "error[session.no-reason]" in shop.run("session", "undo", name).err
    assert "error[session.unknown]" in shop.run("session", "undo", "desk-1/1", "--why", "x").err
