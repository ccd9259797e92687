"""Codes that no item carries, and items of other networks."""

from __future__ import annotations

import pytest

from circulation.clock import HOUR_US
from circulation.errors import BranchlineError
from circulation.event import Event, NewEvents
from circulation.foreign import (
    ForeignForm,
    ForeignItemClosed,
    ForeignItemReceived,
    ForeignItemSeen,
    form_of,
)
from circulation.received import Received, received_codes
from circulation.unknown import BarcodeFormSet, UnknownCodeClosed
from tests.world import World

THEIRS = "30117000000019"


def refused(act: object, *args: object, **more: object) -> str:
    with pytest.raises(BranchlineError) as error:
        act(*args, **more)  # type: ignore[operator]
    return error.value.code


def events(world: World, stream: str) -> list[Event]:
    return [fact.event for fact in world.ledger.stream(stream)]


@pytest.fixture
def wiltshire(world: World) -> World:
    """Codes of Wiltshire are known, and Bristol hands its items over."""
    world.desk.foreign.set_form(world.at("bristol"), network="Wiltshire", prefix="30117", length=14, via="bristol")
    return world


@pytest.mark.case(41)
@pytest.mark.row(31)
def test_an_item_of_another_network_has_its_own_stream_and_is_sent_to_whoever_hands_it_over(wiltshire: World) -> None:
    world = wiltshire
    receipt = world.scan(THEIRS, "bath")
    assert (receipt.code, receipt.route_to, receipt.headline) == ("foreign.send", "bristol", "Send to bristol")
    assert receipt.slip == ("TO bristol", "ANOTHER NETWORK'S", THEIRS)
    assert world.scan(THEIRS, "bristol").code == "foreign.here"
    assert refused(world.desk.foreign.close, world.at("bath"), THEIRS, how="handed-over") == "foreign.elsewhere"
    world.desk.foreign.close(world.at("bristol"), THEIRS, how="handed-over")
    assert events(world, f"foreign/{THEIRS}") == [
        ForeignItemReceived(branch="bath", network="Wiltshire", destination="bristol"),
        ForeignItemSeen(branch="bristol", destination="bristol"),
        ForeignItemClosed(branch="bristol", how="handed-over"),
    ]
    assert refused(world.desk.foreign.close, world.at("bristol"), THEIRS, how="mistake") == "foreign.unknown"
    assert events(world, "unknown/bath") == []


@pytest.mark.case(41)
def test_an_item_that_comes_back_again_is_received_again(wiltshire: World) -> None:
    wiltshire.scan(THEIRS, "bath")
    wiltshire.desk.foreign.close(wiltshire.at("bath"), THEIRS, how="collected")
    wiltshire.scan(THEIRS, "wells")
    assert isinstance(events(wiltshire, f"foreign/{THEIRS}")[-1], ForeignItemReceived)


@pytest.mark.case(41)
@pytest.mark.row(31)
def test_staff_say_that_an_unknown_code_is_foreign_and_its_code_stays_sealed(world: World) -> None:
    world.scan("X-77-UNREAD", "bath")
    receipt = world.desk.foreign.declare(world.at("bath"), "bath-1", network="Wiltshire", via="bristol")
    assert (receipt.code, receipt.route_to) == ("foreign.send", "bristol")
    assert events(world, "foreign/bath-1") == [
        ForeignItemReceived(branch="bath", network="Wiltshire", destination="bristol", entry="bath-1")
    ]
    assert events(world, "unknown/bath")[-1] == UnknownCodeClosed(entry=1, how="foreign")
    assert all(b"X-77-UNREAD" not in row[5] for row in world.ledger.rows(after=0, limit=1000))
    declare = world.desk.foreign.declare
    assert refused(declare, world.at("bath"), "bath-1", network="W", via="bristol") == "unknown.no-entry"
    assert refused(declare, world.at("bath"), "nonsense", network="W", via="bristol") == "unknown.unreadable"


def test_the_longest_prefix_wins_and_our_own_forms_win_a_tie() -> None:
    forms = [ForeignForm("A", "301", 14, "bath"), ForeignForm("B", "30117", 14, "bath")]
    assert form_of(THEIRS, forms, ()) == forms[1]
    assert form_of(THEIRS, forms, [("3", 14)]) == forms[1]
    assert form_of(THEIRS, forms, [("30117", 14)]) is None
    assert form_of("99999999999999", forms, ()) is None


def test_a_form_that_is_removed_makes_its_codes_unknown(wiltshire: World) -> None:
    wiltshire.desk.foreign.remove_form(wiltshire.at("bristol"), prefix="30117", length=14)
    assert wiltshire.scan(THEIRS, "bath").code == "unknown"
    set_form = wiltshire.desk.foreign.set_form
    assert refused(set_form, wiltshire.at("bath"), network="W", prefix="30117", length=5, via="bath") == "foreign.form"


@pytest.mark.case(1)
@pytest.mark.row(31)
def test_an_unknown_code_waits_in_its_branchs_queue_until_it_is_dealt_with(world: World) -> None:
    receipt = world.scan("39999000000012", "bath")
    assert receipt.slip == ("UNKNOWN ITEM", "bath-1", "keep for cataloguing")
    assert world.desk.foreign.close_unknown(world.at("bath"), "bath-1", how="discarded").code == "unknown.closed"
    assert refused(world.desk.foreign.close_unknown, world.at("bath"), "bath-1", how="returned") == "unknown.no-entry"


@pytest.mark.case(1)
def test_whoever_catalogues_a_code_learns_where_it_was_received_last(world: World) -> None:
    world.record("form", (NewEvents("policy/barcodes", 0, (BarcodeFormSet(prefix="3", length=14),)),))
    world.scan("39999000000012", "bath")
    world.clock_us += HOUR_US
    world.scan("39999000000012", "wells")
    assert received_codes(world.ledger) == {"39999000000012": Received("wells", world.clock_us)}
