"""Two desks at once, told as one story: what a desk decides on what it read a moment ago, and what comes of it."""

import pytest

from circulation.borrower import Borrower
from circulation.clock import SECOND_US
from circulation.errors import Conflict
from tests.cast import BATH_COPY, DUNE, FLOATING_COPY, MIDDLEMARCH
from tests.world import World


@pytest.mark.row(9)
def test_two_devices_may_number_their_requests_alike_and_an_undo_takes_back_one_of_them(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath", device="desk-1", request="17")
    world.clock_us += SECOND_US
    world.desk.scan(world.at("wells", "desk-2"), BATH_COPY, request="17")

    world.desk.undo(world.at("wells", "desk-2"), BATH_COPY)

    loan = world.item(BATH_COPY).custody.loan
    assert loan is not None
    assert world.desk.borrowers.by_card(world.cards["ada"]).claims.loans == (loan.loan,)


def test_a_scan_made_now_is_later_than_whatever_it_sees_though_its_clock_is_behind(world: World) -> None:
    """Else a desk whose clock is a second slow would record history instead of a return."""
    world.lend(BATH_COPY, "ada", "bath")
    lent_us = world.item(BATH_COPY).custody.custody_us
    world.clock_us -= 3 * SECOND_US

    receipt = world.desk.scan(world.at("bath"), BATH_COPY)

    assert receipt.code == "shelve"
    assert world.item(BATH_COPY).custody.loan is None
    assert world.item(BATH_COPY).custody.custody_us == lent_us


def test_a_scan_said_to_be_older_than_the_last_one_stays_history(world: World) -> None:
    world.scan(BATH_COPY, "bath")
    receipt = world.desk.scan(world.at("wells"), BATH_COPY, happened_us=world.clock_us - SECOND_US)
    assert receipt.code == "late"


def test_a_loan_whose_hold_ends_meanwhile_is_decided_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hold = world.hold(DUNE, "ada", "bristol").hold
    assert hold is not None
    by_card = world.desk.borrowers.by_card
    reads: list[str] = []

    def read_then_lose_the_hold(card: str) -> Borrower:
        borrower = by_card(card)
        reads.append(card)
        if len(reads) == 1:
            world.desk.holds.cancel(world.at("bath", "desk-2"), hold)
        return borrower

    monkeypatch.setattr(world.desk.borrowers, "by_card", read_then_lose_the_hold)
    receipt = world.lend(FLOATING_COPY, "ada", "bristol")

    assert (receipt.code, receipt.hold, len(reads)) == ("lent", None, 2)
    assert world.title(DUNE).holds == {}


def test_a_command_that_loses_every_race_says_that_nothing_was_recorded(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def always_late(*_: object, **__: object) -> None:
        raise Conflict("stream.changed", stream="item/1", version=1, expected=0)

    head = world.ledger.head()
    waits: list[float] = []
    monkeypatch.setattr("circulation.command.sleep", waits.append)
    monkeypatch.setattr(world.ledger, "append", always_late)
    with pytest.raises(Conflict) as error:
        world.hold(MIDDLEMARCH, "ada", "bath")
    assert (error.value.code, error.value.hint) == ("command.busy", "Nothing was recorded; send it again.")
    assert world.ledger.head() == head
    # It gives way for longer and longer, and for two seconds at most in all.
    assert len(waits) > 5
    assert sum(waits) < 2
