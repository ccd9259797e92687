"""`branchline policy`, `loan recall`, `item edit` and `hold retarget --affected`, as a person or a script runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from interfaces.exit_code import ExitCode
from tests.cast import BATH_COPY, MIDDLEMARCH, PATRONS, WELLS_COPY
from tests.interfaces.shop import Shop

ADA, BEN = PATRONS["ada"][0], PATRONS["ben"][0]


@pytest.mark.row(40)
def test_the_rules_of_a_day_are_listed_as_known_now_and_as_known_then(shop: Shop) -> None:
    assert (
        "Rule dvd, from 2026-11-24: days 7.\n" == shop.run("policy", "set", "dvd", "--type", "dvd", "--days", "7").err
    )
    known = shop.head()
    shop.run("policy", "set", "dvd", "--days", "28", "--from", "2026-12-10", "--until", "2027-01-05")

    def on(day: str, *more: str) -> list[tuple[str, int, int | None]]:
        rows = shop.run("policy", "list", "--on", day, "--json", *more).json
        return [(row["rule"], row["version"], row["days"]) for row in rows]

    assert [("default", 0, 21)] == on("2026-11-23")
    assert [("dvd", 1, 7), ("default", 0, 21)] == on("2026-12-09")
    assert [("dvd", 2, 28), ("default", 0, 21)] == on("2026-12-24")
    assert [("dvd", 1, 7), ("default", 0, 21)] == on("2026-12-24", "--as-of", str(known))
    plain = shop.run("policy", "list", "--json").json
    assert [("dvd", 1), ("dvd", 2), ("default", 0)] == [(row["rule"], row["version"]) for row in plain]
    shop.run("policy", "remove", "dvd")
    assert ["default"] == [row["rule"] for row in shop.run("policy", "list", "--json").json]
    assert [False, False, True, False] == [row["removed"] for row in shop.run("policy", "list", "--all", "--json").json]


def test_saying_what_holds_already_says_so(shop: Shop) -> None:
    shop.run("policy", "set", "dvd", "--type", "dvd", "--days", "7")
    assert "Rule dvd says so already.\n" == shop.run("policy", "set", "dvd", "--days", "7").err
    done = shop.run("policy", "set", "dvd", "--days", "9", "--from", "2026-05-01")
    assert done.err.startswith("error[policy.past-needs-reason]")
    done = shop.run("policy", "set", "dvd", "--days", "9", "--from", "2026-05-01", "--reason", "Agreed in May.")
    assert ExitCode.DONE == done.code
    done = shop.run("policy", "set", "dvd", "--renewals", "1", "--leave-open", "days")
    assert "Rule dvd, from 2026-11-24: renewals 1.\n" == done.err


@pytest.mark.row(44)
def test_a_ruling_is_explained_value_by_value_and_rule_by_rule(shop: Shop) -> None:
    shop.run("policy", "set", "all", "--days", "21", "--renewals", "4")
    shop.run("policy", "set", "book", "--type", "book", "--days", "14", "--loan-limit", "6")
    shop.run("policy", "set", "cd", "--type", "cd", "--days", "7")
    before = shop.head()
    card = shop.run("policy", "test", "--item", BATH_COPY, "--category", "adult", "--at", "bath", "--json").json
    assert before == shop.head()
    values = {one["value"]: (one["is"], one["rule"]) for one in card["values"]}
    assert ((14, "book/1"), (4, "all/1"), (6, "book/1"), (20, "default")) == (
        values["days"],
        values["renewals"],
        values["loan_limit of book"],
        values["loan_limit"],
    )
    assert [
        ("book/1", ["days", "loan_limit"], "the most specific that fits"),
        ("all/1", ["renewals"], "more specific for days: book/1"),
        ("cd/1", [], "it is for type cd"),
    ] == [(one["rule"], one["gave"], one["why"]) for one in card["considered"]]
    told = shop.run("policy", "test", "--type", "book").out
    assert "On 2026-11-24:" in told
    assert "Considered:" in told


@pytest.mark.case(31)
@pytest.mark.row(41)
def test_journeys_are_denied_excepted_listed_and_lifted(shop: Shop) -> None:
    reason = ("--reason", "They do not leave Bath.")
    done = shop.run("policy", "deny", "stay", "--from", "branch/bath", "--type", "book", *reason)
    assert done.err.startswith("Limit stay: from branch/bath to *, type book, denied.")
    assert (
        "Limit stay says so already.\n"
        == shop.run("policy", "deny", "stay", "--from", "branch/bath", "--type", "book", *reason).err
    )
    shop.run("policy", "allow", "but", "--from", "branch/bath", "--to", "branch/wells", "--reason", "They may.")
    rows = shop.run("policy", "limits", "--json").json
    assert [("but", True), ("stay", False)] == [(row["limit"], row["allowed"]) for row in rows]
    asked = ("policy", "test", "--type", "book", "--at", "bath", "--json", "--to")
    assert "It may travel from bath to wells." == shop.run(*asked, "wells").json["journey"]
    assert (
        "It may not travel from bath to bristol: limit 'stay/1'. They do not leave Bath."
        == shop.run(*asked, "bristol").json["journey"]
    )
    assert shop.run("policy", "lift", "stay").err.startswith("Limit stay does not hold any more from today on.")
    assert shop.run("policy", "lift", "stay").err.startswith("error[transfer.unknown]")
    assert ["but"] == [row["limit"] for row in shop.run("policy", "limits", "--json").json]


@pytest.mark.row(40)
def test_rules_come_from_a_file_and_the_same_file_changes_nothing(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "rules.csv"
    file.write_text(
        "rule,category,item_type,days,renewals,holdable,from,until\n"
        "all,,,21,3,,,\n"
        "child,child,,,5,,,\n"
        "ref,,reference,,,no,,\n"
        "all,,,42,,,2026-12-10,2027-01-05\n"
        "odd,,,soon,,,,\n"
        "none,,map,,,,,\n",
        encoding="utf-8",
    )
    done = shop.run("policy", "import", str(file), "--json")
    assert ExitCode.LOOK == done.code
    assert [(6, "The column days is not a whole number."), (7, "The rule 'none' would set no value.")] == [
        (row["line"], row["reason"].partition(". ")[0] + ".") for row in done.json
    ]
    assert done.err.startswith("3 rules added, 1 changed, 0 as before")
    head = shop.head()
    assert shop.run("policy", "import", str(file)).err.startswith("0 rules added, 0 changed, 4 as before")
    assert head == shop.head()


@pytest.mark.case(17)
def test_a_loan_is_recalled_by_hand_and_that_is_taken_back(shop: Shop) -> None:
    shop.run("policy", "set", "recalls", "--guaranteed-days", "7", "--recall-notice-days", "3")
    shop.run("loan", "out", ADA, BATH_COPY, "--branch", "bath")
    assert shop.run("loan", "recall", BATH_COPY).out.startswith("Recalled. It is due 2026-12-01T17:00:00Z")
    (loan,) = shop.run("loan", "list", "--json").json
    assert "2026-12-01T17:00:00Z" == loan["due_at"]
    assert shop.run("loan", "renew", BATH_COPY, "--branch", "bath").err.startswith("error[renew.recalled]")
    assert shop.run("loan", "recall", BATH_COPY, "--withdraw").out.startswith("Recall withdrawn.")
    (loan,) = shop.run("loan", "list", "--json").json
    assert "2026-12-15T17:00:00Z" == loan["due_at"]
    history = [row["sentence"] for row in shop.run("item", "history", BATH_COPY, "--json").json]
    assert "Its loan was recalled, due 2026-12-01T17:00:00Z by rule 'recalls/1'." in history
    assert [] == shop.run("projection", "verify", "custody", "--json").json


@pytest.mark.case(25)
def test_an_edit_promises_the_copy_at_once(shop: Shop) -> None:
    for barcode in (BATH_COPY, WELLS_COPY):
        shop.run("item", "edit", barcode, "--not-holdable")
    shop.run("hold", "place", ADA, "--title", MIDDLEMARCH, "--pickup", "bath")
    told = shop.run("item", "edit", BATH_COPY, "--holdable").out
    assert told.startswith("Item edited. Its description was replaced. Hold t-middlemarch#1 now asks bath for")
    assert [BATH_COPY] == [row["item"] for row in shop.run("hold", "pull-list", "--branch", "bath", "--json").json]


@pytest.mark.case(25)
def test_a_rule_about_holdable_copies_names_the_command_that_follows_it_up(shop: Shop) -> None:
    shop.run("policy", "set", "books", "--type", "book", "--not-holdable")
    shop.run("hold", "place", ADA, "--title", MIDDLEMARCH, "--pickup", "bath")
    done = shop.run("policy", "set", "books", "--holdable")
    assert "Titles whose waiting holds this is about: 1." in done.err
    done = shop.run("hold", "retarget", "--affected", "books", "--json")
    assert [{"title": MIDDLEMARCH, "promised": 1}] == done.json
    assert [{"title": MIDDLEMARCH, "promised": 0}] == shop.run("hold", "retarget", "--affected", "books", "--json").json
    assert shop.run("hold", "retarget", "--affected", "films").err.startswith("error[rule.unknown]")
