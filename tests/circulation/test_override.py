"""What a rule forbids and somebody may allow all the same: with a role, a reason, and a fact that says so."""

from __future__ import annotations

import pytest

from circulation.actor import ActorRegistered, Role
from circulation.clock import DAY_US
from circulation.command import Caller
from circulation.errors import BranchlineError, Invalid, Refused
from circulation.event import NewEvents
from circulation.item import ItemLent, item_stream
from circulation.messages.catalogue import message, placeholders
from circulation.override import MAY_OVERRIDE, Override, RuleOverridden
from circulation.policy import LoanRuleSet
from tests.cast import BATH_COPY, MIDDLEMARCH, WELLS_COPY
from tests.world import World


@pytest.fixture
def clerk(world: World) -> Caller:
    """Somebody at the desk in Bath, and a coordinator beside."""
    staff = {"clerk": Role.DESK, "boss": Role.COORDINATOR}
    world.record(
        "staff", [NewEvents(f"staff/{name}", 0, (ActorRegistered(role=role),)) for name, role in staff.items()]
    )
    return Caller("staff/clerk", "declared", "bath", "desk-1")


BOSS = Caller("staff/boss", "declared", "bath", "desk-1")


def code_of(error: pytest.ExceptionInfo[BranchlineError]) -> str:
    return error.value.code


def only_one_loan(world: World) -> None:
    rule = LoanRuleSet(rule="one", days=7, renewals=0, loan_limit=1, hold_limit=5, shelf_days=3)
    world.record("rule", (NewEvents("policy/loans", 0, (rule,)),))


def overridden(world: World, barcode: str) -> list[RuleOverridden]:
    return [fact.event for fact in world.ledger.stream(item_stream(barcode)) if isinstance(fact.event, RuleOverridden)]


def test_a_loan_above_the_limit_is_recorded_with_rule_actor_and_reason_in_one_append(
    world: World, clerk: Caller
) -> None:
    only_one_loan(world)
    world.lend(BATH_COPY, "ada", "bath")
    receipt = world.desk.loans.lend(BOSS, card=world.cards["ada"], barcode=WELLS_COPY, override="class visit")
    assert receipt.sentence.endswith("Overridden: loan.limit.")
    said, lent = world.ledger.stream(item_stream(WELLS_COPY))[-2:]
    assert isinstance(said.event, RuleOverridden)
    assert isinstance(lent.event, ItemLent)
    assert (said.event.rule, said.actor, said.request) == ("loan.limit", "staff/boss", lent.request)
    assert len(world.desk.borrowers.by_card(world.cards["ada"]).claims.loans) == 2


def test_the_reason_is_sealed_and_is_forgotten_with_the_loan(world: World, clerk: Caller) -> None:
    only_one_loan(world)
    world.lend(BATH_COPY, "ada", "bath")
    world.desk.loans.lend(BOSS, card=world.cards["ada"], barcode=WELLS_COPY, override="Ada asked for it")
    (said,) = overridden(world, WELLS_COPY)
    assert "Ada" not in said.why
    context = f"{WELLS_COPY}#1 override"
    assert world.keyring.unseal(said.key, said.why, context=context) == "Ada asked for it"
    loan = world.item(WELLS_COPY).custody.loan
    assert loan is not None
    world.keyring.destroy([loan.key])
    assert world.keyring.unseal(said.key, said.why, context=context) is None


def test_a_role_that_may_not_is_refused_and_nothing_is_recorded(world: World, clerk: Caller) -> None:
    only_one_loan(world)
    world.lend(BATH_COPY, "ada", "bath")
    head = world.ledger.head()
    with pytest.raises(Refused) as error:
        world.desk.loans.lend(clerk, card=world.cards["ada"], barcode=WELLS_COPY, override="she is nice")
    assert code_of(error) == "override.not-allowed"
    assert "rule 'one/1' allows 1" in error.value.sentence
    assert world.ledger.head() == head


@pytest.mark.parametrize("why", ["", "  "])
def test_without_a_reason_nothing_is_overridden(world: World, clerk: Caller, why: str) -> None:
    with pytest.raises(Invalid) as error:
        world.desk.loans.lend(BOSS, card=world.cards["ada"], barcode=BATH_COPY, override=why)
    assert code_of(error) == "override.no-reason"


def test_an_override_that_no_rule_needs_leaves_no_fact(world: World, clerk: Caller) -> None:
    world.desk.loans.lend(BOSS, card=world.cards["ada"], barcode=BATH_COPY, override="to be sure")
    assert overridden(world, BATH_COPY) == []


def test_a_blocked_patron_s_loan_and_a_renewal_that_others_wait_for(world: World, clerk: Caller) -> None:
    world.desk.borrowers.block(world.at("bath"), world.cards["ada"], "overdue")
    world.desk.loans.lend(BOSS, card=world.cards["ada"], barcode=BATH_COPY, override="paid at the till")
    world.lend(WELLS_COPY, "cyn", "wells")
    world.hold(MIDDLEMARCH, "ben", "bath")
    world.clock_us += DAY_US
    receipt = world.desk.loans.renew(BOSS, BATH_COPY, override="exam tomorrow")
    assert receipt.code == "renewed"
    assert [said.rule for said in overridden(world, BATH_COPY)] == ["patron.blocked", "patron.blocked", "renew.wanted"]


def test_a_copy_set_aside_for_another_goes_and_the_other_waits_in_the_old_place(world: World, clerk: Caller) -> None:
    world.hold(MIDDLEMARCH, "ben", "bath")
    world.scan(BATH_COPY, "bath")
    before = world.item(BATH_COPY).custody
    world.desk.loans.lend(BOSS, card=world.cards["ada"], barcode=BATH_COPY, override="ben said so")
    hold = world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"]
    assert (hold.captured, hold.target) == (None, None)
    world.desk.undo(BOSS, BATH_COPY)
    assert world.item(BATH_COPY).custody == before
    assert world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"].captured == BATH_COPY


def test_what_is_no_rule_but_a_fact_cannot_be_overridden(world: World, clerk: Caller) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    with pytest.raises(Refused) as error:
        world.desk.loans.lend(BOSS, card=world.cards["ben"], barcode=BATH_COPY, override="I insist")
    assert code_of(error) == "loan.on-loan"


def refusal(code: str) -> Refused:
    """One with this code, with something for all that its sentence leaves open."""
    return Refused(code, **dict.fromkeys(placeholders(message(code)), "x"))


@pytest.mark.parametrize("code", sorted(MAY_OVERRIDE))
def test_an_administrator_may_override_whatever_can_be(code: str) -> None:
    override = Override(Role.ADMINISTRATOR, "because")
    override.forbid(refusal(code))
    assert override.passed == [code]


@pytest.mark.parametrize("role", [Role.DRIVER, Role.AUDITOR])
@pytest.mark.parametrize("code", sorted(MAY_OVERRIDE))
def test_drivers_and_auditors_override_nothing(code: str, role: Role) -> None:
    with pytest.raises(Refused) as error:
        Override(role, "because").forbid(refusal(code))
    assert error.value.code == "override.not-allowed"
