"""`why`: from what is shown to its event, command, actor, desk, grounds and rule."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from circulation.clock import HOUR_US
from circulation.event import NewEvents
from interfaces.exit_code import ExitCode
from logistics.plan import PlanPublished
from tests.cast import BATH_COPY, CLEVEDON_COPY, DAY, MIDDLEMARCH, PATRONS, WELLS_COPY
from tests.interfaces.shop import Shop
from tests.logistics.drafted_day import drafted


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


def why(shop: Shop, *words: str) -> dict[str, dict[str, Any]]:
    return {row["about"]: row for row in shop.run("why", *words, "--json").json}


def test_each_fact_about_an_item_leads_to_the_event_since_which_it_is_so(journey: Shop) -> None:
    rows = why(journey, BATH_COPY)
    assert ["place", "tote", "journey", "set aside"] == list(rows)
    assert ("in tote T1/1", "ItemPacked") == (rows["place"]["says"], rows["place"]["type"])
    assert ("ToteReceived", "bristol") == (rows["tote"]["type"], rows["tote"]["desk"])
    assert f"to go from wells to bath, for hold {MIDDLEMARCH}#1" == rows["journey"]["says"]
    with journey.world() as world:
        for row in rows.values():
            (fact,) = world.ledger.facts(after=row["position"] - 1, limit=1)
            assert (row["type"], row["stream"]) == (type(fact.event).__name__, fact.stream)


def test_the_command_is_told_whole_with_its_grounds_and_who_gave_it_where(journey: Shop) -> None:
    row = why(journey, BATH_COPY)["journey"]
    assert {"ItemReturned", "ItemSetAside", "TransitOpened", "ItemPacked", "HoldCaptured"} < set(row["command"])
    assert row["grounds"].endswith(f"Hold {MIDDLEMARCH}#1 is the first that may have it.")
    assert ("staff/ana", "declared", "wells") == (row["actor"], row["via"], row["desk"])


def test_a_loan_leads_to_the_version_of_the_rule_that_gave_it_its_length(journey: Shop) -> None:
    journey.run("policy", "set", "short", "--days", "7")
    with journey.world() as world:
        world.lend(CLEVEDON_COPY, "dev", "clevedon")
    row = why(journey, CLEVEDON_COPY)["loan"]
    assert ("ItemLent", ["short/1", "default"]) == (row["type"], row["rules"])
    assert ["default"] == why(journey, WELLS_COPY)["loan"]["rules"]


def test_a_past_moment_has_its_own_reasons(journey: Shop) -> None:
    rows = why(journey, BATH_COPY, "--as-of", "2026-11-24T09:30:00Z")
    assert {"place": "ItemLent", "loan": "ItemLent"} == {about: row["type"] for about, row in rows.items()}


def test_a_hold_leads_to_its_capture_and_an_ended_one_to_what_ended_it(journey: Shop) -> None:
    hold = f"{MIDDLEMARCH}#1"
    row = why(journey, hold)["hold"]
    assert f"it has copy {BATH_COPY}, set aside at wells, for pickup at bath" == row["says"]
    assert ("HoldCaptured", "wells") == (row["type"], row["desk"])
    assert "Hold" in row["grounds"]
    assert 0 == journey.run("hold", "cancel", hold).code
    ended = why(journey, hold)["hold"]
    assert ("HoldCancelled", "it has ended: cancelled by staff") == (ended["type"], ended["says"])


def test_a_tote_leads_to_who_moved_it_last(journey: Shop) -> None:
    for name in ("T1", "T1/1"):
        assert ("ToteReceived", "bristol") == (why(journey, name)["tote"]["type"], why(journey, name)["tote"]["desk"])
    assert "on v1" in why(journey, "T1", "--as-of", "2026-11-24T10:30:00Z")["tote"]["says"]


def test_a_stop_leads_to_the_draft_its_recipe_and_who_published_it(shop: Shop) -> None:
    with shop.world() as world:
        world.record("draft", [NewEvents(f"plan/{DAY}/bristol/am", 0, (drafted(), PlanPublished(revision=2)))])
    stop = why(shop, f"{DAY}/bristol/am/bath")
    assert "van BRS-1 is to call at bath at 09:12, 3 totes off, 4 on" == stop["stop"]["says"]
    assert "Demand (waiting) of position 40" in stop["stop"]["grounds"]
    assert ("PlanPublished", "revision 2 holds") == (stop["plan"]["type"], stop["plan"]["says"])
    left = why(shop, f"{DAY}/bristol/am/wells")["stop"]
    assert left["says"].endswith("20 min after its shift ends.")
    assert "error[why.no-stop]" in shop.run("why", f"{DAY}/bristol/am/nowhere").err


def test_for_people_it_is_a_paragraph_a_fact_and_names_no_patron(journey: Shop) -> None:
    said = journey.run("why", BATH_COPY).out
    assert "place: in tote T1/1\n  because  It was packed into tote T1/1 at wells to go to bath.\n" in said
    assert "  by       staff/ana (declared) at wells, 2026-11-24T10:00:04Z\n" in said
    for secret in (*PATRONS["ada"][:1], "ada", "ben"):
        assert secret not in said


@pytest.mark.parametrize(
    ("thing", "code"),
    [
        ("99999999", "why.no-item"),
        ("t-nothing#4", "hold.unknown"),
        ("T9/4", "tote.unknown"),
        ("2026-11-24/bristol/am/bath", "plan.unknown"),
    ],
)
def test_what_is_not_there_is_said_to_be_unknown(shop: Shop, thing: str, code: str) -> None:
    done = shop.run("why", thing)
    assert (ExitCode.FAILED, True) == (done.code, f"error[{code}]" in done.err)


# ---- diff


def test_the_difference_of_two_moments_names_each_event_and_who_did_it(journey: Shop) -> None:
    rows = journey.run("diff", "2026-11-24T09:30:00Z", "2026-11-24T10:30:00Z", "--json").json
    by_kind = {(row["kind"], row["subject"]): row for row in rows}
    place = by_kind["place", BATH_COPY]
    assert ("patron", "filling T1/1", "ItemPacked", "wells", "staff/ana") == tuple(
        place[name] for name in ("before", "after", "type", "desk", "actor")
    )
    assert ("ItemReturned", None) == (by_kind["loan", BATH_COPY]["type"], by_kind["loan", BATH_COPY]["after"])
    assert "loaded van v1" == by_kind["tote", "T1/1"]["after"]
    assert f"bath captured {BATH_COPY}" == by_kind["hold", f"{MIDDLEMARCH}#1"]["after"]


def test_a_difference_may_be_narrowed_and_says_what_it_does_not_show(journey: Shop) -> None:
    moments = ("10", str(journey.head()))
    assert {"tote"} == {row["kind"] for row in journey.run("diff", *moments, "--only", "tote", "--json").json}
    assert [BATH_COPY] == [
        row["subject"] for row in journey.run("diff", *moments, "--only", "place", "--about", "T1/1", "--json").json
    ]
    assert "more changes are not shown" in journey.run("diff", *moments, "--limit", "1").err
    listed = Counter(row["kind"] for row in journey.run("diff", *moments, "--json").json)
    counted = {row["kind"]: row["changes"] for row in journey.run("diff", *moments, "--count", "--json").json}
    assert listed == Counter(counted)
    assert counted["setting"] == 0
    counts = journey.run("diff", *moments, "--count", "--only", "place,tote", "--about", "T1/1", "--json").json
    assert {"place": 1, "tote": 1} == {row["kind"]: row["changes"] for row in counts}
    assert "error[diff.kind]" in journey.run("diff", *moments, "--only", "weather").err
    assert "error[position.ahead]" in journey.run("diff", "1", "99999").err


# ---- bisect


def test_the_first_event_after_which_it_became_true_is_named_with_who_did_it(journey: Shop) -> None:
    (row,) = journey.run("bisect", f"item {BATH_COPY} at wells", "--json").json
    assert ("ItemReturned", "staff/ana", "wells") == (row["type"], row["actor"], row["desk"])
    assert "It was returned at wells, at the desk." == row["sentence"]
    (loaded,) = journey.run("bisect", "tote T1 loaded", "--json").json
    assert ("ToteLoaded", True) == (loaded["type"], loaded["until"] is not None)


def test_it_may_become_true_again_and_be_asked_from_a_moment_on(journey: Shop) -> None:
    with journey.world() as world:
        world.scan(BATH_COPY, "bath")
    rows = journey.run("bisect", f"item {BATH_COPY} at bath", "--every", "--json").json
    assert ["ItemAdded", "ItemArrived"] == [row["type"] for row in rows]
    assert (
        rows[1:] == journey.run("bisect", f"item {BATH_COPY} at bath", "--from", "2026-11-24T09:30:00Z", "--json").json
    )


def test_what_never_was_true_exits_with_3_and_what_was_so_already_is_said(journey: Shop) -> None:
    never = journey.run("bisect", "tote T1 lost")
    assert (ExitCode.LOOK, True) == (never.code, "did not become true" in never.err)
    already = journey.run("bisect", f"item {WELLS_COPY} on loan", "--from", str(journey.head()))
    assert (ExitCode.LOOK, True) == (already.code, "It was true already" in already.err)
    assert ExitCode.LOOK == journey.run("bisect", "tote T1 loaded", "--as-of", "2026-11-24T09:30:00Z").code
    assert "error[question.unreadable]" in journey.run("bisect", "is it raining").err


def test_a_question_is_saved_under_a_name_and_asked_by_it(journey: Shop) -> None:
    words = f"item {BATH_COPY}  at wells"
    first = journey.run("bisect", words, "--save", "strayed", "--json")
    assert [{"name": "strayed", "question": f"item {BATH_COPY} at wells"}] == journey.run("bisect", "--json").json
    head = journey.head()
    assert (
        first.json[0]["position"] == journey.run("bisect", "strayed", "--save", "strayed", "--json").json[0]["position"]
    )
    assert head == journey.head(), "saying the same again records nothing"
    assert 0 == journey.run("projection", "follow").code
