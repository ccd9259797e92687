"""What rules mean at a desk: receipts name them, their days decide, and edits are thought through at once."""

from __future__ import annotations

import pytest

from circulation.catalogue_desk import Edit
from circulation.clock import DAY_US, iso
from circulation.errors import Refused
from circulation.event import NewEvents
from circulation.hold import title_stream
from circulation.item import ItemAdded, ItemLent, item_stream
from circulation.policy_changes import RuleChange
from circulation.policy_desk import PolicyDesk
from tests.cast import BATH_COPY, DUNE, FLOATING_COPY, MIDDLEMARCH, WELLS_COPY
from tests.world import World

DVDS = ("30114000000116", "30114000000124", "30114000000132")


def rule(world: World, name: str, **values: object) -> None:
    scope = {part: values.pop(part) for part in ("owner", "category", "item_type", "branch") if part in values}
    days = {part: values.pop(part) for part in ("from_day", "until_day") if part in values}
    change = RuleChange(name, values=values, **scope, **days)  # type: ignore[arg-type]
    PolicyDesk(world.commands).set_rule(world.at("bristol"), change)


def dvds(world: World) -> None:
    for number, barcode in enumerate(DVDS):
        added = ItemAdded(title=f"t-film-{number}", owner="Somerset", home="wells", item_type="dvd", branch="wells")
        world.record(barcode, [NewEvents(item_stream(barcode), 0, (added,))], at_us=world.clock_us - DAY_US)


@pytest.mark.row(1)
@pytest.mark.row(40)
def test_the_receipt_names_the_rule_of_the_loan_and_that_of_its_renewals(world: World) -> None:
    rule(world, "books", item_type="book", days=14)
    rule(world, "child", category="child", renewals=1)
    receipt = world.lend(BATH_COPY, "fin", "bath")
    assert receipt.sentence == (
        "Due 2026-12-08T17:00:00Z by rule 'books/1'. It may be renewed 1 times by rule 'child/1'."
    )
    lent = world.ledger.stream(f"item/{BATH_COPY}")[-1].event
    assert isinstance(lent, ItemLent)
    assert (lent.rule, lent.renewals_rule, lent.renewals_allowed) == ("books/1", "child/1", 1)


@pytest.mark.row(40)
def test_the_day_at_the_branch_decides_and_a_new_version_leaves_open_loans_alone(world: World) -> None:
    rule(world, "all", days=14)
    rule(world, "all", days=30, from_day="2026-12-01", until_day="2026-12-31")
    world.lend(BATH_COPY, "ada", "bath")
    world.clock_us += 7 * DAY_US
    assert world.lend(WELLS_COPY, "ada", "wells").sentence == "Due 2026-12-31T17:00:00Z by rule 'all/2'."
    loan = world.item(BATH_COPY).custody.loan
    assert loan is not None
    assert (loan.rule, iso(loan.due_us)) == ("all/1", "2026-12-08T17:00:00Z")


def test_a_branch_rule_is_that_of_the_desk_that_lends(world: World) -> None:
    rule(world, "wells", branch="wells", days=7)
    assert "by rule 'wells/1'" in world.lend(WELLS_COPY, "ada", "wells").sentence
    assert "by rule 'default'" in world.lend(BATH_COPY, "ada", "bath").sentence


def test_shelf_days_are_those_of_the_patron_who_waits(world: World) -> None:
    rule(world, "child", category="child", shelf_days=20)
    world.lend(BATH_COPY, "ada", "bath")
    world.lend(WELLS_COPY, "ada", "wells")
    world.hold(MIDDLEMARCH, "cyn", "bath")
    assert "until 2026-12-14" in world.scan(BATH_COPY, "bath").sentence


@pytest.mark.row(40)
def test_a_limit_for_a_type_counts_loans_of_that_type_only(world: World) -> None:
    dvds(world)
    rule(world, "dvd", item_type="dvd", loan_limit=2)
    world.lend(BATH_COPY, "ada", "bath")
    world.lend(WELLS_COPY, "ada", "wells")
    world.lend(DVDS[0], "ada", "wells")
    world.lend(DVDS[1], "ada", "wells")
    with pytest.raises(Refused) as refused:
        world.lend(DVDS[2], "ada", "wells")
    assert refused.value.code == "loan.limit"
    assert refused.value.sentence == "The patron has 2 loans of type dvd open; rule 'dvd/1' allows 2."
    assert world.lend(FLOATING_COPY, "ada", "bristol").code == "lent"
    assert world.lend(DVDS[2], "ben", "wells").code == "lent"


@pytest.mark.row(40)
def test_a_type_that_a_rule_makes_float_stays_where_it_is_returned(world: World) -> None:
    rule(world, "books", item_type="book", floats=True, owner="Somerset")
    world.lend(WELLS_COPY, "ada", "wells")
    assert world.scan(WELLS_COPY, "bath").code == "shelve"
    rule(world, "bristol", owner="Bristol", floats=False)
    world.lend(FLOATING_COPY, "ada", "bristol")
    assert world.scan(FLOATING_COPY, "bath").route_to == "bristol"


# --- case 25 ---------------------------------------------------------------------------------------------------------


@pytest.mark.case(25)
def test_a_copy_that_becomes_holdable_is_promised_in_the_same_command(world: World) -> None:
    edit, here = world.desk.catalogue.edit, world.at("bath")
    edit(here, BATH_COPY, Edit(holdable=False))
    edit(here, WELLS_COPY, Edit(holdable=False))
    receipt = world.hold(MIDDLEMARCH, "ada", "bath")
    assert "2 by its description: It is not holdable." in receipt.sentence
    receipt = edit(here, BATH_COPY, Edit(holdable=True))
    assert receipt.sentence == ("Its description was replaced. Hold t-middlemarch#1 now asks bath for 30114000000017.")
    assert world.item(BATH_COPY).custody.target == f"{MIDDLEMARCH}#1"
    facts = [fact for fact in world.ledger.facts(limit=10_000) if fact.request == receipt.request]
    assert {fact.stream for fact in facts} == {title_stream(MIDDLEMARCH), item_stream(BATH_COPY)}


@pytest.mark.case(25)
def test_a_promised_copy_that_stops_being_holdable_is_promised_no_longer_and_the_next_one_is(world: World) -> None:
    world.hold(MIDDLEMARCH, "ada", "bath")
    receipt = world.desk.catalogue.edit(world.at("bath"), BATH_COPY, Edit(holdable=False))
    assert receipt.sentence == (
        "Its description was replaced. Hold t-middlemarch#1 is not promised it any more. "
        "Hold t-middlemarch#1 now asks wells for 30114000000025."
    )
    assert (world.item(BATH_COPY).custody.target, world.item(WELLS_COPY).custody.target) == (
        None,
        f"{MIDDLEMARCH}#1",
    )


@pytest.mark.case(25)
def test_an_edit_that_changes_nothing_records_nothing(world: World) -> None:
    assert world.desk.catalogue.edit(world.at("bath"), BATH_COPY, Edit(holdable=True)).code == "nothing"


@pytest.mark.case(25)
def test_a_rule_that_makes_a_type_holdable_is_followed_up_by_looking_again(world: World) -> None:
    rule(world, "books", item_type="book", holdable=False)
    assert "2 by books/1" in world.hold(DUNE, "ada", "bath").sentence
    world.lend(FLOATING_COPY, "ben", "bristol")
    assert world.scan(FLOATING_COPY, "bristol").code == "shelve"
    rule(world, "books", holdable=True)
    assert world.desk.holds.retarget(world.at("bath"), DUNE) == 1
    assert world.title(DUNE).holds[f"{DUNE}#1"].target == FLOATING_COPY
    rule(world, "books", holdable=False)
    assert world.desk.holds.retarget(world.at("bath"), DUNE) == 0
    assert world.title(DUNE).holds[f"{DUNE}#1"].target is None
