"""`events search`, `export` and `sample`, `audit exceptions` and `replay`: what an auditor looks through and proves."""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
from pathlib import Path

import pytest
from arro3.io import read_parquet

from circulation.clock import HOUR_US
from circulation.event import EVENT_TYPES, NewEvents
from circulation.store.url import StoreUrl
from circulation.tote import DiscrepancyClosed
from interfaces.event_export import COLUMNS
from interfaces.exit_code import ExitCode
from logistics.plan import PlanPublished
from projections.exceptions import WHAT
from tests.cast import BATH_COPY, CLEVEDON_COPY, DAY, DUNE, FLOATING_COPY, MIDDLEMARCH, WELLS_COPY
from tests.interfaces.shop import Shop
from tests.logistics.drafted_day import drafted


@pytest.fixture
def day(shop: Shop) -> Shop:
    """A day with a tote, a hold, a scan undone, an override, a plan published and a rule set."""
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
        world.hold(DUNE, "dev", "clevedon")
        world.scan(FLOATING_COPY, "bath")
        world.desk.undo(world.at("bath"), FLOATING_COPY)
        world.record("draft", [NewEvents(f"plan/{DAY}/bristol/am", 0, (drafted(), PlanPublished(revision=2)))])
    shop.run("policy", "set", "short", "--days", "7")
    return shop


# ---- search


def test_events_are_found_by_what_they_are_where_and_by_whom(day: Shop) -> None:
    assert ["ItemReturned"] == [
        row["type"] for row in day.run("events", "search", "--type", "ItemReturned", "--json").lines
    ]
    at_wells = day.run("events", "search", "--desk", "wells", "--json").lines
    assert {"wells"} == {row["desk"] for row in at_wells}
    named = day.run("events", "search", "--at", "wells", "--json").lines
    assert {row["position"] for row in at_wells} < {row["position"] for row in named}
    by_ana = day.run("events", "search", "--by", "ana", "--json").lines
    assert {"staff/ana"} == {row["actor"] for row in by_ana}
    assert [] == day.run("events", "search", "--by", "nobody", "--json").lines


def test_a_search_finds_exactly_what_a_look_at_every_event_finds(day: Shop) -> None:
    every = day.run("events", "list", "--json").lines
    for words, fits in (
        (("--desk", "bath"), lambda row: row["desk"] == "bath"),
        (("--at", "bristol"), lambda row: row["desk"] == "bristol" or '"bristol"' in json.dumps(row["payload"])),
        (("--request", every[-1]["request"]), lambda row: row["request"] == every[-1]["request"]),
        (("--from", "20", "--to", "30"), lambda row: 20 < row["position"] <= 30),
        (("--from", "2026-11-24T09:30:00Z"), lambda row: row["recorded_at"] > "2026-11-24T09:30:00Z"),
    ):
        found = day.run("events", "search", *words, "--json").lines
        assert [row for row in every if fits(row)] == found, words
        assert found


def test_all_that_is_told_of_an_item_is_found_with_its_totes_and_holds(day: Shop) -> None:
    kinds = {row["type"] for row in day.run("events", "search", "--item", BATH_COPY, "--json").lines}
    assert {"ItemAdded", "ItemLent", "ItemReturned", "ToteSealed", "ToteReceived", "HoldCaptured"} <= kinds
    assert "HoldPlaced" not in kinds, "the hold was for the title"


def test_a_reason_is_found_in_any_case_and_a_sealed_one_is_not_looked_into(day: Shop) -> None:
    with day.world() as world:
        world.record("say", [NewEvents("tote/T1/1", _version(world, "tote/T1/1"), (_closed("Found behind the Desk"),))])
    found = day.run("events", "search", "--reason", "behind the desk", "--json").lines
    assert ["DiscrepancyClosed"] == [row["type"] for row in found]
    grounds = day.run("events", "search", "--reason", "hold.first", "--json").lines
    assert grounds
    assert all("hold.first" in json.dumps(row["payload"]) for row in grounds)


def _version(world: object, stream: str) -> int:
    return len(world.ledger.stream(stream))  # type: ignore[attr-defined]


def _closed(why: str) -> DiscrepancyClosed:
    return DiscrepancyClosed(item=BATH_COPY, why=why)


def test_what_was_found_is_counted_by_facet(day: Shop) -> None:
    every = day.run("events", "list", "--json").lines
    rows = day.run("events", "search", "--facets", "--json").json
    assert {"type", "kind", "actor", "desk", "via", "day"} == {row["facet"] for row in rows}
    lent = next(row for row in rows if (row["facet"], row["value"]) == ("type", "ItemLent"))
    assert sum(row["type"] == "ItemLent" for row in every) == lent["events"]
    assert len(every) == sum(row["events"] for row in rows if row["facet"] == "via")


def test_a_table_says_that_there_are_more(day: Shop) -> None:
    assert "There are more" in day.run("events", "search", "--limit", "3").err
    assert "There are more" not in day.run("events", "search", "--type", "ToteSealed").err
    assert "error[event.unknown-type]" in day.run("events", "search", "--type", "ItemReturnd").err


# ---- export


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_an_export_has_the_same_rows_and_columns_in_every_form_and_says_what_it_is(
    day: Shop, tmp_path: Path, ending: str
) -> None:
    file = tmp_path / f"events.{ending}"
    done = day.run("events", "export", str(file), "--from", "10", "--to", "40", "--json")
    assert {"file": file.name, "rows": 30, "truncated": False} == done.json
    every = day.run("events", "search", "--from", "10", "--to", "40", "--json").lines
    if ending == "csv":
        header, *rows = csv.reader(file.open(encoding="utf-8", newline=""))
        assert list(COLUMNS) == header
        assert [[str(row["position"]), row["type"], row["stream"]] for row in every] == [row[:3] for row in rows]
        assert every[0]["payload"] == json.loads(rows[0][-1])
    elif ending == "jsonl":
        assert every == [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        assert list(COLUMNS) == list(json.loads(file.read_text(encoding="utf-8").splitlines()[0]))
    else:
        table = read_parquet(file).read_all()
        assert list(COLUMNS) == table.schema.names
        assert [row["position"] for row in every] == table["position"].to_pylist()
        assert [row["payload"] for row in every] == [json.loads(text) for text in table["payload"].to_pylist()]
        assert [row["recorded_at"] for row in every] == [
            moment.isoformat().replace("+00:00", "Z") for moment in table["recorded_at"].to_pylist()
        ]
    manifest = json.loads((tmp_path / f"{file.name}.manifest.json").read_text(encoding="utf-8"))
    assert (list(COLUMNS), 30, False) == (manifest["columns"], manifest["rows"], manifest["truncated"])
    assert hashlib.sha256(file.read_bytes()).hexdigest() == manifest["sha256"]
    assert {"after": 10, "upto": 40} == manifest["query"]


def test_an_export_that_was_cut_short_says_so(day: Shop, tmp_path: Path) -> None:
    file = tmp_path / "some.jsonl"
    assert day.run("events", "export", str(file), "--limit", "5", "--json").json["truncated"] is True
    assert 5 == len(file.read_text(encoding="utf-8").splitlines())
    assert json.loads((tmp_path / "some.jsonl.manifest.json").read_text(encoding="utf-8"))["truncated"] is True
    assert "error[export.format]" in day.run("events", "export", str(tmp_path / "some.xls")).err
    assert ["some.jsonl", "some.jsonl.manifest.json"] == sorted(one.name for one in tmp_path.glob("some*"))


# ---- sample


def test_the_same_seed_draws_the_same_events_although_the_log_has_grown(day: Shop) -> None:
    words = ("events", "sample", "-n", "5", "--seed", "7")
    end = str(day.head())
    first = day.run(*words, "--json").json
    assert f"--seed 7 --from 0 --to {end}" in day.run(*words).err
    with day.world() as world:
        world.scan(CLEVEDON_COPY, "bath")
    assert first == day.run(*words, "--to", end, "--json").json
    drawn = [row["position"] for row in first if row["drawn"]]
    assert 5 == len(set(drawn))
    assert drawn != [row["position"] for row in day.run("events", "sample", "-n", "5", "--seed", "8", "--json").json]


def test_each_draw_brings_the_full_chain_of_its_item(day: Shop) -> None:
    rows = day.run("events", "sample", "-n", "1", "--type", "ItemReturned", "--json").json
    history = day.run("item", "history", BATH_COPY, "--json").json
    assert [row["position"] for row in history] == [row["position"] for row in rows]
    assert ["ItemReturned"] == [row["type"] for row in rows if row["drawn"]]


def test_a_sample_of_everything_is_everything(day: Shop) -> None:
    rows = day.run("events", "sample", "-n", "10000", "--json").json
    assert list(range(1, day.head() + 1)) == sorted({row["position"] for row in rows if row["drawn"]})


# ---- exceptions


def test_what_left_the_ordinary_course_is_listed_with_its_actor_and_reason(day: Shop) -> None:
    rows = day.run("audit", "exceptions", "--json").json
    found = {row["what"]: row for row in rows}
    assert {"undone", "plan", "rules", "staff"} <= set(found)
    assert ("staff/ana", "PlanPublished") == (found["plan"]["actor"], found["plan"]["type"])
    assert ("ScanUndone", "bath") == (found["undone"]["type"], found["undone"]["desk"])
    assert found["undone"]["reason"]
    assert [row["position"] for row in rows] == sorted(row["position"] for row in rows)


def test_exceptions_are_narrowed_and_counted_by_actor(day: Shop) -> None:
    counts = day.run("audit", "exceptions", "--count", "--json").json
    assert {"actor": "staff/ana", "what": "undone", "events": 1} in counts
    assert ["undone"] == [row["what"] for row in day.run("audit", "exceptions", "--what", "undone", "--json").json]
    assert [] == day.run("audit", "exceptions", "--by", "bob", "--json").json
    assert [] == day.run("audit", "exceptions", "--what", "undone", "--as-of", "12", "--json").json
    assert "error[exceptions.kind]" in day.run("audit", "exceptions", "--what", "weather").err


def test_every_kind_of_exception_is_an_event_type_or_waits_for_one() -> None:
    to_come = {"PatronForgotten", "PersonalDataRead", "LegalHoldPlaced", "LegalHoldLifted", "RetentionSet"}
    assert set(WHAT) - set(EVENT_TYPES) <= to_come


# ---- replay


def test_a_replay_finds_every_answer_equal_byte_for_byte_at_any_position(day: Shop) -> None:
    done = day.run("audit", "replay", "--json")
    assert 0 == done.code
    assert {"folded", "as of", "rebuilt", "live"} == {row["answer"] for row in done.json}
    for kind in ("items", "queues", "fillings", "plans"):
        digests = {row["sha256"] for row in done.json if row["kind"] == kind}
        assert 1 == len(digests), kind
    assert [4, 2, 1, 1] == [row["subjects"] for row in done.json if row["answer"] == "folded"]
    for position in range(1, day.head(), 7):
        past = day.run("audit", "replay", "--as-of", str(position), "--json")
        assert (0, {"folded", "as of", "rebuilt"}) == (past.code, {row["answer"] for row in past.json}), position


@pytest.mark.parametrize(
    ("statement", "subject"),
    [
        (f"UPDATE item_now SET ref = 'taunton' WHERE item = '{BATH_COPY}'", BATH_COPY),
        (f"DELETE FROM item_now WHERE item = '{WELLS_COPY}'", WELLS_COPY),
        ("UPDATE hold_now SET pickup = 'wells'", MIDDLEMARCH),
        ("UPDATE filling_now SET status = 'lost'", "T1/1"),
        ("UPDATE plan_revision SET published_pos = NULL", f"{DAY}/bristol/am"),
    ],
    ids=["place", "gone", "hold", "tote", "plan"],
)
def test_a_replay_finds_what_is_not_as_the_log_says_and_exits_with_3(day: Shop, statement: str, subject: str) -> None:
    assert 0 == day.run("audit", "replay").code
    path = StoreUrl.parse(f"sqlite:{day.path}").beside("views").path
    assert path is not None
    views = sqlite3.connect(path)
    views.execute(statement)
    views.commit()
    views.close()
    done = day.run("audit", "replay")
    assert ExitCode.LOOK == done.code
    assert f" {subject}: folded " in done.err
