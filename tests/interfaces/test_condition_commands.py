"""The commands about the condition of copies, and about what is no item of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from circulation.clock import DAY_US
from circulation.condition_rules import CONDITIONS
from circulation.event import NewEvents
from circulation.item import ItemAdded, ItemSighted
from circulation.unknown import BarcodeFormSet
from interfaces.exit_code import ExitCode
from tests.cast import BATH_COPY, CLEVEDON_COPY, MIDDLEMARCH, PATRONS, WELLS_COPY
from tests.interfaces.shop import Shop

ADA = PATRONS["ada"][0]


def scanned(shop: Shop, code: str, branch: str) -> dict[str, object]:
    """The receipt of one scan."""
    (receipt,) = shop.run("scan", code, "--branch", branch, "--json").json
    return dict(receipt)


@pytest.mark.case(14)
def test_a_damaged_copy_is_reported_with_a_picture_listed_and_restored(shop: Shop, tmp_path: Path) -> None:
    picture = tmp_path / "wet.jpg"
    picture.write_bytes(b"wet")
    done = shop.run(
        "item", "condition", BATH_COPY, "damaged", "--note-code", "wet", "--photo", str(picture), "--branch", "bath",
        "--json",
    )  # fmt: skip
    assert (ExitCode.DONE, "condition.reported") == (done.code, done.json["code"])
    (row,) = shop.run("item", "conditions", "--branch", "bath", "--json").json
    assert ("damaged", "bath", "staff/ana", "wet", "branch bath") == tuple(
        row[name] for name in ("what", "said_at", "by", "code", "last")
    )
    assert 64 == len(row["photo"])
    assert "damaged" == shop.run("item", "show", BATH_COPY, "--json").json["defect"]
    assert "restored" == shop.run("item", "restore", BATH_COPY, "--json").json["code"]
    assert [] == shop.run("item", "conditions", "--json").json


def test_a_wrong_note_code_lists_all_of_them(shop: Shop) -> None:
    done = shop.run("item", "condition", BATH_COPY, "damaged", "--note-code", "tea", "--branch", "bath")
    assert ExitCode.FAILED == done.code
    assert "error[condition.note-code]" in done.err
    assert "pages-missing" in done.err


@pytest.mark.case(12)
@pytest.mark.case(13)
def test_a_lost_copy_that_was_paid_for_and_came_back_is_on_its_owners_list(shop: Shop) -> None:
    shop.run("loan", "out", ADA, BATH_COPY, "--branch", "bath")
    assert "lost" == shop.run("item", "lost", BATH_COPY, "--json").json["code"]
    assert "lost.paid" == shop.run("item", "paid", BATH_COPY, "--json").json["code"]
    card = shop.run("item", "show", BATH_COPY, "--json").json
    assert ("patron", "lost-and-paid") == (card["kind"], card["absence"])
    assert "It was paid for" in str(scanned(shop, BATH_COPY, "wells")["sentence"])
    owner = "Bath and North East Somerset"
    (row,) = shop.run("item", "conditions", "--ended", "--owner", owner, "--what", "lost,lost-and-paid", "--json").json
    assert (BATH_COPY, "lost-and-paid", "found", "wells") == tuple(
        row[name] for name in ("item", "what", "ended", "ended_branch")
    )
    sentences = [row["sentence"] for row in shop.run("item", "history", BATH_COPY, "--json").json]
    assert sentences[-1] == f"It was lost-and-paid and came back at wells; {owner} is told."


def test_an_unknown_condition_names_those_that_there_are(shop: Shop) -> None:
    done = shop.run("item", "conditions", "--what", "eaten")
    assert (ExitCode.FAILED, True) == (done.code, "error[condition.unknown]" in done.err)


def test_a_copy_that_is_missing_is_searched_for_and_found(shop: Shop) -> None:
    assert "missed" == shop.run("item", "missing", BATH_COPY, "--branch", "bath", "--json").json["code"]
    assert "searched" == shop.run("item", "searched", BATH_COPY, "--branch", "wells", "--json").json["code"]
    found = shop.run("item", "searched", BATH_COPY, "--found", "--branch", "wells", "--json").json
    assert ("send.home", "bath") == (found["code"], found["route_to"])


@pytest.mark.case(37)
def test_a_withdrawn_copy_is_restored_by_an_administrator(shop: Shop) -> None:
    assert "withdrawn" == shop.run("item", "withdraw", BATH_COPY, "--note-code", "worn", "--json").json["code"]
    assert "send.home" == scanned(shop, BATH_COPY, "wells")["code"]
    assert "restored" == shop.run("item", "restore", BATH_COPY, "--why", "mistake", "--json").json["code"]


def test_the_rules_of_all_conditions_are_listed(shop: Shop) -> None:
    rows = shop.run("item", "rules", "--json").json
    assert list(CONDITIONS) == [row["condition"] for row in rows]
    withdrawn = next(row for row in rows if row["condition"] == "withdrawn")
    assert ["administrator"] == withdrawn["undone_by"]


@pytest.mark.row(6)
def test_what_is_overdue_for_long_is_listed_and_given_up_once(shop: Shop) -> None:
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
        world.clock_us += 90 * DAY_US
        world.scan(WELLS_COPY, "wells")
    (row,) = shop.run("loan", "long-overdue", "--json").json
    assert (BATH_COPY, False) == (row["item"], row["declared"])
    assert [True] == [row["declared"] for row in shop.run("loan", "long-overdue", "--declare", "--json").json]
    head = shop.head()
    assert [] == shop.run("loan", "long-overdue", "--declare", "--json").json
    assert shop.head() == head
    assert "long-overdue" == shop.run("item", "show", BATH_COPY, "--json").json["absence"]


@pytest.mark.case(10)
@pytest.mark.row(5)
def test_a_claim_is_listed_not_overdue_searched_for_and_rejected(shop: Shop) -> None:
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
        world.clock_us += 30 * DAY_US
        world.scan(WELLS_COPY, "wells")
    assert 1 == len(shop.run("loan", "list", "--overdue", "--json").json)
    claim = shop.run("loan", "claim-returned", BATH_COPY, "--at", "wells", "--json").json
    assert "claim.returned" == claim["code"]
    assert [] == shop.run("loan", "list", "--overdue", "--json").json
    assert [False] == [row["overdue"] for row in shop.run("loan", "list", "--json").json]
    assert f"{BATH_COPY}#1" == shop.run("patron", "show", ADA, "--json").json["claimed_returned"]
    (row,) = shop.run("item", "searches", "--branch", "wells", "--json").json
    assert ["wells", "bath"] == row["to_search"]
    (row,) = shop.run("loan", "claims", "--expire-after", "1", "--json").json
    assert not row["expired"]
    assert "claim.rejected" == shop.run("loan", "claim-reject", BATH_COPY, "--json").json["code"]
    assert 1 == len(shop.run("loan", "list", "--overdue", "--json").json)


@pytest.mark.case(10)
def test_a_claim_that_everybody_looked_into_ends_when_its_time_is_over(shop: Shop) -> None:
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
        world.desk.claims.claim_returned(world.at("bath"), BATH_COPY)
        world.desk.conditions.searched(world.at("bath"), BATH_COPY, found=False)
        world.clock_us += 30 * DAY_US
        world.scan(WELLS_COPY, "wells")
    (row,) = shop.run("loan", "claims", "--expire-after", "20", "--json").json
    assert row["expired"]
    assert [] == shop.run("loan", "claims", "--json").json
    assert "missing" == shop.run("item", "show", BATH_COPY, "--json").json["absence"]


@pytest.mark.case(11)
def test_a_copy_that_was_never_had_is_missing(shop: Shop) -> None:
    shop.run("loan", "out", ADA, BATH_COPY, "--branch", "bath")
    assert "claim.missing" == shop.run("loan", "claim-never-had", BATH_COPY, "--json").json["code"]
    assert [] == shop.run("loan", "list", "--json").json


@pytest.mark.case(15)
@pytest.mark.row(27)
def test_an_overdue_journey_is_listed_searched_for_once_and_declared_lost(shop: Shop) -> None:
    with shop.world() as world:
        world.scan(CLEVEDON_COPY, "wells")
        world.clock_us += 20 * DAY_US
        world.scan(WELLS_COPY, "wells")
    (row,) = shop.run("transit", "overdue", "--json").json
    assert (CLEVEDON_COPY, 21, 14, None, False) == tuple(
        row[name] for name in ("item", "days", "limit_days", "usual_days", "searching")
    )
    assert [] == shop.run("transit", "overdue", "--branch", "bath", "--json").json
    assert [True] == [row["searching"] for row in shop.run("transit", "overdue", "--search", "--json").json]
    head = shop.head()
    shop.run("transit", "overdue", "--search")
    assert shop.head() == head
    assert "lost" == shop.run("transit", "declare-lost", CLEVEDON_COPY, "--json").json["code"]
    card = shop.run("item", "show", CLEVEDON_COPY, "--json").json
    assert ("lost-in-transit", "branch wells") == (card["absence"], card["last_custody"])


@pytest.mark.case(16)
def test_a_journey_is_aborted_for_a_coded_reason(shop: Shop) -> None:
    with shop.world() as world:
        world.scan(CLEVEDON_COPY, "wells")
    refused = shop.run("transit", "abort", CLEVEDON_COPY, "--reason", "dunno", "--branch", "wells")
    assert "error[abort.reason]" in refused.err
    done = shop.run("transit", "abort", CLEVEDON_COPY, "--reason", "not-sent", "--branch", "wells", "--json")
    assert "transit.aborted" == done.json["code"]
    assert [] == shop.run("transit", "list", "--json").json


@pytest.mark.case(41)
@pytest.mark.row(31)
def test_an_item_of_another_network_is_sent_on_listed_and_handed_over(shop: Shop) -> None:
    code = "30117000000019"
    given = ("network", "foreign-form", "30117", "14")
    assert "error[foreign.whose]" in shop.run(*given).err
    shop.run(*given, "--network", "Wiltshire", "--via", "bristol")
    assert "foreign.send" == scanned(shop, code, "bath")["code"]
    (row,) = shop.run("items", "foreign", "--branch", "bristol", "--json").json
    assert (code, "Wiltshire", "bath", "bristol", False) == tuple(
        row[name] for name in ("ref", "network", "branch", "destination", "here")
    )
    shop.run("scan", code, "--branch", "bristol")
    done = shop.run("items", "foreign-close", code, "--how", "handed-over", "--branch", "bristol", "--json")
    assert "foreign.closed" == done.json["code"]
    assert [] == shop.run("items", "foreign", "--json").json
    shop.run(*given, "--remove")
    assert "unknown" == scanned(shop, code, "bath")["code"]


@pytest.mark.case(1)
@pytest.mark.case(41)
def test_unknown_codes_are_listed_closed_or_declared_foreign(shop: Shop) -> None:
    shop.run("scan", "MYSTERY-1", "--branch", "bath")
    shop.run("scan", "MYSTERY-2", "--branch", "bath")
    assert ["bath-1", "bath-2"] == [row["ref"] for row in shop.run("items", "unknown", "--json").json]
    closed = shop.run("items", "unknown-close", "bath-1", "--how", "returned", "--json").json
    assert "unknown.closed" == closed["code"]
    declared = shop.run("items", "declare-foreign", "bath-2", "--network", "Wiltshire", "--via", "bristol", "--json")
    assert "foreign.send" == declared.json["code"]
    assert [] == shop.run("items", "unknown", "--branch", "bath", "--json").json
    assert ["bath-2"] == [row["ref"] for row in shop.run("items", "foreign", "--json").json]


@pytest.mark.case(1)
def test_what_was_received_before_it_was_catalogued_is_where_it_was_received(shop: Shop, tmp_path: Path) -> None:
    with shop.world() as world:
        world.record("form", (NewEvents("policy/barcodes", 0, (BarcodeFormSet(prefix="3", length=14),)),))
        world.scan("39999000000012", "wells")
    stock = tmp_path / "stock.csv"
    stock.write_text(f"barcode,title_id,title,home\n39999000000012,{MIDDLEMARCH},Middlemarch,bath\n")
    shop.run("items", "import", str(stock))
    with shop.world() as world:
        facts = world.ledger.stream("item/39999000000012")
        assert [type(fact.event) for fact in facts] == [ItemAdded, ItemSighted]
        assert world.item("39999000000012").branch == "wells"
    assert [] == shop.run("items", "unknown", "--json").json
    again = shop.run("items", "import", str(stock))
    assert ExitCode.DONE == again.code
    assert "send.home" == scanned(shop, "39999000000012", "wells")["code"]
