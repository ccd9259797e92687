"""`item`, `events`, `projection` and `audit`: what is true, what happened, and whether the views say so."""

from __future__ import annotations

import ast
import inspect
import sqlite3

import pytest

from circulation import item as item_file
from circulation import move as move_file
from circulation import override as override_file
from circulation import tote as tote_file
from circulation.clock import HOUR_US
from circulation.event import EVENT_TYPES, Fact
from interfaces import sentences
from interfaces.exit_code import ExitCode
from interfaces.sentences import sentence_of
from tests.cast import BATH_COPY, CLEVEDON_COPY, MIDDLEMARCH, PATRONS, WELLS_COPY
from tests.interfaces.shop import Shop


@pytest.fixture
def journey(shop: Shop) -> Shop:
    """Lent at Bath, returned at Wells for a hold at Bath, packed, driven to the hub and received there."""
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
        world.lend(WELLS_COPY, "cyn", "wells")
        world.hold(MIDDLEMARCH, "ben", "bath")
        world.clock_us += HOUR_US
        world.scan(BATH_COPY, "wells", tote="T1")
        world.desk.totes.seal(world.at("wells"), "T1")
        world.desk.totes.load(world.at("wells"), "T1", van="v1")
        world.clock_us += HOUR_US
        world.desk.totes.receive(world.at("bristol"), "T1")
    return shop


# ---- item show


def test_an_item_shows_where_it_is_how_that_is_known_and_at_which_position(journey: Shop) -> None:
    card = journey.run("item", "show", BATH_COPY, "--json").json
    assert ("branch", "bristol", "T1/1", "tote") == (card["kind"], card["place"], card["filling"], card["known"])
    assert ("bath", "hold", f"{MIDDLEMARCH}#1", "bath") == (card["to"], card["reason"], card["hold"], card["pickup"])
    assert ("Middlemarch", "bath", journey.head()) == (card["title"], card["home"], card["position"])


def test_an_item_shows_its_loan_and_no_patron(journey: Shop) -> None:
    done = journey.run("item", "show", WELLS_COPY)
    assert "due at" in done.out
    for secret in (*PATRONS["cyn"][:1], "cyn", "child"):
        assert secret not in done.out


def test_for_people_only_what_applies_is_shown(shop: Shop) -> None:
    names = [line.split("  ")[0] for line in shop.run("item", "show", WELLS_COPY).out.splitlines()]
    assert "place" in names
    assert not {"due at", "to", "hold", "filling"} & set(names)


def test_any_past_moment_of_an_item_can_be_asked_for(journey: Shop) -> None:
    with journey.world() as world:
        positions = [fact.position for fact in world.ledger.stream(f"item/{BATH_COPY}")]
    places = [
        (card["kind"], card["place"])
        for position in positions
        if (card := journey.run("item", "show", BATH_COPY, "--as-of", str(position), "--json").json)
    ]
    assert [("branch", "bath"), ("patron", None), ("branch", "wells")] == places[:3]
    by_time = journey.run("item", "show", BATH_COPY, "--as-of", "2026-11-24T09:30:00Z", "--json").json
    assert ("patron", True) == (by_time["kind"], by_time["due_at"] is not None)


def test_an_item_that_is_not_there_or_was_not_yet_is_unknown(journey: Shop) -> None:
    for words in (("99999999",), (BATH_COPY, "--as-of", "1")):
        done = journey.run("item", "show", *words)
        assert (ExitCode.FAILED, True) == (done.code, "error[item.unknown]" in done.err)
    assert "error[position.ahead]" in journey.run("item", "show", BATH_COPY, "--as-of", "999999").err


# ---- item history


def test_the_history_follows_the_item_through_its_totes_one_sentence_each(journey: Shop) -> None:
    rows = journey.run("item", "history", BATH_COPY, "--json").json
    assert [
        "It entered the catalogue at bath, owned by Bath and North East Somerset.",
        "It was lent at bath, due 2026-12-15T17:00:00Z by rule 'default'.",
        "It was returned at wells, at the desk.",
        f"It was set aside at wells for hold {MIDDLEMARCH}#1, for pickup at bath.",
        f"It is to go from wells to bath, for hold {MIDDLEMARCH}#1.",
        "It was packed into tote T1/1 at wells to go to bath.",
        "Tote T1/1 was sealed at wells with 1 items.",
        "Tote T1/1 went onto van v1 at wells (scanned).",
        "Tote T1/1 was received at bristol.",
    ] == [row["sentence"] for row in rows]
    assert {"staff/ana"} == {row["actor"] for row in rows}
    assert "wells" == rows[2]["desk"]
    assert "2026-11-24T10:00:04Z" == rows[2]["happened_at"]
    assert all(row["recorded_at"] for row in rows)


def test_a_year_later_the_history_still_says_by_which_rules_a_scan_was_decided(journey: Shop) -> None:
    rows = journey.run("item", "history", BATH_COPY, "--json").json
    assert (
        f"It was on loan ({BATH_COPY}#1), and has come back. Hold {MIDDLEMARCH}#1 is the first that may have it."
    ) == rows[2]["grounds"]
    assert [None] * 2 == [row["grounds"] for row in rows[:2]]


def test_a_history_ends_at_the_moment_that_is_asked_about(journey: Shop) -> None:
    rows = journey.run("item", "history", BATH_COPY, "--as-of", "2026-11-24T09:30:00Z", "--json").json
    assert ["ItemAdded", "ItemLent"] == [row["type"] for row in rows]


def test_an_unknown_item_has_no_history(shop: Shop) -> None:
    done = shop.run("item", "history", "99999999")
    assert (ExitCode.FAILED, True) == (done.code, "error[item.unknown]" in done.err)


def test_every_fact_of_an_item_and_of_a_filling_has_a_sentence() -> None:
    """A new event of these files needs a line in `sentences.py`."""
    without_sentence = {"ToteRegistered", "ToteNumbered", "UnknownCodeScanned"}
    modules = {item_file.__name__, move_file.__name__, tote_file.__name__, override_file.__name__}
    named = {name for name, kind in EVENT_TYPES.items() if kind.__module__ in modules}
    cases = {
        node.cls.id
        for node in ast.walk(ast.parse(inspect.getsource(sentences)))
        if isinstance(node, ast.MatchClass) and isinstance(node.cls, ast.Name)
    }
    assert named - without_sentence == cases


def test_a_fact_of_another_kind_has_no_sentence() -> None:
    registered = tote_file.ToteRegistered(branch="bath")
    assert "" == sentence_of(Fact("tote/T1", 1, registered, 0, "staff/ana", "declared", "bath", "r1"))


# ---- events


def test_the_log_as_json_is_one_event_a_line_with_everything(journey: Shop) -> None:
    done = journey.run("events", "list", "--json")
    events = done.lines
    assert list(range(1, journey.head() + 1)) == [event["position"] for event in events]
    last = events[-1]
    assert ("ToteReceived", "tote/T1/1", 4, {"branch": "bristol"}) == (
        last["type"],
        last["stream"],
        last["version"],
        last["payload"],
    )
    assert ("2026-11-24T11:00:04Z", "2026-11-24T11:00:04Z") == (last["happened_at"], last["recorded_at"])
    assert ("staff/ana", "declared", "bristol") == (last["actor"], last["via"], last["desk"])


def test_no_event_holds_a_card_or_a_name(journey: Shop) -> None:
    out = journey.run("events", "list", "--json").out
    for name, (card, _, _) in PATRONS.items():
        assert card not in out
        assert f'"{name}"' not in out


def test_events_are_chosen_by_position_type_stream_and_number(journey: Shop) -> None:
    def listed(*words: str) -> list[str]:
        return [event["type"] for event in journey.run("events", "list", "--json", *words).lines]

    assert ["ToteReceived"] == listed("--after", str(journey.head() - 1))
    assert ["ItemLent", "ItemLent", "ItemReturned"] == listed("--type", "ItemLent", "--type", "ItemReturned")
    assert ["ItemAdded", "ItemLent"] == listed("--stream", f"item/{WELLS_COPY}")
    assert ["ItemLent"] == listed("--stream", f"item/{WELLS_COPY}", "--type", "ItemLent")
    assert ["ItemAdded"] == listed("--stream", f"item/{WELLS_COPY}", "--limit", "1")
    assert 3 == len(listed("--limit", "3"))
    assert 5 == len(listed("--as-of", "5"))
    assert [] == listed("--stream", "item/none")
    assert [] == listed("--after", "999999")


def test_a_wrong_type_is_named_with_what_comes_near(shop: Shop) -> None:
    done = shop.run("events", "list", "--type", "ItemReturn")
    assert ExitCode.FAILED == done.code
    assert "Did you mean ItemReturned" in done.err


def test_a_table_of_events_ends_and_says_so(shop: Shop) -> None:
    with shop.world() as world:
        for _ in range(100):
            world.scan(CLEVEDON_COPY, "wells")
            world.scan(CLEVEDON_COPY, "bath")
    done = shop.run("events", "list")
    assert 201 == len(done.out.splitlines())
    assert "The table ends after 200 events" in done.err
    assert "" == shop.run("events", "list", "--limit", "3").err
    assert shop.head() == len(shop.run("events", "list", "--csv").out.splitlines()) - 1


def test_one_event_is_shown_whole(journey: Shop) -> None:
    done = journey.run("events", "show", str(journey.head()), "--json")
    assert ("ToteReceived", {"branch": "bristol"}) == (done.json["type"], done.json["payload"])
    assert journey.run("events", "show", str(journey.head())).out.startswith("Tote T1/1 was received at bristol.")


def test_an_event_that_is_not_there_is_an_error(shop: Shop) -> None:
    done = shop.run("events", "show", "999999")
    assert (ExitCode.FAILED, True) == (done.code, f"The log ends at {shop.head()}." in done.err)
    assert ExitCode.USAGE == shop.run("events", "show", "0").code


# ---- projection


def test_every_projection_says_how_far_it_is(shop: Shop) -> None:
    shop.run("projection", "follow")
    rows = shop.run("projection", "list", "--json").json
    assert {"custody", "holds", "totes", "catalogue"} <= {row["name"] for row in rows}
    assert {(shop.head(), shop.head(), "")} == {(row["position"], row["head"], row["stopped"]) for row in rows}


def test_the_list_follows_nothing(shop: Shop) -> None:
    assert {0} == {row["position"] for row in shop.run("projection", "list", "--json").json}


def test_rebuilt_views_equal_live_ones(journey: Shop) -> None:
    journey.run("projection", "follow")
    assert ExitCode.DONE == journey.run("projection", "rebuild", "custody").code
    done = journey.run("projection", "verify", "--json")
    assert (ExitCode.DONE, []) == (done.code, done.json)


def test_a_row_that_the_log_does_not_give_is_found_and_named(journey: Shop) -> None:
    journey.run("projection", "follow")
    with sqlite3.connect(f"{journey.path}.views") as views:
        views.execute("UPDATE item_now SET ref = 'atlantis' WHERE item = ?", (CLEVEDON_COPY,))
    done = journey.run("projection", "verify", "custody", "--json")
    assert ExitCode.LOOK == done.code
    assert [("custody", "extra", True), ("custody", "missing", False)] == sorted(
        (row["projection"], row["kind"], "atlantis" in row["row"]) for row in done.json
    )
    journey.run("projection", "rebuild", "custody")
    assert ExitCode.DONE == journey.run("projection", "verify", "custody").code


def test_an_unknown_projection_is_an_error(shop: Shop) -> None:
    for word in ("rebuild", "verify"):
        done = shop.run("projection", word, "nonsense")
        assert (ExitCode.FAILED, True) == (done.code, "error[projection.unknown]" in done.err)


# ---- audit


def test_every_item_has_one_place_now_and_at_any_position(journey: Shop) -> None:
    done = journey.run("audit", "conservation", "--json")
    assert (ExitCode.DONE, {"branch": 3, "patron": 1}) == (
        done.code,
        {row["kind"]: row["items"] for row in done.json},
    )
    assert (ExitCode.DONE, []) == (
        (done := journey.run("audit", "conservation", "--as-of", "0", "--json")).code,
        done.json,
    )


def test_an_item_that_vanished_from_the_views_is_noticed(journey: Shop) -> None:
    journey.run("projection", "follow")
    with sqlite3.connect(f"{journey.path}.views") as views:
        views.execute("DELETE FROM item_now WHERE item = ?", (CLEVEDON_COPY,))
    done = journey.run("audit", "conservation")
    assert (ExitCode.LOOK, True) == (done.code, "4 items were added to the log, and 3 have a place." in done.err)
