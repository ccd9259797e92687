"""An existing library joins from the command line: files in, rejects out, and what still contradicts itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from interfaces.exit_code import ExitCode
from tests.cast import BATH_COPY, PATRONS
from tests.interfaces.shop import Shop

ITEMS = "barcode,title_id,title,home\n30999000000011,t900,Ulysses,bath\n30999000000029,t900,Ulysses,bath\n"
BORROWERS = "card,name,category,home\n29000000000999,Molly Bloom,adult,bath\n"
LOANS = "barcode,card,branch,lent,due\n30999000000011,29000000000999,bath,2026-11-02,2026-11-30\n"
HOLDS = "card,pickup,placed,title_id\n29000000000999,wells,2026-11-03,t901\n"
JOURNEYS = "barcode,origin,destination,since\n30999000000029,bath,wells,2026-11-20\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    texts = {"items": ITEMS, "patron": BORROWERS, "loan": LOANS, "hold": HOLDS, "transit": JOURNEYS}
    for name, text in texts.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


GROUPS = {"items": "2 items", "patron": "1 borrowers", "loan": "1 loans", "hold": "1 holds", "transit": "1 journeys"}


def test_a_library_comes_in_once(shop: Shop, files: Path) -> None:
    for group, added in GROUPS.items():
        done = shop.run(group, "import", str(files / f"{group}.csv"))
        assert (ExitCode.DONE, f"{added} added, 0 changed, 0 as before, 0 rows rejected.\n") == (done.code, done.err)
    head = shop.head()
    for group in GROUPS:
        done = shop.run(group, "import", str(files / f"{group}.csv"), "--json")
        assert (ExitCode.DONE, []) == (done.code, done.json)
        assert done.err.startswith("0 ")
        assert " added, 0 changed, " in done.err
    assert head == shop.head()


def test_what_came_in_is_shown_like_everything_else(shop: Shop, files: Path) -> None:
    for group in GROUPS:
        shop.run(group, "import", str(files / f"{group}.csv"))
    (loan,) = [row for row in shop.run("loan", "list", "--json").json if row["item"] == "30999000000011"]
    assert ("2026-11-30T23:59:59Z", True) == (loan["due_at"], not loan["overdue"])
    (hold,) = shop.run("hold", "list", "--title", "t901", "--json").json
    assert ("wells", "2026-11-03T12:00:00Z") == (hold["pickup"], hold["placed_at"])
    (journey,) = [row for row in shop.run("transit", "list", "--json").json if row["item"] == "30999000000029"]
    assert ("bath", "wells", "home") == (journey["origin"], journey["destination"], journey["reason"])


def test_rows_that_cannot_be_used_are_the_listing_and_the_exit_code_says_look(shop: Shop, files: Path) -> None:
    file = files / "loan.csv"
    file.write_text(LOANS + "30999000000029,29000000000999,bath,2026-11-02,2026-11-01\n", encoding="utf-8")
    for group in ("items", "patron"):
        shop.run(group, "import", str(files / f"{group}.csv"))
    done = shop.run("loan", "import", str(file), "--json")
    assert ExitCode.LOOK == done.code
    assert [{"file": "loan.csv", "line": 3, "reason": "It is due before it was lent."}] == done.json
    assert "1 loans added, 0 changed, 0 as before, 1 rows rejected.\n" == done.err


def test_a_file_that_is_not_there_or_no_table_is_one_error(shop: Shop, files: Path) -> None:
    (files / "empty.csv").write_bytes(b"")
    for name, code in (("nowhere.csv", "file.unknown"), ("empty.csv", "file.empty")):
        done = shop.run("patron", "import", str(files / name))
        assert ExitCode.FAILED == done.code
        assert done.err.startswith(f"error[{code}]")


def test_onboarding_counts_what_contradicts_itself_and_lists_it_when_asked(shop: Shop, files: Path) -> None:
    for group in ("patron", "hold"):
        shop.run(group, "import", str(files / f"{group}.csv"))
    with shop.world() as world:
        member = world.desk.places.branch("bath").member
    done = shop.run("network", "onboard", member, "--json")
    assert ExitCode.LOOK == done.code
    assert {"check": "hold-on-unknown-title", "count": 1, "examples": "t901#1"} in done.json
    done = shop.run("network", "onboard", member, "--each", "--nl")
    assert {
        "check": "hold-on-unknown-title",
        "subject": "t901#1",
        "why": "Nobody has described title t901, and it has no copy.",
    } in done.lines
    done = shop.run("network", "onboard", "nobody")
    assert ExitCode.FAILED == done.code
    assert done.err.startswith("error[member.unknown]")


def test_only_an_administrator_takes_in_another_library(shop: Shop, files: Path) -> None:
    shop.run("actor", "add", "dan", "--role", "desk")
    done = shop.run("patron", "import", str(files / "patron.csv"), actor="dan")
    assert ExitCode.FAILED == done.code
    assert done.err.startswith("error[actor.not-allowed]")


# ---- rules and the courier's settings


def test_a_loan_rule_is_set_changed_and_removed(shop: Shop) -> None:
    shop.run("policy", "set", "dvd", "--type", "dvd", "--days", "7", "--renewals", "0")
    shop.run("policy", "set", "dvd", "--days", "10")
    rules = {row["rule"]: row for row in shop.run("policy", "list", "--json").json}
    assert 2 == rules["dvd"]["version"]
    assert (10, 0, "dvd", 21) == (
        rules["dvd"]["days"],
        rules["dvd"]["renewals"],
        rules["dvd"]["item_type"],
        rules["default"]["days"],
    )
    assert ExitCode.DONE == shop.run("policy", "remove", "dvd").code
    assert ["default"] == [row["rule"] for row in shop.run("policy", "list", "--json").json]
    done = shop.run("policy", "set", "dvd", "--days", "0")
    assert done.err.startswith("error[rule.out-of-range]")


def test_a_rule_holds_for_the_next_loan(shop: Shop) -> None:
    shop.run("policy", "set", "short", "--days", "1", "--renewals", "0")
    shop.run("loan", "out", PATRONS["ada"][0], BATH_COPY, "--branch", "bath")
    (loan,) = shop.run("loan", "list", "--json").json
    assert ("short/1", 0) == (loan["rule"], loan["renewals"])


def test_roads_come_from_a_matrix_or_are_estimated(shop: Shop, tmp_path: Path) -> None:
    matrix = tmp_path / "matrix.csv"
    matrix.write_text("from,to,metres,seconds\nbath,wells,34000,2700\nbath,atlantis,1,1\n", encoding="utf-8")
    done = shop.run("network", "roads", str(matrix), "--json")
    assert ExitCode.LOOK == done.code
    assert [3] == [row["line"] for row in done.json]
    assert done.err.startswith("1 road links added")
    assert shop.run("network", "roads", str(matrix)).err.startswith("0 road links added, 0 changed, 1 as before")
    assert ExitCode.DONE == shop.run("network", "roads", "--circuity", "140").code
    assert shop.run("network", "roads", "--circuity", "90").err.startswith("error[roads.estimate]")


def test_the_sort_and_the_totes_are_data(shop: Shop) -> None:
    assert (
        "bath packs a tote of its own for what goes to wells.\n"
        == shop.run("network", "sort-direct", "bath", "wells").err
    )
    assert "90 items of dvd fill a tote.\n" == shop.run("network", "tote-size", "90", "--type", "dvd").err
    assert shop.run("network", "tote-size", "0").err.startswith("error[tote.size]")
    assert shop.run("network", "sort-direct", "bath", "welsl").err.startswith("error[branch.unknown]")
