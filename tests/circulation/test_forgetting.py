"""Forgetting at the desk: who may be forgotten, what is aged when, what a legal hold keeps, and what is recorded."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from circulation.actor import ActorRegistered, Role
from circulation.ageing import Aged
from circulation.clock import DAY_US
from circulation.command import Caller
from circulation.errors import Invalid, Refused, Unknown
from circulation.event import NewEvents
from circulation.folds import DESTROYED, ITEM
from circulation.forgetting import ACCESS, DESTROYED_KEYS, KeysDestroyed, PersonalDataRead, decide_retention
from circulation.hold import HoldPlaced, title_stream
from circulation.item import ItemLent, UnknownCodeScanned, item_stream
from circulation.keyring import Keyring
from circulation.privacy_desk import PrivacyDesk
from circulation.scan_session import SessionCorrectionBegun
from circulation.session_desk import SessionDesk
from circulation.shredding import shred
from circulation.staff import Staff
from tests.cast import BATH_COPY, CLEVEDON_COPY, DUNE, FLOATING_COPY, MIDDLEMARCH, WELLS_COPY
from tests.world import World

HERE = "bath"


@pytest.fixture
def privacy(world: World) -> PrivacyDesk:
    """The desk for personal data, on the cast."""
    return PrivacyDesk(world.commands, world.keyring, world.desk.borrowers)


def loan_of(world: World, barcode: str) -> ItemLent:
    """The last loan of a copy, open or not."""
    lent = [fact.event for fact in world.ledger.stream(item_stream(barcode)) if isinstance(fact.event, ItemLent)]
    return lent[-1]


def hold_of(world: World, title: str) -> HoldPlaced:
    """The last hold on a title."""
    placed = [fact.event for fact in world.ledger.stream(title_stream(title)) if isinstance(fact.event, HoldPlaced)]
    return placed[-1]


def whose(world: World, link: ItemLent | HoldPlaced) -> str | None:
    """The random id of whose loan or hold it is, while a key tells."""
    context = link.loan if isinstance(link, ItemLent) else link.hold
    return world.keyring.unseal(link.key, link.patron, context=context)


def borrowed(world: World, barcode: str, patron: str) -> ItemLent:
    """A copy that went out with somebody and came back."""
    world.lend(barcode, patron, HERE)
    world.scan(barcode, HERE)
    return loan_of(world, barcode)


def age(world: World, privacy: PrivacyDesk, *, dry_run: bool = False) -> list[Aged]:
    """What one run of ageing says."""
    told: list[Aged] = []

    def hear(batch: Sequence[Aged]) -> None:
        told.extend(batch)

    privacy.age(world.at(HERE), dry_run=dry_run, told=hear)
    return told


# --- forgetting ----------------------------------------------------------------------------------------------------


def test_nobody_is_forgotten_while_a_loan_is_open_and_it_is_said_which(world: World, privacy: PrivacyDesk) -> None:
    world.lend(BATH_COPY, "ada", HERE)

    with pytest.raises(Refused, match=BATH_COPY) as refused:
        privacy.forget(world.at(HERE), world.cards["ada"])

    assert refused.value.code == "privacy.loans-open"
    assert world.desk.borrowers.by_card(world.cards["ada"])


def test_a_claimed_return_is_open_business(world: World, privacy: PrivacyDesk) -> None:
    world.lend(BATH_COPY, "ada", HERE)
    world.desk.claims.claim_returned(world.at(HERE), BATH_COPY)

    with pytest.raises(Refused) as refused:
        privacy.forget(world.at(HERE), world.cards["ada"])
    assert refused.value.code == "privacy.loans-open"


def test_nobody_is_forgotten_while_a_hold_is_open(world: World, privacy: PrivacyDesk) -> None:
    world.hold(DUNE, "ada", HERE)

    with pytest.raises(Refused, match="t-dune#1") as refused:
        privacy.forget(world.at(HERE), world.cards["ada"])
    assert refused.value.code == "privacy.holds-open"


def test_a_forgotten_patron_is_a_card_that_nobody_has_and_no_link_opens(world: World, privacy: PrivacyDesk) -> None:
    loan = borrowed(world, BATH_COPY, "ada")
    world.hold(DUNE, "ada", HERE)
    hold = hold_of(world, DUNE)
    world.desk.holds.cancel(world.at(HERE), hold.hold)
    ada = world.desk.borrowers.by_card(world.cards["ada"])
    others = borrowed(world, WELLS_COPY, "ben")

    privacy.forget(world.at(HERE), world.cards["ada"])

    with pytest.raises(Unknown):
        world.desk.borrowers.by_card(world.cards["ada"])
    assert world.desk.borrowers.details(ada) == {}
    assert whose(world, loan) is None
    assert whose(world, hold) is None
    assert whose(world, others) is not None
    assert world.keyring.patron_of(world.cards["ada"]) is None


def test_who_is_forgotten_already_is_not_forgotten_again(world: World, privacy: PrivacyDesk) -> None:
    ada = world.desk.borrowers.by_card(world.cards["ada"]).patron.patron
    privacy.forget(world.at(HERE), world.cards["ada"])
    head = world.ledger.head()

    assert not privacy.forget(world.at(HERE), ada).facts
    assert world.ledger.head() == head
    with pytest.raises(Unknown):
        privacy.forget(world.at(HERE), world.cards["ada"])


def test_the_card_of_somebody_forgotten_can_be_given_to_another(world: World, privacy: PrivacyDesk) -> None:
    card = world.cards["ada"]
    before = world.desk.borrowers.by_card(card).patron.patron
    privacy.forget(world.at(HERE), card)
    world.desk.borrowers.register(world.at(HERE), card=card, name="Gil", category="adult", home=HERE)

    assert world.desk.borrowers.by_card(card).patron.patron != before


def test_only_a_coordinator_forgets_and_the_refusal_names_nobody(world: World, privacy: PrivacyDesk) -> None:
    world.record("clerk", (NewEvents("staff/clerk", 0, (ActorRegistered(role=Role.DESK),)),))
    clerk = Caller("staff/clerk", "declared", HERE, "desk-1")

    with pytest.raises(Refused) as refused:
        privacy.forget(clerk, world.cards["ada"])
    assert refused.value.code == "actor.not-allowed"
    assert world.cards["ada"] not in refused.value.sentence


def test_a_loan_decided_while_its_patron_is_forgotten_is_not_recorded(world: World, privacy: PrivacyDesk) -> None:
    append = world.ledger.append
    card, late = world.cards["ada"], []

    def forget_first(*args: object, **kwargs: object) -> object:
        if not late:
            late.append(True)
            privacy.forget(world.at(HERE), card)
        return append(*args, **kwargs)  # type: ignore[arg-type]

    world.ledger.append = forget_first  # type: ignore[method-assign]
    with pytest.raises(Unknown):
        world.lend(BATH_COPY, "ada", HERE)
    assert world.item(BATH_COPY).custody.loan is None


# --- ageing --------------------------------------------------------------------------------------------------------


def test_a_loan_is_aged_ninety_days_after_its_return_and_not_before(world: World, privacy: PrivacyDesk) -> None:
    loan = borrowed(world, BATH_COPY, "ada")

    world.clock_us += 90 * DAY_US - 2_000_000
    assert age(world, privacy) == []
    assert whose(world, loan) is not None
    world.clock_us += 4_000_000
    (aged,) = age(world, privacy)

    assert (aged.kind, aged.what, aged.kept) == ("loan", loan.loan, False)
    assert whose(world, loan) is None
    assert world.desk.borrowers.by_card(world.cards["ada"])


def test_ageing_again_records_nothing_and_a_dry_run_never(world: World, privacy: PrivacyDesk) -> None:
    borrowed(world, BATH_COPY, "ada")
    world.clock_us += 91 * DAY_US
    head = world.ledger.head()
    assert len(age(world, privacy, dry_run=True)) == 1
    assert world.ledger.head() == head

    age(world, privacy)
    head = world.ledger.head()
    assert age(world, privacy) == []
    assert world.ledger.head() == head


def test_an_open_loan_is_never_aged_however_old(world: World, privacy: PrivacyDesk) -> None:
    world.lend(BATH_COPY, "ada", HERE)
    world.clock_us += 1000 * DAY_US
    assert age(world, privacy) == []


def test_a_claimed_loan_is_open_until_the_claim_is_settled(world: World, privacy: PrivacyDesk) -> None:
    world.lend(BATH_COPY, "ada", HERE)
    world.desk.claims.claim_returned(world.at(HERE), BATH_COPY)
    world.clock_us += 200 * DAY_US
    assert age(world, privacy) == []

    world.scan(BATH_COPY, HERE)
    world.clock_us += 91 * DAY_US
    assert [one.what for one in age(world, privacy)] == [f"{BATH_COPY}#1"]


def test_a_lost_copy_that_was_paid_counts_as_ended(world: World, privacy: PrivacyDesk) -> None:
    world.lend(BATH_COPY, "ada", HERE)
    world.desk.conditions.lost(world.at(HERE), BATH_COPY)
    world.desk.conditions.paid(world.at(HERE), BATH_COPY)
    world.clock_us += 91 * DAY_US

    assert [one.what for one in age(world, privacy)] == [f"{BATH_COPY}#1"]
    ada = world.desk.borrowers.by_card(world.cards["ada"])
    assert (ada.claims.loans, ada.claims.claimed) == ((), ())


def test_a_return_that_was_undone_has_not_ended_the_loan(world: World, privacy: PrivacyDesk) -> None:
    loan = borrowed(world, BATH_COPY, "ada")
    world.desk.undo(world.at(HERE), BATH_COPY)
    world.clock_us += 91 * DAY_US
    assert age(world, privacy) == []
    assert whose(world, loan) is not None


def test_a_hold_that_ended_with_a_loan_goes_with_that_loan(world: World, privacy: PrivacyDesk) -> None:
    world.hold(MIDDLEMARCH, "ada", HERE)
    hold = hold_of(world, MIDDLEMARCH)
    world.scan(BATH_COPY, HERE)
    world.lend(BATH_COPY, "ada", HERE)
    loan = loan_of(world, BATH_COPY)
    assert loan.hold == hold.hold
    world.clock_us += 100 * DAY_US
    assert age(world, privacy) == []

    world.scan(BATH_COPY, HERE)
    world.clock_us += 91 * DAY_US
    age(world, privacy)
    assert (whose(world, loan), whose(world, hold)) == (None, None)


def test_a_cancelled_hold_is_aged_by_its_own_time(world: World, privacy: PrivacyDesk) -> None:
    privacy.set_retention(world.at(HERE), "hold", 7)
    world.hold(DUNE, "ada", HERE)
    hold = hold_of(world, DUNE)
    world.desk.holds.cancel(world.at(HERE), hold.hold)
    world.clock_us += 8 * DAY_US

    age(world, privacy)
    assert whose(world, hold) is None
    said = world.ledger.stream(DESTROYED_KEYS)[-1].event
    assert isinstance(said, KeysDestroyed)
    assert (said.keys, said.rule, said.kind, said.patron) == ((hold.key,), "hold/1", "hold", None)


def test_sealed_codes_and_reasons_are_aged_too(world: World, privacy: PrivacyDesk) -> None:
    world.scan("XYZ-123", HERE)
    (unknown,) = world.ledger.stream(f"unknown/{HERE}")
    assert isinstance(unknown.event, UnknownCodeScanned)
    assert unknown.event.key is not None
    world.desk.foreign.close_unknown(world.at(HERE), f"{HERE}-1", how="returned")
    sessions = SessionDesk(world.desk, world.keyring)
    world.scan(WELLS_COPY, HERE)
    name = sessions.sessions()[0].name
    sessions.undo(world.at(HERE), name, why="Ada brought them to the wrong desk")
    begun = next(fact.event for fact in world.ledger.facts() if isinstance(fact.event, SessionCorrectionBegun))
    world.clock_us += 91 * DAY_US
    assert [one.what for one in age(world, privacy)] == [f"{HERE}-1"]
    assert world.keyring.living([unknown.event.key, begun.key]) == {begun.key}

    world.clock_us += 1005 * DAY_US
    assert [one.kind for one in age(world, privacy)] == ["reason"]
    assert not world.keyring.living([begun.key])


def test_the_login_of_who_left_is_aged_and_signs_in_nobody(world: World, privacy: PrivacyDesk) -> None:
    staff = Staff(world.commands, world.keyring)
    for name, login in (("bea", "b.smith"), ("cat", "c.jones"), ("dan", "d.brown")):
        staff.register(world.at(HERE), name, Role.DESK, login=login)
    for name in ("bea", "cat"):
        staff.retire(world.at(HERE), name)
    staff.give_role(world.at(HERE), "cat", Role.DESK)
    world.clock_us += 89 * DAY_US
    assert [] == age(world, privacy)
    world.clock_us += 2 * DAY_US
    assert [("login", "staff/bea")] == [(one.kind, one.what) for one in age(world, privacy)]
    assert None is world.keyring.actor_of("b.smith")
    assert "staff/cat" == world.keyring.actor_of("c.jones"), "who came back stays known"
    assert "staff/dan" == world.keyring.actor_of("d.brown")
    registered = world.ledger.stream("staff/bea")[0].event
    assert isinstance(registered, ActorRegistered)
    assert None is world.keyring.unseal(registered.key or 0, registered.sealed or "", context="staff/bea")
    assert [] == age(world, privacy)


def test_a_login_that_comes_back_with_an_older_key_store_goes_again(world: World, privacy: PrivacyDesk) -> None:
    staff = Staff(world.commands, world.keyring)
    staff.register(world.at(HERE), "bea", Role.DESK, login="b.smith")
    staff.retire(world.at(HERE), "bea")
    world.clock_us += 91 * DAY_US
    age(world, privacy)
    older = Keyring.open("sqlite::memory:")
    older.bind_login("b.smith", "staff/bea")
    shred(world.ledger, older)
    assert None is older.actor_of("b.smith")
    older.close()


def test_ageing_that_was_cut_off_goes_on_where_it_was(
    world: World, privacy: PrivacyDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    loans = [borrowed(world, copy, "ada") for copy in (BATH_COPY, WELLS_COPY, FLOATING_COPY, CLEVEDON_COPY)]
    world.clock_us += 91 * DAY_US
    monkeypatch.setattr("circulation.ageing._FACTS_AT_ONCE", 3)
    batches = []

    def stop(batch: Sequence[Aged]) -> None:
        batches.append(batch)
        if len(batches) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        privacy.age(world.at(HERE), told=stop)
    told = [one.what for batch in batches for one in batch] + [one.what for one in age(world, privacy)]

    assert sorted(told) == sorted(loan.loan for loan in loans)
    assert all(whose(world, loan) is None for loan in loans)


def test_the_links_of_somebody_forgotten_are_listed_in_their_own_time_and_not_together(
    world: World, privacy: PrivacyDesk
) -> None:
    loan = borrowed(world, BATH_COPY, "ada")
    privacy.forget(world.at(HERE), world.cards["ada"])
    listed = {key for fact in world.ledger.stream(DESTROYED_KEYS) for key in fact.event.keys}  # type: ignore[attr-defined]
    assert loan.key not in listed
    world.clock_us += 91 * DAY_US

    assert [one.what for one in age(world, privacy)] == [loan.loan]
    said = world.ledger.stream(DESTROYED_KEYS)[-1].event
    assert isinstance(said, KeysDestroyed)
    assert said.keys == (loan.key,)


def test_retention_is_versioned_and_a_time_that_is_none_is_refused(world: World, privacy: PrivacyDesk) -> None:
    assert privacy.retention().rule("loan") == "loan/0"
    privacy.set_retention(world.at(HERE), "loan", 30)
    assert not privacy.set_retention(world.at(HERE), "loan", 30).facts
    privacy.set_retention(world.at(HERE), "loan", 0)
    assert (privacy.retention().days["loan"], privacy.retention().rule("loan")) == (0, "loan/2")
    with pytest.raises(Invalid, match="-1 days"):
        decide_retention(None, "loan", -1)


# --- legal holds ---------------------------------------------------------------------------------------------------


def test_a_legal_hold_defers_forgetting_and_ageing_until_it_is_lifted(world: World, privacy: PrivacyDesk) -> None:
    kept, other = borrowed(world, BATH_COPY, "ada"), borrowed(world, WELLS_COPY, "ben")
    name = privacy.place_legal_hold(world.at(HERE), world.cards["ada"], "letter of 3 March")
    with pytest.raises(Refused) as refused:
        privacy.forget(world.at(HERE), world.cards["ada"])
    assert refused.value.code == "privacy.legal-hold"
    world.clock_us += 91 * DAY_US

    assert {one.what: one.kept for one in age(world, privacy)} == {kept.loan: True, other.loan: False}
    assert (whose(world, kept) is None, whose(world, other) is None) == (False, True)

    privacy.lift_legal_hold(world.at(HERE), name)
    assert [one.what for one in age(world, privacy)] == [kept.loan]
    assert whose(world, kept) is None
    (hold,) = privacy.legal_holds()
    assert not world.keyring.living([hold.key])
    assert privacy.why_held(hold) == "letter of 3 March"
    privacy.forget(world.at(HERE), world.cards["ada"])


def test_what_two_legal_holds_keep_goes_after_the_second(world: World, privacy: PrivacyDesk) -> None:
    loan = borrowed(world, BATH_COPY, "ada")
    first, second = (privacy.place_legal_hold(world.at(HERE), world.cards["ada"], "why") for _ in range(2))
    world.clock_us += 91 * DAY_US
    age(world, privacy)
    privacy.lift_legal_hold(world.at(HERE), first)
    age(world, privacy)
    assert whose(world, loan) is not None

    privacy.lift_legal_hold(world.at(HERE), second)
    age(world, privacy)
    assert whose(world, loan) is None


def test_a_legal_hold_that_comes_while_keys_are_aged_stops_the_run(world: World, privacy: PrivacyDesk) -> None:
    loan = borrowed(world, BATH_COPY, "ada")
    world.clock_us += 91 * DAY_US
    append, done = world.ledger.append, []

    def hold_first(*args: object, **kwargs: object) -> object:
        if not done:
            done.append(True)
            privacy.place_legal_hold(world.at(HERE), world.cards["ada"], "just in time")
        return append(*args, **kwargs)  # type: ignore[arg-type]

    world.ledger.append = hold_first  # type: ignore[method-assign]
    with pytest.raises(Refused) as refused:
        age(world, privacy)
    assert refused.value.code == "privacy.legal-holds-changed"
    assert whose(world, loan) is not None


def test_no_legal_hold_without_a_reason_and_none_that_is_not_there(world: World, privacy: PrivacyDesk) -> None:
    with pytest.raises(Invalid):
        privacy.place_legal_hold(world.at(HERE), world.cards["ada"], " ")
    with pytest.raises(Unknown):
        privacy.lift_legal_hold(world.at(HERE), "nothing")


# --- reading -------------------------------------------------------------------------------------------------------


def test_a_person_gets_what_can_still_be_opened_and_that_is_recorded(world: World, privacy: PrivacyDesk) -> None:
    aged = borrowed(world, WELLS_COPY, "ada")
    world.clock_us += 91 * DAY_US
    age(world, privacy)
    borrowed(world, BATH_COPY, "ada")
    world.lend(FLOATING_COPY, "ada", HERE)
    world.hold(MIDDLEMARCH, "ada", HERE)
    borrowed(world, CLEVEDON_COPY, "ben")

    told = privacy.export(world.at(HERE), world.cards["ada"], why="she asked")

    assert told["person"] == {"name": "ada", "contact": "", "card": world.cards["ada"]}
    loans = {loan["loan"]: loan["ended"] is None for loan in told["loans"]}  # type: ignore[attr-defined]
    assert loans == {f"{BATH_COPY}#1": False, f"{FLOATING_COPY}#1": True}
    assert aged.loan not in str(told)
    assert [hold["hold"] for hold in told["holds"]] == [f"{MIDDLEMARCH}#1"]  # type: ignore[attr-defined]
    (reading,) = world.ledger.stream(ACCESS)
    assert isinstance(reading.event, PersonalDataRead)
    assert (reading.event.what, reading.actor) == ("export", "staff/ana")
    assert [one["what"] for one in told["readings"]] == ["export"]  # type: ignore[attr-defined]


def test_breaking_the_glass_needs_a_role_and_a_reason_and_is_recorded_first(world: World, privacy: PrivacyDesk) -> None:
    loan = borrowed(world, BATH_COPY, "ada")
    world.record("clerk", (NewEvents("staff/clerk", 0, (ActorRegistered(role=Role.DESK),)),))
    with pytest.raises(Invalid):
        privacy.break_glass(world.at(HERE), loan.loan, why="")
    with pytest.raises(Refused):
        privacy.break_glass(Caller("staff/clerk", "declared", HERE, "desk-1"), loan.loan, why="curious")
    assert world.ledger.stream(ACCESS) == []

    assert privacy.break_glass(world.at(HERE), loan.loan, why="a letter in the book")["name"] == "ada"
    (reading,) = world.ledger.stream(ACCESS)
    assert isinstance(reading.event, PersonalDataRead)
    assert reading.event.what == "break-glass"

    privacy.forget(world.at(HERE), world.cards["ada"])
    with pytest.raises(Unknown) as unknown:
        privacy.break_glass(world.at(HERE), loan.loan, why="again")
    assert unknown.value.code == "privacy.forgotten"
    assert not world.keyring.living([reading.event.key or 0])


def test_what_is_no_loan_or_hold_cannot_be_read(world: World, privacy: PrivacyDesk) -> None:
    for ref in ("nothing", f"{BATH_COPY}#9", "t-dune#4", ""):
        with pytest.raises(Unknown) as unknown:
            privacy.break_glass(world.at(HERE), ref, why="why")
        assert unknown.value.code == "privacy.no-link"


def test_states_and_marks_are_what_the_streams_say(world: World, privacy: PrivacyDesk) -> None:
    borrowed(world, BATH_COPY, "ada")
    world.clock_us += 91 * DAY_US
    before = world.ledger.load(item_stream(BATH_COPY), ITEM)
    age(world, privacy)

    assert world.ledger.load(item_stream(BATH_COPY), ITEM) == before
    state = world.ledger.load(DESTROYED_KEYS, DESTROYED).state
    assert state is not None
    assert 0 < state.upto["loan"] < world.ledger.head().position
    assert world.keyring.caught_up() == len(world.ledger.stream(DESTROYED_KEYS))
