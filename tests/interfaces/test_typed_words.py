"""
Reasons and notes that somebody typed, at the command line: shown as they were typed, forgotten once their keys are
destroyed, never in their sealed form, and in no refusal.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from circulation.words import FORGOTTEN
from tests.cast import BATH_COPY, PATRONS, WELLS_COPY
from tests.interfaces.shop import Shop
from tests.tote_world import TOTE
from tests.typed_words import NAME, PLAN, WHY, type_everything

SHOWN = (
    ("transit", "moves"),
    ("item", "history", BATH_COPY),
    ("why", BATH_COPY),
    ("why", "T9/1"),
    ("service", "list"),
    ("calendar", "list"),
    ("tote", "astray"),
    ("tote", "discrepancies", "--all"),
    ("run", "show", "2026-11-24/v1/day"),
    ("plan", "show", PLAN, "--revision", "3"),
    ("plan", "manifest", PLAN, "--revision", "3"),
    ("policy", "list"),
    ("events", "search", "--type", "ToteDeclaredLost"),
    ("audit", "exceptions"),
)
ONLY_FOR_PEOPLE = {"plan manifest", "events search"}


@pytest.fixture
def typed(shop: Shop) -> Shop:
    with shop.world() as world:
        type_everything(world)
    return shop


def said(shop: Shop, *command: str) -> str:
    """All that a command says, as a table and as JSON."""
    found = ""
    for form in ((), ("--json",)) if " ".join(command[:2]) not in ONLY_FOR_PEOPLE else ((),):
        done = shop.run(*command, *form)
        assert done.code in (0, 3), (command, done.err)  # 3: there is something to see to
        found += done.out + done.err
    return found


def test_what_was_typed_is_shown_until_it_is_forgotten_and_never_in_its_sealed_form(typed: Shop) -> None:
    for command in SHOWN:
        told = said(typed, *command)
        assert NAME in told, command
        assert "{sealed:" not in told, command
    head = str(typed.head())

    typed.run("privacy", "retention", "reason", "--days", "0")
    aged = typed.run("privacy", "age", "--json")
    assert {"reason"} <= {row["kind"] for row in aged.json}
    for command in (*SHOWN, ("transit", "moves", "--as-of", head), ("service", "list", "--as-of", head)):
        told = said(typed, *command)
        assert NAME not in told, command
        assert FORGOTTEN in told, command
        assert "{sealed:" not in told, command


def test_of_a_past_moment_it_is_shown_with_the_keys_of_now(typed: Shop) -> None:
    head = str(typed.head())
    for command in (("transit", "moves"), ("service", "list"), ("item", "history", BATH_COPY)):
        assert NAME in said(typed, *command, "--as-of", head), command


def test_receipts_show_it_and_refusals_do_not(typed: Shop) -> None:
    send = ("transit", "send", WELLS_COPY, "--to", "bath", "--stay-until", "2026-12-24", "--why", WHY)
    assert typed.run(*send).code == 0
    again = typed.run(*send)
    assert again.code == 1
    assert NAME not in again.err
    cancelled = typed.run("transit", "cancel", WELLS_COPY, "--why", WHY)
    assert f"was cancelled: {WHY}." in cancelled.out
    suspended = typed.run("service", "suspend", "clevedon", "--why", WHY, "--requests", "--json")
    assert f"({WHY})" in suspended.out
    place = (
        "hold",
        "place",
        PATRONS["dev"][0],
        "--title",
        "t-dune",
        "--pickup",
        "clevedon",
        "--branch",
        "wells",
    )
    for form in ((), ("--json",)):
        refused = typed.run(*place, *form)
        assert refused.code == 1
        assert "is suspended since 2026-11-24 (S3)" in refused.err
        assert NAME not in refused.err
        assert "{sealed:" not in refused.err


def test_a_scan_says_on_the_screen_why_a_copy_stays(typed: Shop) -> None:
    typed.run("service", "suspend", "wells", "--why", WHY)
    for form in ((), ("--json",)):
        done = typed.run("scan", WELLS_COPY, "--branch", "bath", *form)
        assert f"({WHY})" in done.out
        assert "{sealed:" not in done.out


@pytest.mark.parametrize("form", ["geojson", "gpx", "csv", "map"])
def test_an_exported_plan_holds_no_sealed_form(typed: Shop, form: str) -> None:
    done = typed.run("plan", "export", PLAN, "--revision", "3", "--format", form)
    assert done.code == 0
    assert "{sealed:" not in done.out


def test_manifests_tell_why_a_rule_is_broken(typed: Shop, tmp_path: Path) -> None:
    typed.run("plan", "manifest", PLAN, "--revision", "3", "--to", str(tmp_path))
    pages = "".join(page.read_text() for page in tmp_path.glob("manifest-*.html"))
    assert WHY in pages


def test_events_as_they_are_recorded_stay_sealed_and_are_not_found_by_what_was_typed(
    typed: Shop, tmp_path: Path
) -> None:
    for command in (("events", "list"), ("events", "search", "--type", "MoveCancelled", "--json")):
        done = typed.run(*command)
        assert "{sealed:" in done.out
        assert NAME not in done.out
    file = tmp_path / "events.csv"
    assert typed.run("events", "export", str(file)).code == 0
    assert NAME not in file.read_text()
    assert typed.run("events", "search", "--reason", NAME, "--json").lines == []
    assert typed.run("events", "search", "--reason", "sealed", "--type", "MoveCancelled", "--json").lines == []


def test_a_tote_is_settled_with_what_was_typed(typed: Shop) -> None:
    done = typed.run("tote", "unsealed", TOTE, "--reason", " ", "--branch", "wells")
    assert done.code == 1
    assert "{sealed:" not in done.err
