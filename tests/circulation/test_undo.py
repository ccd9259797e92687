"""Undo: what was done by mistake is as if it had not been, but for the history."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circulation.clock import DAY_US
from circulation.errors import BranchlineError, Refused
from circulation.item import Item, ScanUndone, item_stream
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.undo import Wrong, decide_undo
from tests.cast import BATH_COPY, CLEVEDON_COPY, DUNE, ITEMS, MIDDLEMARCH, PATRONS, WELLS_COPY, item_given, title_given
from tests.world import World


def at(world: World, barcode: str, request: str) -> int:
    """Where the last command of that request id stands on a copy's stream."""
    return next(f.position for f in reversed(world.ledger.stream(item_stream(barcode))) if f.request == request)


def what_counts(world: World) -> dict[str, object]:
    """Everything that an undo restores: custody and numbers of copies, queues, claims."""
    told: dict[str, object] = {}
    for barcode in ITEMS:
        told[barcode] = world.item(barcode).custody
    for title in (MIDDLEMARCH, DUNE):
        told[title] = list(world.title(title).holds.items())
    for name, card in world.cards.items():
        claims = world.desk.borrowers.by_card(card).claims
        told[name] = (claims.loans, claims.holds)
    return told


@pytest.mark.case(21)
@pytest.mark.row(3)
@pytest.mark.row(10)
def test_an_undone_renewal_gives_back_the_renewal_and_the_due_time(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    world.clock_us += 14 * DAY_US
    world.desk.loans.renew(world.at("bath"), BATH_COPY)
    world.clock_us += 10 * DAY_US
    before = what_counts(world)
    world.desk.loans.renew(world.at("bath"), BATH_COPY)
    world.desk.undo(world.at("bath"), BATH_COPY)
    assert what_counts(world) == before
    loan = world.item(BATH_COPY).custody.loan
    assert loan is not None
    assert loan.renewals == 1


@pytest.mark.case(22)
@pytest.mark.row(10)
def test_an_undone_scan_names_the_wrong_request_and_leaves_it_in_the_log(world: World) -> None:
    world.scan(BATH_COPY, "wells", request="wrong")
    length = len(world.ledger.stream(item_stream(BATH_COPY)))
    world.desk.undo(world.at("wells"), BATH_COPY, why="other-book")
    facts = world.ledger.stream(item_stream(BATH_COPY))
    undone = facts[-1].event
    assert isinstance(undone, ScanUndone)
    assert (undone.request, undone.why, len(facts)) == ("wrong", "other-book", length + 1)
    assert world.item(BATH_COPY).branch == "bath"


def test_an_undone_loan_counts_towards_no_limit_and_its_number_is_not_given_again(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    world.desk.undo(world.at("bath"), BATH_COPY)
    assert world.desk.borrowers.by_card(world.cards["ada"]).claims.loans == ()
    world.lend(BATH_COPY, "ben", "bath")
    assert world.desk.borrowers.by_card(world.cards["ben"]).claims.loans == (f"{BATH_COPY}#2",)


@pytest.mark.case(22)
def test_an_undone_capture_gives_the_promise_of_the_other_copy_back(world: World) -> None:
    """Ben is promised the copy at Wells; the one at Bath, scanned by mistake, was taken for him."""
    world.hold(MIDDLEMARCH, "ben", "wells")
    before = what_counts(world)
    world.scan(BATH_COPY, "bath")
    assert world.item(WELLS_COPY).custody.target is None
    world.desk.undo(world.at("bath"), BATH_COPY)
    assert what_counts(world) == before
    assert world.item(WELLS_COPY).custody.target == f"{MIDDLEMARCH}#1"


def test_an_undone_capture_gives_the_heir_s_promise_back_to_whom_it_was_first(world: World) -> None:
    world.hold(MIDDLEMARCH, "ben", "wells")
    world.lend(BATH_COPY, "ada", "bath")
    world.hold(MIDDLEMARCH, "cyn", "wells")
    before = what_counts(world)
    world.scan(BATH_COPY, "bath")
    assert world.item(WELLS_COPY).custody.target == f"{MIDDLEMARCH}#2"
    world.desk.undo(world.at("bath"), BATH_COPY)
    assert what_counts(world) == before


def test_a_promise_that_somebody_has_moved_since_stays_where_it_is(world: World) -> None:
    world.hold(MIDDLEMARCH, "ben", "wells")
    world.scan(BATH_COPY, "bath")
    world.scan(WELLS_COPY, "clevedon")
    world.desk.undo(world.at("bath"), BATH_COPY)
    assert world.item(WELLS_COPY).custody.target is None
    assert world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"].target is None


def test_a_promise_made_on_the_strength_of_a_wrong_scan_is_taken_back(world: World) -> None:
    world.lend(CLEVEDON_COPY, "dev", "clevedon")
    world.scan(CLEVEDON_COPY, "clevedon", request="wrong")
    world.desk.holds.place(
        world.at("clevedon"), card=world.cards["eve"], pickup="clevedon", item=CLEVEDON_COPY, title=None
    )
    assert world.item(CLEVEDON_COPY).custody.target == f"{DUNE}#1"
    world.desk.undo(world.at("clevedon"), CLEVEDON_COPY)
    assert world.title(DUNE).holds[f"{DUNE}#1"].target is None
    assert world.item(CLEVEDON_COPY).custody.loan is not None


def test_a_scan_after_which_the_copy_moved_on_is_not_undone(world: World) -> None:
    world.scan(BATH_COPY, "wells", request="wrong")
    world.scan(BATH_COPY, "clevedon")
    with pytest.raises(Refused) as error:
        world.desk.undo(world.at("wells"), BATH_COPY, of=at(world, BATH_COPY, "wrong"))
    assert error.value.code == "undo.moved-on"


def test_scans_are_undone_from_the_last_to_the_first(world: World) -> None:
    before = what_counts(world)
    for number, branch in enumerate(("wells", "clevedon", "taunton")):
        world.scan(BATH_COPY, branch, request=f"r{number}")
    for number in (2, 1, 0):
        world.desk.undo(world.at("bath"), BATH_COPY, of=at(world, BATH_COPY, f"r{number}"))
    assert what_counts(world) == before
    with pytest.raises(Refused) as error:
        world.desk.undo(world.at("bath"), BATH_COPY, of=at(world, BATH_COPY, "r1"))
    assert error.value.code == "undo.already"


def test_a_request_id_that_two_devices_used_means_the_later_one(world: World) -> None:
    world.desk.scan(world.at("wells", "desk-1"), BATH_COPY, request="7")
    world.clock_us += 1_000_000
    world.desk.scan(world.at("clevedon", "desk-2"), BATH_COPY, request="7")
    world.desk.undo(world.at("wells"), BATH_COPY, of=at(world, BATH_COPY, "7"))
    assert world.item(BATH_COPY).branch == "wells"


def test_what_is_no_scan_is_not_undone() -> None:
    item = item_given(BATH_COPY)
    wrong = Wrong("r", 1, (), item, item)
    with pytest.raises(Refused) as error:
        decide_undo(item, wrong, title_given(MIDDLEMARCH), {}, "mistake")
    assert error.value.code == "undo.nothing"


def test_the_custody_of_an_undone_command_is_decided_without_a_store() -> None:
    before = item_given(BATH_COPY)
    after: Item = replace(before, custody=replace(before.custody, custody_us=before.custody.custody_us + 1))
    from circulation.item import ItemSighted

    wrong = Wrong("r", 1, (ItemSighted(branch="bath", as_="again"),), before, after)
    undoing = decide_undo(after, wrong, title_given(MIDDLEMARCH), {}, "mistake")
    assert undoing.item == (ScanUndone(request="r", undone_version=1, custody=before.custody, why="mistake"),)
    assert (undoing.title, dict(undoing.others), undoing.closes, undoing.reopens) == ((), {}, (), None)


# ---- whatever happened before

Step = tuple[str, str, str, str]
steps = st.tuples(
    st.sampled_from(["scan", "scan", "lend", "renew", "hold", "cancel", "missed"]),
    st.sampled_from(sorted(ITEMS)),
    st.sampled_from(["bath", "wells", "clevedon", "bristol", "taunton"]),
    st.sampled_from(sorted(PATRONS)),
)


def take(world: World, step: Step) -> None:
    """One step; a refusal changes nothing."""
    what, barcode, branch, patron = step
    world.clock_us += 60_000_000
    here, title = world.at(branch), ITEMS[barcode].title
    acts: dict[str, Callable[[], object]] = {
        "scan": lambda: world.desk.scan(here, barcode, tote=f"T-{branch}"),
        "lend": lambda: world.desk.loans.lend(here, card=world.cards[patron], barcode=barcode),
        "renew": lambda: world.desk.loans.renew(here, barcode),
        "hold": lambda: world.desk.holds.place(here, card=world.cards[patron], pickup=branch, title=title),
        "cancel": lambda: world.desk.holds.cancel(here, next(iter(world.title(title).holds), f"{title}#0")),
        "missed": lambda: world.desk.holds.missed(here, barcode),
    }
    try:
        acts[what]()
    except BranchlineError:
        return


@settings(max_examples=int(os.environ.get("BRANCHLINE_EXAMPLES", "80")), deadline=None)
@given(
    history=st.lists(steps, max_size=14),
    what=st.sampled_from(["scan", "scan", "lend", "renew"]),
    barcode=st.sampled_from(sorted(ITEMS)),
    branch=st.sampled_from(["bath", "wells", "clevedon", "bristol"]),
    patron=st.sampled_from(sorted(PATRONS)),
)
@pytest.mark.case(21)
@pytest.mark.case(22)
def test_undo_restores_custody_promises_and_claims_whatever_came_before(
    history: list[Step], what: str, barcode: str, branch: str, patron: str
) -> None:
    made: list[World] = []
    ledger = Ledger.open("sqlite::memory:", clock=lambda: made[0].clock_us if made else 0, simulated=True)
    keyring = Keyring.open("sqlite::memory:")
    try:
        world = World(ledger, keyring)
        made.append(world)
        for step in history:
            take(world, step)
        before = what_counts(world)
        head = ledger.head()
        take(world, (what, barcode, branch, patron))
        if ledger.head() == head:
            return
        try:
            world.desk.undo(world.at(branch), barcode)
        except Refused as refused:
            assert refused.code == "undo.hold-ended"  # noqa: PT017 - that is a fine answer, no other is
            return
        assert what_counts(world) == before
    finally:
        keyring.close()
        ledger.close()


def test_the_promise_goes_back_on_both_streams_in_one_append(world: World) -> None:
    world.hold(MIDDLEMARCH, "ben", "wells")
    world.scan(BATH_COPY, "bath")
    receipt = world.desk.undo(world.at("bath"), BATH_COPY)
    streams = {
        fact.stream for fact in world.ledger.facts(after=receipt.position - 4) if fact.request == receipt.request
    }
    assert streams == {item_stream(BATH_COPY), f"title/{MIDDLEMARCH}", item_stream(WELLS_COPY)}
