"""`hold` beyond placing one: explained, moved, extended, ended, cleared from the shelf; and `queue`."""

from __future__ import annotations

from pathlib import Path

import pytest

from circulation.clock import parse_instant
from interfaces.exit_code import ExitCode
from tests.cast import BATH_COPY, CLEVEDON_COPY, DUNE, FLOATING_COPY, MIDDLEMARCH, PATRONS, WELLS_COPY
from tests.interfaces.shop import Shop

FIRST, SECOND = f"{MIDDLEMARCH}#1", f"{MIDDLEMARCH}#2"
ADA, BEN = PATRONS["ada"][0], PATRONS["ben"][0]


@pytest.fixture
def waiting(shop: Shop) -> Shop:
    """The copy of Bath waits there for Ada; Ben waits for the next one at Clevedon; both copies of Dune are lent."""
    with shop.world() as world:
        world.lend(WELLS_COPY, "cyn", "wells")
        world.hold(MIDDLEMARCH, "ada", "bath")
        world.scan(BATH_COPY, "bath")
        world.hold(MIDDLEMARCH, "ben", "clevedon")
    return shop


def later(shop: Shop, instant: str) -> None:
    """The last moment of the log is now."""
    with shop.world() as world:
        world.clock_us = parse_instant(instant)
        world.scan(CLEVEDON_COPY, "clevedon")


# ---- pickup, extend


@pytest.mark.case(7)
def test_a_hold_is_picked_up_elsewhere_and_says_what_happens_now(waiting: Shop) -> None:
    done = waiting.run("hold", "pickup", FIRST, "--to", "wells", "--json")
    assert (ExitCode.DONE, "hold.pickup", FIRST) == (done.code, done.json["code"], done.json["hold"])
    assert done.json["sentence"].endswith(f"Item {BATH_COPY} is at bath: scan it there and it goes to wells.")
    assert "error[hold.same-pickup]" in waiting.run("hold", "pickup", FIRST, "--to", "wells").err
    assert "error[branch.unknown]" in waiting.run("hold", "pickup", FIRST, "--to", "atlantis").err
    card = waiting.run("item", "show", BATH_COPY, "--json").json
    assert (FIRST, "wells") == (card["hold"], card["pickup"])
    sentences = [row["sentence"] for row in waiting.run("item", "history", BATH_COPY, "--json").json]
    assert f"Hold {FIRST}, for which it is set aside, is for pickup at wells now." == sentences[-1]


@pytest.mark.case(8)
@pytest.mark.row(18)
def test_a_copy_waits_longer_on_request(waiting: Shop) -> None:
    (row,) = waiting.run("hold", "shelf", "--branch", "bath", "--json").json
    assert "2026-12-03T17:00:00Z" == row["until_at"]
    done = waiting.run("hold", "extend", FIRST, "--json")
    assert (ExitCode.DONE, "hold.extended") == (done.code, done.json["code"])
    (row,) = waiting.run("hold", "shelf", "--branch", "bath", "--json").json
    assert "2026-12-08T17:00:00Z" == row["until_at"]
    assert "error[hold.extend-days]" in waiting.run("hold", "extend", FIRST, "--days", "0").err
    assert "error[hold.not-on-shelf]" in waiting.run("hold", "extend", SECOND).err


# ---- expire


@pytest.mark.row(13)
def test_holds_that_are_not_wanted_any_longer_end_once(shop: Shop) -> None:
    shop.run("hold", "place", ADA, "--title", MIDDLEMARCH, "--pickup", "bath", "--until", "2026-11-25")
    shop.run("hold", "place", BEN, "--title", MIDDLEMARCH, "--pickup", "bath", "--until", "2026-11-26")
    (first, second) = shop.run("hold", "list", "--json").json
    assert ("2026-11-25", 1, "2026-11-26", 2) == (first["expires"], first["place"], second["expires"], second["place"])
    later(shop, "2026-11-25T23:30:00Z")
    assert [] == shop.run("hold", "expire", "--json").json
    later(shop, "2026-11-26T00:30:00Z")
    assert [FIRST] == [row["hold"] for row in shop.run("hold", "expire", "--json").json]
    assert [] == shop.run("hold", "expire", "--json").json
    (left,) = shop.run("hold", "list", "--json").json
    assert (SECOND, 1) == (left["hold"], left["place"])
    assert (
        "error[hold.no-time]"
        in shop.run("hold", "place", ADA, "--title", MIDDLEMARCH, "--pickup", "bath", "--until", "2026-11-25").err
    )


# ---- clear-shelf


@pytest.mark.case(8)
@pytest.mark.row(18)
def test_the_clear_shelf_list_says_where_each_copy_goes_next_and_prints(waiting: Shop, tmp_path: Path) -> None:
    assert [] == waiting.run("hold", "clear-shelf", "--branch", "bath", "--json").json
    with waiting.world() as world:
        world.hold(DUNE, "eve", "bath")
        world.scan(FLOATING_COPY, "bath")
    waiting.run("hold", "pickup", f"{DUNE}#1", "--to", "taunton")
    later(waiting, "2026-12-04T09:00:00Z")
    page = tmp_path / "clear.html"
    done = waiting.run("hold", "clear-shelf", "--branch", "bath", "--page", str(page), "--json")
    transit, moved = done.json
    assert ("transit", BATH_COPY, FIRST, "expired", "clevedon", SECOND) == tuple(
        transit[name] for name in ("pile", "item", "hold", "why", "to", "next_hold")
    )
    assert ("pickup-changed", FLOATING_COPY, "taunton", f"{DUNE}#1") == tuple(
        moved[name] for name in ("pile", "item", "to", "next_hold")
    )
    text = page.read_text(encoding="utf-8")
    for piece in (
        "To clear from the hold shelf of Bath Central: 2 copies",
        "Into a tote: 1",
        BATH_COPY,
        transit["code"],
    ):
        assert piece in text
    assert "Onto the open shelf" not in text
    assert "ada" not in text.lower()
    # Nothing has been recorded: the scan does what was foreseen.
    (row,) = waiting.run("scan", BATH_COPY, "--branch", "bath", "--nl").lines
    assert ("send.hold", "clevedon", SECOND) == (row["code"], row["route_to"], row["hold"])
    assert [FLOATING_COPY] == [r["item"] for r in waiting.run("hold", "clear-shelf", "--branch", "bath", "--json").json]


@pytest.mark.case(8)
def test_a_cancelled_copy_is_on_the_list_until_it_is_scanned(waiting: Shop) -> None:
    waiting.run("hold", "cancel", FIRST)
    waiting.run("hold", "cancel", SECOND)
    (row,) = waiting.run("hold", "clear-shelf", "--branch", "bath", "--json").json
    assert ("shelf", BATH_COPY, FIRST, "cancelled", None) == tuple(
        row[name] for name in ("pile", "item", "hold", "why", "to")
    )
    with waiting.world() as world:
        world.scan(BATH_COPY, "bath")
    assert [] == waiting.run("hold", "clear-shelf", "--branch", "bath", "--json").json


@pytest.mark.case(8)
@pytest.mark.row(18)
def test_applying_the_list_records_what_the_scans_would(waiting: Shop) -> None:
    later(waiting, "2026-12-04T09:00:00Z")
    (row,) = waiting.run("hold", "clear-shelf", "--branch", "bath", "--apply", "--json").json
    assert ("send.hold", BATH_COPY, "clevedon", SECOND) == (row["code"], row["item"], row["route_to"], row["hold"])
    assert f"Nobody came for hold {FIRST} in time." in row["sentence"]
    assert [] == waiting.run("hold", "clear-shelf", "--branch", "bath", "--apply", "--json").json
    assert [SECOND] == [hold["hold"] for hold in waiting.run("hold", "list", "--json").json]
    assert ExitCode.DONE == waiting.run("projection", "verify").code


# ---- queue, explain


@pytest.mark.case(23)
@pytest.mark.case(26)
@pytest.mark.row(12)
@pytest.mark.row(17)
def test_an_order_is_set_listed_and_removed(shop: Shop) -> None:
    assert [("*", "fifo")] == [(row["scope"], row["order"]) for row in shop.run("queue", "list", "--json").json]
    before = shop.head()
    said = shop.run("queue", "set", "local-first", "--local-gap", "5", "--local-days", "60")
    assert ExitCode.DONE == said.code
    shop.run("queue", "set", "ours", "--keys", "patron-home,home", "--owner", "Bristol")
    network, owner = shop.run("queue", "list", "--json").json
    assert ("local-first", "here", 5, 60) == tuple(network[n] for n in ("order", "keys", "local_gap", "local_days"))
    assert ("owner/Bristol", "ours", "patron-home,home") == (owner["scope"], owner["order"], owner["keys"])
    assert ["fifo"] == [row["order"] for row in shop.run("queue", "list", "--as-of", str(before), "--json").json]
    shop.run("queue", "remove")
    assert ["fifo", "ours"] == [row["order"] for row in shop.run("queue", "list", "--json").json]
    for code, words in {
        "queue.no-order": ("remove",),
        "queue.order": ("set", "mine"),
        "queue.key": ("set", "mine", "--keys", "near"),
        "queue.out-of-range": ("set", "fifo", "--local-gap", "5"),
        "member.unknown": ("set", "fifo", "--owner", "Atlantis"),
    }.items():
        assert f"error[{code}]" in shop.run("queue", *words).err


@pytest.mark.case(23)
@pytest.mark.row(20)
def test_every_hold_is_explained_for_a_copy_at_a_branch(shop: Shop) -> None:
    with shop.world() as world:
        for patron, pickup in (("ada", "bath"), ("cyn", "wells"), ("dev", "clevedon")):
            world.hold(MIDDLEMARCH, patron, pickup)
    shop.run("hold", "suspend", f"{MIDDLEMARCH}#3")
    shop.run("queue", "set", "local-first")
    asked = ("hold", "explain", MIDDLEMARCH, "--item", BATH_COPY, "--branch", "wells")
    rows = shop.run(*asked, "--json").json
    assert [(1, 2, "here=no", None), (2, 1, "here=yes", None), (3, None, "", "suspended")] == [
        (row["place"], row["rank"], row["keys"], row["passed_over"]) for row in rows
    ]
    assert f"Item {BATH_COPY} at wells, in the order local-first" == shop.run(*asked).out.splitlines()[0]
    # A hold knows its own copy, which stands at Wells.
    (row,) = shop.run("hold", "explain", SECOND, "--json").json
    assert (2, 1, WELLS_COPY) == (row["place"], row["rank"], row["promised"])


@pytest.mark.row(20)
def test_what_cannot_be_explained_is_an_error(shop: Shop) -> None:
    done = shop.run("hold", "explain", MIDDLEMARCH)
    assert (ExitCode.USAGE, True) == (done.code, f"has 2 copies: {BATH_COPY}, {WELLS_COPY}" in done.err)
    assert "error[hold.explain-other]" in shop.run("hold", "explain", DUNE, "--item", BATH_COPY).err
    assert "error[item.unknown]" in shop.run("hold", "explain", DUNE, "--item", "30119999999999").err


# ---- parts


@pytest.mark.row(11)
def test_volumes_come_from_the_catalogue_and_can_be_asked_for(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "proust.csv"
    file.write_text(
        "barcode,title_id,title,home,part,added\n"
        "30114000000101,t-proust,In Search of Lost Time,bath,v.1,2026-11-20\n"
        "30114000000102,t-proust,In Search of Lost Time,bath,v.2,\n"
        "30114000000103,t-proust,In Search of Lost Time,bath,v.3,soon\n"
    )
    done = shop.run("items", "import", str(file))
    assert (ExitCode.LOOK, True) == (done.code, "'soon' is not a day" in done.out)
    done = shop.run("hold", "place", ADA, "--title", "t-proust", "--part", "v.2", "--pickup", "bath", "--json")
    assert "30114000000102" in done.json["sentence"]
    (row,) = shop.run("hold", "list", "--json").json
    assert "v.2" == row["part"]
    assert (
        "error[hold.part-unknown]"
        in shop.run("hold", "place", BEN, "--title", "t-proust", "--part", "v.9", "--pickup", "bath").err
    )
    with shop.world() as world:
        assert ("v.1", "2026-11-20") == ((one := world.item("30114000000101")).part, one.added)
        assert ("v.2", None) == ((two := world.item("30114000000102")).part, two.added)
    shop.run("item", "edit", "30114000000101", "--part", "v.7")
    shop.run("item", "edit", "30114000000102", "--shelf-mark", "843 PRO")
    assert ["v.7", "v.2"] == [row["part"] for row in shop.run("items", "list", "--title", "t-proust", "--json").json]


# ---- when to expect it


@pytest.mark.row(19)
def test_a_hold_says_when_its_copy_can_be_there_by_the_timetable(shop: Shop) -> None:
    """Promised at Wells for Bath, set aside on its way, on the shelf at the pickup branch; nothing for who waits."""
    with shop.world() as world:
        now_us = world.clock_us
        for patron, pickup in (("ada", "bath"), ("ben", "wells"), ("cyn", "bath")):
            world.hold(MIDDLEMARCH, patron, pickup)
        world.scan(BATH_COPY, "bath")
    here, promised, waiting = shop.run("hold", "list", "--title", MIDDLEMARCH, "--json").json
    assert here["expected_at"][:10] == "2026-11-24"
    assert promised["target_branch"] == promised["pickup"] == "wells"
    assert (waiting["status"], waiting["expected_at"]) == ("waiting", None)

    shop.run("hold", "pickup", promised["hold"], "--to", "bath")
    (moved,) = [row for row in shop.run("hold", "list", "--json").json if row["hold"] == promised["hold"]]
    # Tuesday's van may have called at Wells as it opened: collected on Wednesday, over the hub to Bath on Thursday.
    assert moved["expected_at"][:10] == "2026-11-26"
    assert now_us < parse_instant(moved["expected_at"])
    past = shop.run("hold", "list", "--json", "--as-of", str(shop.head() - 1)).json
    assert {row["expected_at"] for row in past} == {None}
