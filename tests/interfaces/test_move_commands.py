"""`transit send`, `cancel`, `moves` and `over`: moves by hand from the command line."""

from __future__ import annotations

import pytest

from circulation.clock import DAY_US
from circulation.event import NewEvents
from circulation.item import ItemAdded
from interfaces.exit_code import ExitCode
from tests.cast import BATH_COPY, CLEVEDON_COPY, DUNE, FLOATING_COPY, WELLS_COPY
from tests.interfaces.shop import Shop

BRISTOL_S = ItemAdded(title=DUNE, owner="Bristol", home="bristol", item_type="book", branch="bristol")
BATH_S = ItemAdded(
    title=DUNE, owner="Bath and North East Somerset", home="bath", item_type="book", branch="bristol", floats=True
)
WHY = ("--why", "Christmas display")


@pytest.mark.case(42)
@pytest.mark.row(23)
def test_the_life_of_a_move_from_the_command_line(shop: Shop) -> None:
    done = shop.run("transit", "send", BATH_COPY, "--to", "wells", "--stay-until", "2026-11-27", *WHY, "--json")
    assert (ExitCode.DONE, "move.requested") == (done.code, done.json["code"])
    (row,) = shop.run("transit", "moves", "--json").json
    told = ("item", "to", "state", "place", "stay_until", "home", "why", "queued")
    assert (BATH_COPY, "wells", "requested", "bath", "2026-11-27", "bath", WHY[1], 0) == tuple(row[c] for c in told)
    assert "wells" == shop.run("scan", BATH_COPY, "--branch", "bath", "--json").json[0]["route_to"]
    assert "sent" == shop.run("transit", "moves", "--to", "wells", "--json").json[0]["state"]
    shop.run("scan", BATH_COPY, "--branch", "wells")
    assert "there" == shop.run("transit", "moves", "--json").json[0]["state"]
    assert [] == shop.run("transit", "over", "--branch", "wells", "--json").json
    with shop.world() as world:
        world.clock_us += 3 * DAY_US
        world.scan(CLEVEDON_COPY, "clevedon")
    (row,) = shop.run("transit", "over", "--branch", "wells", "--json").json
    assert (BATH_COPY, "bath") == (row["item"], row["home"])
    assert "bath" == shop.run("scan", BATH_COPY, "--branch", "wells", "--json").json[0]["route_to"]
    assert [] == shop.run("transit", "moves", "--json").json
    sentences = [row["sentence"] for row in shop.run("item", "history", BATH_COPY, "--json").json]
    move = f"{BATH_COPY}>1"
    assert f"It is wanted at wells until 2026-11-27 (move {move}): {WHY[1]}." in sentences
    assert f"Move {move} has ended: its time there is over." in sentences


@pytest.mark.row(23)
def test_moves_wait_are_replaced_and_cancelled_from_the_command_line(shop: Shop) -> None:
    to_wells = ("transit", "send", BATH_COPY, "--to", "wells", "--stay-until", "2026-11-27", *WHY)
    shop.run(*to_wells)
    assert "error[move.already]" in shop.run(*to_wells).err
    assert ExitCode.USAGE == shop.run(*to_wells, "--queue", "--replace").code
    assert ExitCode.DONE == shop.run(*to_wells, "--queue").code
    assert 1 == shop.run("transit", "moves", "--json").json[0]["queued"]
    done = shop.run("transit", "cancel", BATH_COPY, "--why", "no room", "--json")
    assert ("move.cancelled", f"Move {BATH_COPY}>1 was cancelled: no room.") == (
        done.json["code"],
        done.json["sentence"],
    )
    assert ExitCode.DONE == shop.run(*to_wells, "--replace").code
    (row,) = shop.run("transit", "moves", "--json").json
    assert (f"{BATH_COPY}>3", 0) == (row["move"], row["queued"])


@pytest.mark.row(23)
def test_several_items_are_asked_for_at_once_and_what_is_refused_stops_nothing(shop: Shop) -> None:
    items = (BATH_COPY, "30114999999999", WELLS_COPY)
    done = shop.run("transit", "send", *items, "--to", "wells", "--stay-until", "2026-11-27", *WHY, "--json")
    assert ExitCode.FAILED == done.code
    assert [BATH_COPY, WELLS_COPY] == [row["item"] for row in done.json]
    assert "30114999999999: There is no item 30114999999999." in done.err
    assert "error[day.unreadable]" in shop.run("transit", "send", BATH_COPY, "--to", "w", "--stay-until", "x", *WHY).err


@pytest.mark.case(38)
def test_a_leaving_member_s_items_are_asked_home_from_everywhere_and_others_from_its_branches(shop: Shop) -> None:
    with shop.world() as world:
        world.scan(FLOATING_COPY, "wells")  # Bristol's, floating
        world.lend(BATH_COPY, "ada", "bath")  # with its borrower
        world.record("more", (NewEvents("item/30114000000058", 0, (BRISTOL_S,)),))  # at its home
        world.record("other", (NewEvents("item/30114000000066", 0, (BATH_S,)),))  # Bath's, at Bristol
    given = ("network", "repatriate", "Bristol")
    done = shop.run(*given, "--batch", "1", "--each", "--json")
    assert ExitCode.DONE == done.code
    assert [(FLOATING_COPY, "own", "wells", "bristol"), ("30114000000066", "others", "bristol", "bath")] == [
        (row["item"], row["whose"], row["place"], row["to"]) for row in done.json
    ]
    head = shop.head()
    assert [("others", "was requested", 1), ("own", "was requested", 1)] == [
        tuple(row.values()) for row in shop.run(*given, "--json").json
    ]
    assert head == shop.head()
    (row,) = shop.run("scan", FLOATING_COPY, "--branch", "wells", "--json").json
    assert ("bristol", "home") == (row["route_to"], row["reason"])
    assert "bath" == shop.run("scan", "30114000000066", "--branch", "bristol", "--json").json[0]["route_to"]
    shop.run("scan", FLOATING_COPY, "--branch", "bristol")
    assert ["30114000000066"] == [row["item"] for row in shop.run("transit", "moves", "--json").json]
    # What is on loan comes home once it is back, wherever that is.
    shop.run("network", "repatriate", "Bath and North East Somerset")
    assert "bath" == shop.run("scan", BATH_COPY, "--branch", "taunton", "--json").json[0]["route_to"]
    assert "error[member.unknown]" in shop.run("network", "repatriate", "Atlantis").err
