"""`loan`, `hold`, `tote` and `sort`: what staff do, and the lists that they work from."""

from __future__ import annotations

from pathlib import Path

import pytest

from circulation.clock import DAY_US, HOUR_US
from circulation.event import NewEvents
from interfaces.exit_code import ExitCode
from logistics.fleet import VanSet
from tests.cast import BATH_COPY, CLEVEDON_COPY, DUNE, MIDDLEMARCH, PATRONS, WELLS_COPY
from tests.interfaces.shop import Shop

ADA, BEN = PATRONS["ada"][0], PATRONS["ben"][0]
HOLD = f"{MIDDLEMARCH}#1"

VAN = VanSet(
    hub="bristol",
    totes=20,
    shift_starts_minute=7 * 60,
    shift_ends_minute=15 * 60,
    days=(0, 1, 2, 3, 4),
    cost_per_km_cents=45,
    cost_per_hour_cents=1800,
)


# ---- loan


def test_a_loan_says_when_it_is_due_and_names_nobody(shop: Shop) -> None:
    done = shop.run("loan", "out", ADA, BATH_COPY, "--branch", "bath", "--json")
    assert (ExitCode.DONE, "lent", "2026-12-15T17:00:00Z") == (done.code, done.json["code"], done.json["due_at"])
    assert ADA not in done.out


def test_a_loan_is_refused_with_its_reason_and_exit_code(shop: Shop) -> None:
    shop.run("loan", "out", ADA, BATH_COPY, "--branch", "bath")
    done = shop.run("loan", "out", BEN, BATH_COPY, "--branch", "bath", "--json")
    assert ExitCode.FAILED == done.code
    assert '"error": "loan.on-loan"' in done.err


def test_a_loan_retried_with_its_request_id_is_done_once(shop: Shop) -> None:
    given = ("loan", "out", ADA, BATH_COPY, "--branch", "bath", "--request-id", "r1", "--json")
    assert [False, True] == [shop.run(*given).json["repeated"] for _ in range(2)]


def test_unknown_cards_items_and_branches_are_named_errors(shop: Shop) -> None:
    asked = {
        "patron.unknown": ("loan", "out", "29876000009999", BATH_COPY, "--branch", "bath"),
        "item.unknown": ("loan", "out", ADA, "30114999999999", "--branch", "bath"),
        "branch.unknown": ("loan", "out", ADA, BATH_COPY, "--branch", "atlantis"),
        "branch.missing": ("loan", "out", ADA, BATH_COPY),
    }
    for code, arguments in asked.items():
        done = shop.run(*arguments)
        assert ExitCode.FAILED == done.code, code
        assert f"error[{code}]" in done.err


def test_open_loans_are_listed_by_branch_and_by_being_overdue(shop: Shop) -> None:
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
        world.clock_us += 25 * DAY_US
        world.lend(WELLS_COPY, "cyn", "wells")
    assert [BATH_COPY, WELLS_COPY] == [row["item"] for row in shop.run("loan", "list", "--json").json]
    assert [WELLS_COPY] == [row["item"] for row in shop.run("loan", "list", "--branch", "wells", "--json").json]
    (overdue,) = shop.run("loan", "list", "--overdue", "--json").json
    assert (BATH_COPY, True) == (overdue["item"], overdue["overdue"])


def test_what_was_overdue_is_asked_for_any_past_moment(shop: Shop) -> None:
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
        lent = world.ledger.head().position
        world.clock_us += 25 * DAY_US
        world.scan(BATH_COPY, "bath")
    assert [] == shop.run("loan", "list", "--json").json
    (loan,) = shop.run("loan", "list", "--as-of", str(lent), "--json").json
    assert not loan["overdue"]
    (loan,) = shop.run("loan", "list", "--overdue", "--as-of", "2026-12-16T09:00:00Z", "--json").json
    assert BATH_COPY == loan["item"]


def test_an_empty_list_is_an_empty_array_or_a_header(shop: Shop) -> None:
    for group, name in (("loan", "list"), ("hold", "list"), ("tote", "list")):
        assert [] == shop.run(group, name, "--json").json
        assert 1 == len(shop.run(group, name, "--csv").out.splitlines())


def test_a_renewal_gives_more_time_and_cannot_be_backdated(shop: Shop) -> None:
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
        world.clock_us += 14 * DAY_US
        world.scan(CLEVEDON_COPY, "clevedon")
    done = shop.run("loan", "renew", BATH_COPY, "--branch", "bath", "--occurred-at", "2026-11-25T09:00:00Z")
    assert (ExitCode.USAGE, True) == (done.code, "error[time.not-here]" in done.err)
    done = shop.run("loan", "renew", BATH_COPY, "--branch", "bath", "--json")
    assert ("renewed", "2026-12-29T17:00:00Z") == (done.json["code"], done.json["due_at"])


# ---- hold


def test_a_hold_asks_for_the_copy_that_is_there_soonest(shop: Shop) -> None:
    done = shop.run("hold", "place", ADA, "--title", MIDDLEMARCH, "--pickup", "bath", "--json")
    assert (ExitCode.DONE, HOLD) == (done.code, done.json["hold"])
    assert f"bath is asked to pull {BATH_COPY}" in done.json["sentence"]


def test_a_hold_is_for_a_title_or_for_an_item(shop: Shop) -> None:
    assert "error[hold.of-what]" in shop.run("hold", "place", ADA, "--pickup", "bath").err
    done = shop.run("hold", "place", ADA, "--item", WELLS_COPY, "--branch", "bath", "--json")
    assert HOLD == done.json["hold"]


def test_the_life_of_a_hold_from_the_command_line(shop: Shop) -> None:
    shop.run("hold", "place", ADA, "--title", MIDDLEMARCH, "--pickup", "bath")
    said = [
        shop.run("hold", *words, "--json").json["code"]
        for words in (
            ("suspend", HOLD, "--until", "2026-12-24"),
            ("resume", HOLD),
            ("cancel", HOLD, "--by-patron"),
        )
    ]
    assert ["hold.suspended", "hold.resumed", "hold.cancelled"] == said
    done = shop.run("hold", "cancel", HOLD)
    assert (ExitCode.FAILED, True) == (done.code, "error[hold.unknown]" in done.err)


def test_a_day_that_is_none_is_refused(shop: Shop) -> None:
    shop.run("hold", "place", ADA, "--title", MIDDLEMARCH, "--pickup", "bath")
    assert "error[day.unreadable]" in shop.run("hold", "suspend", HOLD, "--until", "2026-02-30").err


def test_holds_are_listed_in_queue_order_by_title_and_by_pickup(shop: Shop) -> None:
    with shop.world() as world:
        world.hold(MIDDLEMARCH, "ada", "bath")
        world.hold(MIDDLEMARCH, "cyn", "wells")
        world.hold(DUNE, "ben", "wells")
    assert [f"{DUNE}#1", HOLD, f"{MIDDLEMARCH}#2"] == [row["hold"] for row in shop.run("hold", "list", "--json").json]
    both = shop.run("hold", "list", "--title", MIDDLEMARCH, "--branch", "wells", "--json").json
    assert [(f"{MIDDLEMARCH}#2", "promised", WELLS_COPY)] == [(r["hold"], r["status"], r["target"]) for r in both]
    done = shop.run("hold", "list")
    assert "1970" not in done.out


def test_the_pull_list_says_until_when_the_van_needs_it_and_prints(shop: Shop, tmp_path: Path) -> None:
    with shop.world() as world:
        world.hold(MIDDLEMARCH, "ada", "wells")
    page = tmp_path / "pull.html"
    done = shop.run("hold", "pull-list", "--branch", "wells", "--page", str(page))
    heading, *_ = done.out.splitlines()
    assert "Pull list of Wells: 1 copy; the van needs them by Wed 25 Nov 09:00" == heading
    assert WELLS_COPY in done.out
    text = page.read_text(encoding="utf-8")
    for piece in (heading, WELLS_COPY, "George Eliot, Middlemarch", "class='box'"):
        assert piece in text
    assert "ada" not in text.lower()


def test_a_copy_that_is_not_found_makes_the_next_one_wanted(shop: Shop) -> None:
    shop.run("hold", "place", ADA, "--title", MIDDLEMARCH, "--pickup", "bath")
    done = shop.run("hold", "missed", BATH_COPY, "--branch", "bath", "--json")
    assert (ExitCode.DONE, "missed") == (done.code, done.json["code"])
    assert [] == shop.run("hold", "pull-list", "--branch", "bath", "--json").json
    (row,) = shop.run("hold", "pull-list", "--branch", "wells", "--json").json
    assert WELLS_COPY == row["item"]
    assert "error[pull.not-wanted]" in shop.run("hold", "missed", BATH_COPY, "--branch", "bath").err


def test_retargeting_asks_again_once_the_van_has_left(shop: Shop) -> None:
    with shop.world() as world:
        world.hold(MIDDLEMARCH, "ada", "bath")
        world.clock_us += 2 * DAY_US
        world.scan(CLEVEDON_COPY, "clevedon")
    assert {"titles": 1, "promised": 1} == shop.run("hold", "retarget", "--json").json
    assert {"titles": 1, "promised": 0} == shop.run("hold", "retarget", "--json").json


def test_the_hold_shelf_shows_codes_and_what_has_expired(shop: Shop) -> None:
    with shop.world() as world:
        world.hold(MIDDLEMARCH, "ada", "bath")
        world.scan(BATH_COPY, "bath")
        shelved = world.item(BATH_COPY).custody.capture
        world.clock_us += 30 * DAY_US
        world.scan(CLEVEDON_COPY, "clevedon")
    assert shelved is not None
    (row,) = shop.run("hold", "shelf", "--branch", "bath", "--json").json
    assert (shelved.code, BATH_COPY, HOLD, True) == (row["code"], row["item"], row["hold"], row["expired"])
    (row,) = shop.run("hold", "shelf", "--branch", "bath", "--as-of", "2026-11-25T09:00:00Z", "--json").json
    assert not row["expired"]
    assert [] == shop.run("hold", "shelf", "--branch", "wells", "--json").json


@pytest.mark.parametrize("words", [("pull-list",), ("shelf",)])
def test_a_list_of_a_branch_needs_a_known_one(shop: Shop, words: tuple[str, ...]) -> None:
    assert "error[branch.missing]" in shop.run("hold", *words).err
    assert "error[branch.unknown]" in shop.run("hold", *words, "--branch", "atlantis").err


# ---- tote


def packed(shop: Shop) -> None:
    shop.run("scan", "--branch", "wells", "--tote", "T1", BATH_COPY, CLEVEDON_COPY)


def test_a_tote_from_the_first_item_to_its_opening(shop: Shop) -> None:
    with shop.world() as world:
        world.record("van", (NewEvents("van/v1", 0, (VAN,)),))
    packed(shop)
    said = [
        shop.run("tote", word, "T1", "--branch", branch, *more, "--json").json["code"]
        for word, branch, more in (
            ("seal", "wells", ()),
            ("load", "wells", ("--van", "v1")),
            ("unload", "bristol", ()),
            ("receive", "bristol", ()),
            ("open", "bristol", ()),
        )
    ]
    assert ["tote.sealed", "tote.loaded", "tote.unloaded", "tote.received", "tote.opened"] == said


def test_what_is_in_a_tote_is_shown_with_where_it_goes(shop: Shop) -> None:
    packed(shop)
    rows = shop.run("tote", "show", "T1", "--json").json
    assert [(BATH_COPY, "bath", "T1/1"), (CLEVEDON_COPY, "clevedon", "T1/1")] == [
        (row["item"], row["destination"], row["filling"]) for row in rows
    ]
    shop.run("tote", "seal", "T1", "--branch", "wells")
    heading, *_ = shop.run("tote", "show", "T1/1").out.splitlines()
    assert "T1/1 from wells to bristol (returns): sealed, at branch wells (scanned), 2 items inside" == heading


def test_totes_are_listed_where_they_are(shop: Shop) -> None:
    packed(shop)
    (row,) = shop.run("tote", "list", "--branch", "wells", "--json").json
    assert ("T1/1", "open", "bristol", "returns") == (row["filling"], row["status"], row["destination"], row["purpose"])
    assert [] == shop.run("tote", "list", "--branch", "bristol", "--json").json


def test_unknown_totes_vans_and_wrong_places_are_refused(shop: Shop) -> None:
    packed(shop)
    asked = {
        "tote.unknown": ("show", "T9"),
        "tote.not-sealed": ("receive", "T1", "--branch", "wells"),
        "tote.elsewhere": ("seal", "T1", "--branch", "bath"),
        "branch.missing": ("seal", "T1"),
        "van.unknown": ("load", "T1", "--van", "v9", "--branch", "wells"),
    }
    for code, words in asked.items():
        done = shop.run("tote", *words)
        assert ExitCode.FAILED == done.code, code
        assert f"error[{code}]" in done.err


# ---- sort


def test_sorting_puts_each_item_into_the_tote_of_its_branch(shop: Shop) -> None:
    (first,) = shop.run("sort", "--hub", "bristol", BATH_COPY, "--tote", "H1", "--nl").lines
    assert "H1/1" == first["filling"]
    (again,) = shop.run("sort", "--hub", "bristol", "-", "--nl", stdin=f"{BATH_COPY}\n".encode()).lines
    assert "H1/1" == again["filling"]


def test_an_item_whose_stop_has_no_open_tote_asks_for_one(shop: Shop) -> None:
    (row,) = shop.run("sort", "--hub", "bristol", BATH_COPY, "--nl").lines
    assert row["filling"] is None
    assert row["sentence"].endswith("Not packed: it needs a tote to bath (sorted).")


def test_sorting_is_done_at_a_hub(shop: Shop) -> None:
    assert (ExitCode.USAGE, True) == (
        (done := shop.run("sort", BATH_COPY)).code,
        "error[hub.missing]" in done.err,
    )
    assert "error[hub.none]" in shop.run("sort", "--hub", "bath", BATH_COPY).err
    assert "error[branch.unknown]" in shop.run("sort", "--hub", "atlantis", "list").err


def test_the_sort_list_says_what_must_be_ready_by_which_departure(shop: Shop) -> None:
    shop.run("scan", "--branch", "bristol", BATH_COPY, WELLS_COPY)
    shop.run("sort", "--hub", "bristol", BATH_COPY, "--tote", "H1")
    rows = shop.run("sort", "list", "--hub", "bristol", "--json").json
    told = [(row["stop"], row["to_sort"], row["sorted"], row["totes"], row["ready_by_at"]) for row in rows]
    assert [
        ("bath", 0, 1, ["H1/1"], "2026-11-25T06:30:00Z"),
        ("wells", 1, 0, [], "2026-11-25T06:30:00Z"),
    ] == told


def test_what_has_no_way_stands_at_the_end_of_the_sort_list(shop: Shop) -> None:
    """No trunk run leads from Bristol to Taunton here."""
    with shop.world() as world:
        world.hold(MIDDLEMARCH, "eve", "yeovil")
        world.clock_us += HOUR_US
        world.scan(WELLS_COPY, "bristol")
        world.scan(BATH_COPY, "bristol")
    rows = shop.run("sort", "list", "--hub", "bristol", "--json").json
    assert [("bath", {"bath": 1}), ("", {"yeovil": 1})] == [(row["stop"], row["bound_for"]) for row in rows]


def test_nothing_to_sort_is_an_empty_list(shop: Shop) -> None:
    assert [] == shop.run("sort", "list", "--hub", "bristol", "--json").json
