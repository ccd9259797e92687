"""The desk as staff meet it: a command, its receipt, and what holds afterwards."""

import pytest

from circulation.clock import DAY_US, HOUR_US, iso
from circulation.errors import BranchlineError, Refused, Unknown
from circulation.item import ItemReturned, LateScanRecorded
from tests.cast import BATH_COPY, CLEVEDON_COPY, DUNE, FLOATING_COPY, MIDDLEMARCH, WELLS_COPY
from tests.world import World


def refusal(error: pytest.ExceptionInfo[BranchlineError]) -> str:
    return error.value.code


def test_a_loan_is_due_at_closing_time_three_weeks_on(world: World) -> None:
    receipt = world.lend(BATH_COPY, "ada", "bath")
    assert receipt.code == "lent"
    assert receipt.due_us is not None
    assert iso(receipt.due_us) == "2026-12-15T17:00:00Z"


def test_a_return_anywhere_closes_the_loan_and_says_where_the_book_goes(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    receipt = world.scan(BATH_COPY, "wells")
    assert (receipt.code, receipt.headline, receipt.route_to) == ("send.home", "Send to bath", "bath")
    assert receipt.sentence == "Returned at wells. It goes to bath, reason home."
    assert world.item(BATH_COPY).custody.loan is None


def test_a_receipt_names_no_patron(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    world.hold(MIDDLEMARCH, "ben", "clevedon")
    receipt = world.scan(BATH_COPY, "wells")
    assert "ada" not in repr(receipt)
    assert "ben" not in repr(receipt)
    assert receipt.slip == ("TO clevedon", "HOLD", "from wells", f"item {BATH_COPY}")


def test_the_same_request_gets_the_first_receipt_and_records_nothing(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    first = world.scan(BATH_COPY, "wells", request="beep-1")
    head = world.ledger.head()
    again = world.desk.scan(world.at("wells"), BATH_COPY, request="beep-1")
    assert again.repeated
    assert (again.code, again.route_to, again.position) == (first.code, first.route_to, first.position)
    assert world.ledger.head() == head


def test_the_same_request_with_another_command_is_refused(world: World) -> None:
    world.scan(BATH_COPY, "wells", request="beep-1")
    with pytest.raises(Refused) as error:
        world.scan(WELLS_COPY, "wells", request="beep-1")
    assert refusal(error) == "request.reused"


def test_a_lent_copy_cannot_be_lent_again(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    with pytest.raises(Refused) as error:
        world.lend(BATH_COPY, "ben", "bath")
    assert refusal(error) == "loan.on-loan"


def test_the_loan_limit_counts_the_whole_network(world: World) -> None:
    from circulation.event import NewEvents
    from circulation.policy import LoanRuleSet

    rule = LoanRuleSet(rule="one", days=7, renewals=0, loan_limit=1, hold_limit=1, shelf_days=3)
    world.record("rule", (NewEvents("policy/loans", 0, (rule,)),))
    world.lend(BATH_COPY, "ada", "bath")
    with pytest.raises(Refused) as error:
        world.lend(WELLS_COPY, "ada", "wells")
    assert refusal(error) == "loan.limit"
    world.scan(BATH_COPY, "bath")
    assert world.lend(WELLS_COPY, "ada", "wells").code == "lent"


def test_a_blocked_patron_may_not_borrow_until_the_block_is_lifted(world: World) -> None:
    card = world.cards["ada"]
    world.desk.borrowers.block(world.at("bath"), card, "overdue")
    with pytest.raises(Refused) as error:
        world.lend(BATH_COPY, "ada", "bath")
    assert refusal(error) == "patron.blocked"
    world.desk.borrowers.block(world.at("bath"), card, "overdue", lift=True)
    assert world.lend(BATH_COPY, "ada", "bath").code == "lent"


def test_a_renewal_gives_a_later_due_time_and_is_counted(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    world.clock_us += 14 * DAY_US
    receipt = world.desk.loans.renew(world.at("clevedon"), BATH_COPY)
    assert receipt.code == "renewed"
    assert world.item(BATH_COPY).custody.loan is not None
    assert world.item(BATH_COPY).custody.loan.renewals == 1  # type: ignore[union-attr]


def test_a_title_that_others_wait_for_is_not_renewed(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    world.lend(WELLS_COPY, "cyn", "wells")
    world.hold(MIDDLEMARCH, "ben", "bath")
    with pytest.raises(Refused) as error:
        world.desk.loans.renew(world.at("bath"), BATH_COPY)
    assert refusal(error) == "renew.wanted"


def test_a_hold_asks_the_copy_that_can_be_there_soonest(world: World) -> None:
    receipt = world.hold(MIDDLEMARCH, "ada", "wells")
    hold = world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"]
    assert (hold.target, hold.target_branch) == (WELLS_COPY, "wells")
    assert receipt.sentence.startswith(f"Hold {MIDDLEMARCH}#1 for wells. wells is asked to pull {WELLS_COPY}")


def test_a_copy_that_is_not_found_is_missing_and_the_next_one_is_asked_for(world: World) -> None:
    world.hold(MIDDLEMARCH, "ada", "wells")
    receipt = world.desk.holds.missed(world.at("wells"), WELLS_COPY)
    assert world.item(WELLS_COPY).custody.place.kind == "nowhere"
    assert world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"].target == BATH_COPY
    assert receipt.code == "missed"


def test_what_is_not_pulled_in_time_is_asked_of_the_next_copy(world: World) -> None:
    world.hold(MIDDLEMARCH, "ada", "wells")
    world.clock_us += 5 * HOUR_US
    assert world.desk.holds.retarget(world.at("wells"), MIDDLEMARCH) == 1
    assert world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"].target == BATH_COPY
    assert world.item(WELLS_COPY).custody.target is None


def test_a_patron_holds_a_title_once(world: World) -> None:
    world.hold(MIDDLEMARCH, "ada", "wells")
    with pytest.raises(Refused) as error:
        world.hold(MIDDLEMARCH, "ada", "bath")
    assert refusal(error) == "hold.already-placed"


def test_a_copy_set_aside_is_lent_to_its_patron_only(world: World) -> None:
    world.hold(MIDDLEMARCH, "ada", "bath")
    assert world.scan(BATH_COPY, "bath").code == "hold-shelf"
    with pytest.raises(Refused) as error:
        world.lend(BATH_COPY, "ben", "bath")
    assert refusal(error) == "loan.set-aside"
    assert world.lend(BATH_COPY, "ada", "bath").hold == f"{MIDDLEMARCH}#1"
    assert world.title(MIDDLEMARCH).holds == {}


def test_a_cancelled_hold_frees_the_copy_at_its_next_scan(world: World) -> None:
    world.hold(MIDDLEMARCH, "ada", "bath")
    world.scan(BATH_COPY, "bath")
    world.desk.holds.cancel(world.at("bath"), f"{MIDDLEMARCH}#1")
    assert world.scan(BATH_COPY, "bath").signal == "shelve"


def test_a_card_scanned_as_an_item_is_answered_and_not_kept(world: World) -> None:
    head = world.ledger.head()
    with pytest.raises(Refused) as error:
        world.scan(world.cards["ada"], "bath")
    assert refusal(error) == "scan.card"
    assert world.cards["ada"] not in error.value.sentence
    assert world.ledger.head() == head


def test_an_unknown_code_is_recorded_sealed_unless_its_form_is_registered(world: World) -> None:
    from circulation.event import NewEvents
    from circulation.unknown import BarcodeFormSet

    assert world.scan("39999000000012", "bath").code == "unknown"
    first = world.ledger.stream("unknown/bath")[0].event
    assert (first.code, first.sealed is None) == (None, False)  # type: ignore[attr-defined]
    world.record("form", (NewEvents("policy/barcodes", 0, (BarcodeFormSet(prefix="3", length=14),)),))
    world.scan("39999000000012", "bath")
    assert world.ledger.stream("unknown/bath")[1].event.code == "39999000000012"  # type: ignore[attr-defined]


def test_a_late_scan_is_kept_as_history_and_moves_nothing(world: World) -> None:
    world.scan(BATH_COPY, "wells")
    receipt = world.scan(BATH_COPY, "clevedon", happened_us=world.clock_us - HOUR_US)
    assert receipt.code == "late"
    assert world.item(BATH_COPY).branch == "wells"
    assert isinstance(world.ledger.stream(f"item/{BATH_COPY}")[-1].event, LateScanRecorded)


def test_a_scan_from_the_future_is_refused(world: World) -> None:
    with pytest.raises(Refused) as error:
        world.scan(BATH_COPY, "wells", happened_us=world.clock_us + DAY_US)
    assert refusal(error) == "time.in-future"


def test_an_unregistered_actor_is_refused(world: World) -> None:
    from circulation.command import Caller

    with pytest.raises(Unknown) as error:
        world.desk.scan(Caller("staff/nobody", "declared", "bath", "d"), BATH_COPY)
    assert refusal(error) == "actor.unknown"


def test_undoing_a_return_opens_the_loan_again_and_counts_it_again(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    before = world.item(BATH_COPY).custody
    borrower = world.desk.borrowers.by_card(world.cards["ada"])
    world.scan(BATH_COPY, "wells")
    assert world.desk.undo(world.at("wells"), BATH_COPY).code == "undone"
    assert world.item(BATH_COPY).custody == before
    assert world.desk.borrowers.by_card(world.cards["ada"]).claims.loans == borrower.claims.loans
    assert any(isinstance(f.event, ItemReturned) for f in world.ledger.stream(f"item/{BATH_COPY}"))


def test_undoing_a_capture_puts_the_hold_back_in_its_place(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    world.lend(WELLS_COPY, "cyn", "wells")
    world.hold(MIDDLEMARCH, "ben", "bath")
    world.scan(BATH_COPY, "bath")
    world.desk.undo(world.at("bath"), BATH_COPY)
    assert world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"].captured is None


def test_an_undone_scan_is_not_undone_twice(world: World) -> None:
    world.scan(BATH_COPY, "wells")
    world.desk.undo(world.at("wells"), BATH_COPY)
    with pytest.raises(Refused) as error:
        world.desk.undo(world.at("wells"), BATH_COPY)
    assert refusal(error) == "undo.nothing"


def test_one_item_followed_from_the_return_to_the_shelf(world: World) -> None:
    """Returned at Clevedon, held for Yeovil: over both hubs in three totes."""
    world.lend(WELLS_COPY, "cyn", "wells")
    world.lend(BATH_COPY, "ada", "bath")
    world.hold(MIDDLEMARCH, "eve", "yeovil")
    receipt = world.scan(BATH_COPY, "clevedon", tote="T1")
    assert (receipt.route_to, receipt.filling) == ("yeovil", "T1/1")
    for hub, branch, tote, new in (("bristol", "clevedon", "T1", "T2"), ("taunton", "bristol", "T2", "T3")):
        world.desk.totes.seal(world.at(branch), tote)
        world.desk.totes.load(world.at(branch), tote, van="v1")
        world.desk.totes.unload(world.at(hub), tote)
        assert world.scan(BATH_COPY, hub, tote=new, sort=True).filling == f"{new}/1"
    assert world.desk.totes.filling("T1/1").status == "ended"
    world.desk.totes.seal(world.at("taunton"), "T3")
    world.desk.totes.load(world.at("taunton"), "T3", van="v2")
    world.desk.totes.unload(world.at("yeovil"), "T3")
    assert world.scan(BATH_COPY, "yeovil").code == "hold-shelf"
    assert world.lend(BATH_COPY, "eve", "yeovil").code == "lent"
    journey = world.ledger.stream(f"item/{BATH_COPY}")
    assert [type(f.event).__name__ for f in journey[2:]] == [
        "ItemReturned",
        "ItemSetAside",
        "TransitOpened",
        "ItemPacked",
        "ItemPacked",
        "ItemPacked",
        "ItemArrived",
        "ItemPlacedOnHoldShelf",
        "ItemLent",
    ]


def test_a_tote_takes_only_what_travels_its_way(world: World) -> None:
    world.scan(BATH_COPY, "clevedon", tote="T1")
    world.hold(DUNE, "ben", "wells")
    receipt = world.scan(CLEVEDON_COPY, "clevedon", tote="T1")
    assert (receipt.route_to, receipt.filling) == ("wells", None)


def test_an_open_tote_cannot_be_loaded_and_one_elsewhere_neither(world: World) -> None:
    world.scan(BATH_COPY, "clevedon", tote="T1")
    with pytest.raises(Refused) as error:
        world.desk.totes.load(world.at("clevedon"), "T1", van="v1")
    assert refusal(error) == "tote.not-sealed"
    world.desk.totes.seal(world.at("clevedon"), "T1")
    with pytest.raises(Refused) as error:
        world.desk.totes.load(world.at("bath"), "T1", van="v1")
    assert refusal(error) == "tote.elsewhere"


def test_lending_a_travelling_copy_ends_its_journey_and_keeps_its_truth(world: World) -> None:
    world.scan(FLOATING_COPY, "bristol")
    world.scan(BATH_COPY, "wells")
    world.lend(BATH_COPY, "ada", "wells")
    kinds = [type(fact.event).__name__ for fact in world.ledger.stream(f"item/{BATH_COPY}")]
    assert kinds[-2:] == ["TransitAbandoned", "ItemLent"]


def test_a_copy_on_the_hold_shelf_that_is_scanned_again_stays_on_the_hold_shelf(world: World) -> None:
    """Whoever is told to shelve it would put it where its patron does not look."""
    world.hold(MIDDLEMARCH, "ben", "bath")
    first = world.scan(BATH_COPY, "bath")
    again = world.scan(BATH_COPY, "bath")
    assert ("hold-shelf", "hold-shelf") == (first.signal, again.signal)
    assert f"It was scanned again at bath; nothing changed since. It still waits here for hold {MIDDLEMARCH}#1." == (
        again.sentence
    )


def test_a_copy_pulled_from_the_shelf_says_for_what(world: World) -> None:
    world.hold(MIDDLEMARCH, "ben", "clevedon")
    receipt = world.scan(BATH_COPY, "bath")
    assert receipt.sentence.startswith("Found at bath, wanted for a hold. It goes to clevedon")


def test_a_card_is_known_with_the_letters_that_a_codabar_scanner_sends(world: World) -> None:
    """Else its number would be recorded as an unknown code."""
    framed = f"A{world.cards['ada']}B"
    with pytest.raises(Refused) as error:
        world.scan(framed, "bath")
    assert refusal(error) == "scan.card"
    assert world.desk.loans.lend(world.at("bath"), card=framed, barcode=BATH_COPY).code == "lent"


def test_a_loan_said_to_be_older_than_the_last_scan_is_refused_and_claims_nothing(world: World) -> None:
    world.scan(BATH_COPY, "bath")
    with pytest.raises(Refused) as error:
        world.desk.loans.lend(
            world.at("bath"), card=world.cards["ada"], barcode=BATH_COPY, happened_us=world.clock_us - HOUR_US
        )
    assert refusal(error) == "loan.too-late"
    assert world.desk.borrowers.by_card(world.cards["ada"]).claims.loans == ()


def test_a_block_moves_the_version_that_guards_a_loan_decided_before_it(world: World) -> None:
    before = world.desk.borrowers.by_card(world.cards["ada"]).claims.version
    world.desk.borrowers.block(world.at("bath"), world.cards["ada"], "overdue")
    assert world.desk.borrowers.by_card(world.cards["ada"]).claims.version > before
