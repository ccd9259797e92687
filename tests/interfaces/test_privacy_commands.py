"""`branchline privacy` as a person gives it, and what failures say when a card stands where something else should."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circulation.clock import DAY_US
from circulation.forgetting import ACCESS
from interfaces.byte_search import forms_of
from interfaces.unnamed import CARD, without_cards
from tests.cast import BATH_COPY, PATRONS, WELLS_COPY
from tests.interfaces.shop import Shop

ADA, BEN = PATRONS["ada"][0], PATRONS["ben"][0]


@pytest.fixture
def shop(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Ada had the Bath copy long ago and Ben has the Wells copy now."""
    shop = Shop(tmp_path / "branchline.db", capsys, monkeypatch)
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
        world.scan(BATH_COPY, "bath")
        world.clock_us += 100 * DAY_US
        world.lend(WELLS_COPY, "ben", "wells")
    return shop


def test_forgetting_says_so_and_a_second_time_finds_nobody(shop: Shop) -> None:
    done = shop.run("privacy", "forget", ADA)
    assert (done.code, done.err.strip()) == (0, "The patron is forgotten.")
    again = shop.run("privacy", "forget", "-", stdin=ADA.encode())
    assert again.code == 1
    assert "patron.unknown" in again.err
    assert ADA not in again.err


def test_open_loans_are_named_by_their_copies(shop: Shop) -> None:
    done = shop.run("privacy", "forget", BEN)
    assert done.code == 1
    assert "privacy.loans-open" in done.err
    assert WELLS_COPY in done.err


def test_ageing_lists_what_it_aged_and_then_nothing(shop: Shop) -> None:
    dry = shop.run("privacy", "age", "--dry-run", "--json")
    assert [(row["kind"], row["what"], row["kept"]) for row in dry.json] == [("loan", f"{BATH_COPY}#1", False)]
    assert "1 due; 0 keys destroyed." in dry.err
    done = shop.run("privacy", "age", "--json")
    assert done.json == dry.json
    assert "1 due; 1 keys destroyed." in done.err
    assert shop.run("privacy", "age", "--json").json == []


def test_retention_is_shown_and_set(shop: Shop) -> None:
    assert shop.run("privacy", "retention", "loan", "--days", "365", "--json").json == [
        {"kind": "loan", "days": 365, "rule": "loan/1"}
    ]
    assert shop.run("privacy", "age", "--json").json == []
    rows = shop.run("privacy", "retention", "--json").json
    assert {row["kind"]: row["days"] for row in rows} == {
        "loan": 365,
        "hold": 90,
        "code": 90,
        "reason": 1095,
        "login": 90,
    }


def test_a_legal_hold_keeps_is_listed_and_is_lifted(shop: Shop) -> None:
    assert shop.run("privacy", "legal-hold", ADA).code == 1
    assert shop.run("privacy", "legal-hold", ADA, "--why", "a letter").code == 0
    (row,) = shop.run("privacy", "legal-holds", "--reasons", "--json").json
    assert (row["lifted"], row["why"]) == (False, "a letter")
    (aged,) = shop.run("privacy", "age", "--json").json
    assert aged["kept"]
    assert shop.run("privacy", "legal-hold-lift", row["name"]).code == 0
    (aged,) = shop.run("privacy", "age", "--json").json
    assert not aged["kept"]
    with shop.world() as world:
        (read,) = world.ledger.stream(ACCESS)
    assert (read.event.what, read.event.count) == ("reasons", 1)  # type: ignore[attr-defined]


def test_an_export_is_a_private_new_file_for_the_person(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "ada.json"
    assert shop.run("privacy", "export", ADA, "--to", str(file)).code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    told = json.loads(file.read_text())
    assert told["person"]["name"] == "ada"
    assert [loan["loan"] for loan in told["loans"]] == [f"{BATH_COPY}#1"]

    again = shop.run("privacy", "export", ADA, "--to", str(file))
    assert "file.exists" in again.err
    other = tmp_path / "nobody.json"
    assert shop.run("privacy", "export", "29999999999999", "--to", str(other)).code == 1
    assert not other.exists()


def test_breaking_the_glass_shows_whose_it_was_after_a_reason(shop: Shop) -> None:
    assert "privacy.no-reason" in shop.run("privacy", "read", f"{BATH_COPY}#1").err
    done = shop.run("privacy", "read", f"{BATH_COPY}#1", "--why", "a letter in it", "--json")
    assert (done.json["name"], done.json["card"]) == ("ada", ADA)


def test_the_search_finds_nobody_in_the_store_and_finds_what_lies_beside_it(shop: Shop, tmp_path: Path) -> None:
    clean = shop.run("privacy", "check", "--json", stdin=f"{ADA}\n{BEN}\n".encode())
    assert clean.code == 0
    assert {Path(row["place"]).name for row in clean.json} >= {"branchline.db", "branchline.db.keys"}
    assert "none found" in clean.err

    left = tmp_path / "left"
    left.mkdir()
    (left / "old.txt").write_bytes(f"sent to {BEN}".encode("utf-16-le"))
    found = shop.run("privacy", "check", "--also", str(left), "--json", stdin=f"{ADA}\n{BEN}\n".encode())
    assert found.code == 3
    assert [row["found"] for row in found.json if row["place"].endswith("old.txt")] == [1]
    assert BEN not in found.out + found.err


def test_what_was_sealed_before_verifies_after_people_were_forgotten(shop: Shop, tmp_path: Path) -> None:
    notes = str(tmp_path / "notes")
    assert shop.run("audit", "seal", "--to", notes).code == 0
    assert shop.run("privacy", "forget", ADA).code == 0
    assert shop.run("privacy", "age").code == 0
    verified = shop.run("audit", "verify", "--against", notes, "--json")
    assert (verified.code, verified.json["ok"]) == (0, True)
    assert shop.run("audit", "seal", "--to", notes).code == 0
    assert shop.run("audit", "verify", "--against", notes).code == 0
    assert shop.run("audit", "replay").code == 0


def test_an_auditor_sees_who_read_and_forgot_and_not_about_whom(shop: Shop) -> None:
    shop.run("privacy", "read", f"{BATH_COPY}#1", "--why", "a letter in it")
    shop.run("privacy", "forget", ADA)
    listed = shop.run("audit", "exceptions", "--json")
    assert listed.code == 0
    assert {"PersonalDataRead", "PatronForgotten"} <= {row["type"] for row in listed.json}
    assert ADA not in listed.out
    assert "a letter" not in listed.out


def test_who_reads_reasons_of_overrides_is_recorded(shop: Shop) -> None:
    assert shop.run("loan", "overrides").code == 0
    head = shop.head()
    with shop.world() as world:
        world.desk.borrowers.block(world.at("bath"), ADA, "overdue")
        world.desk.loans.lend(world.at("bath"), card=ADA, barcode=BATH_COPY, override="she has an exam")
    (row,) = shop.run("loan", "overrides", "--json").json
    assert row["why"] == "she has an exam"
    assert shop.head() == head + 4


MISTAKEN = [
    ("item", "show", "{}"),
    ("item", "show", "x-{}-y"),
    ("item", "history", "A{}B"),
    ("item", "undo", "{}", "--branch", "bath"),
    ("loan", "renew", "{}", "--branch", "bath"),
    ("loan", "out", "{}", "{}", "--branch", "bath"),
    ("loan", "out", BATH_COPY, "{}", "--branch", "{}"),
    ("loan", "out", BATH_COPY, "{}", "--branch", "bath"),
    ("loan", "recall", "{}"),
    ("loan", "out", "{}", BATH_COPY, "{}"),
    ("hold", "place", "{}", "--title", "{}", "--pickup", "bath"),
    ("hold", "cancel", "{}#1"),
    ("patron", "add", "{}", "--name", "x", "--home", "bath"),
    ("patron", "add", "{}!", "--name", "x", "--home", "bath"),
    ("patron", "block", "{}", "--reason", "{} owes"),
    ("patron", "show", "{}", "{}"),
    ("patron", "{}"),
    ("{}",),
    ("privacy", "read", "{}#1", "--why", "x"),
    ("privacy", "legal-hold-lift", "{}"),
    ("privacy", "retention", "{}"),
    ("scan", "{}", "--branch", "bath"),
    ("scan", BATH_COPY, "--branch", "{}"),
    ("tote", "seal", "{}", "--branch", "bath"),
    ("transit", "abort", "{}"),
    ("item", "condition", "{}", "{}"),
    ("item", "show", BATH_COPY, "--as-of", "{}"),
    ("scan", BATH_COPY, "--branch", "bath", "--actor", "{}"),
]


@pytest.mark.parametrize("command", MISTAKEN, ids=" ".join)
@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
def test_no_failure_repeats_a_card(shop: Shop, command: tuple[str, ...], form: tuple[str, ...]) -> None:
    done = shop.run(*(word.replace("{}", BEN) for word in command), *form)
    assert done.code != 0
    assert BEN not in done.err + done.out


@given(st.text("0123456789abcXYZ .-/#'()", max_size=20), st.text("0123456789abcXYZ .-/#'()", max_size=20))
@settings(max_examples=300)
def test_a_card_is_taken_out_of_any_sentence(before: str, after: str) -> None:
    before, after = before.rstrip("0123456789"), after.lstrip("0123456789")
    text = without_cards(f"{before}{BEN}{after}", {BEN}.__contains__)
    assert BEN not in text
    assert CARD in text


def test_every_way_to_write_a_name_is_searched_for() -> None:
    name = "Zoë Ní Bhriain"
    forms = forms_of(name)
    for written in (
        name.encode(),
        name.upper().encode(),
        name.encode("utf-16-le"),
        name.encode("utf-16-be"),
        name.encode("latin-1"),
        json.dumps(name).encode(),
        b"Zo%C3%AB%20N%C3%AD%20Bhriain",
        b"V" + base64.b64encode(b"x: " + name.encode()),
    ):
        assert forms.are_in(written, written.lower()), written
    assert not forms.are_in(b"Zoe", b"zoe")
