"""Who may act: the first administrator, the others, and how they leave."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from circulation.actor import Actor, ActorRegistered, ActorRetired, Role, RoleGiven
from circulation.command import Caller, Commands
from circulation.directory import actors
from circulation.errors import BranchlineError, Refused, Unknown
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.staff import FIRST_ADMINISTRATOR, Staff, found, give_role, register, retire
from tests.circulation.world import ADMIN, CLERK, commands_on

CAT = Actor("staff/cat", Role.DESK, ("ash",))


@pytest.fixture
def keyring() -> Iterator[Keyring]:
    made = Keyring.open("sqlite::memory:")
    yield made
    made.close()


# --- decisions -------------------------------------------------------------------------------------------------------


def test_an_id_is_never_used_for_two_people() -> None:
    assert register(None, "cat", Role.DESK, ("ash",), None, None) == (
        ActorRegistered(role=Role.DESK, branches=("ash",)),
    )
    with pytest.raises(Refused) as refused:
        register(CAT, "cat", Role.DESK, (), None, None)
    assert refused.value.code == "actor.taken"


def test_a_role_that_somebody_has_is_not_given_again() -> None:
    assert give_role(CAT, "cat", Role.DESK, ("ash",), {"staff/admin"}) == ()
    assert give_role(CAT, "cat", Role.DRIVER, (), {"staff/admin"}) == (RoleGiven(role=Role.DRIVER, branches=()),)


def test_the_only_administrator_stays_one() -> None:
    admin = Actor("staff/admin", Role.ADMINISTRATOR)
    for decide in (
        lambda: retire(admin, "admin", {"staff/admin"}),
        lambda: give_role(admin, "admin", Role.DESK, (), {"staff/admin"}),
    ):
        with pytest.raises(Refused) as refused:
            decide()
        assert refused.value.sentence == "'admin' is the only administrator."
    assert retire(admin, "admin", {"staff/admin", "staff/bea"}) == (ActorRetired(),)


def test_who_is_not_registered_cannot_retire() -> None:
    with pytest.raises(Unknown, match="'cat' is not registered here"):
        retire(None, "cat", set())


# --- the first administrator -----------------------------------------------------------------------------------------


def test_who_makes_a_store_administers_it(memory_ledger: Ledger, keyring: Keyring) -> None:
    assert found(memory_ledger, keyring, memory_ledger.store.clock, login="ursula.smith")
    assert keyring.actor_of("ursula.smith") == FIRST_ADMINISTRATOR
    assert [(a.actor, a.role) for a in actors(memory_ledger)] == [("staff/admin", Role.ADMINISTRATOR)]


def test_the_login_stands_nowhere_in_the_log(memory_ledger: Ledger, keyring: Keyring) -> None:
    found(memory_ledger, keyring, memory_ledger.store.clock, login="ursula.smith")
    Staff(Commands(memory_ledger, memory_ledger.store.clock, keyring), keyring).register(
        ADMIN, "bea", Role.COORDINATOR, login="beatrix.jones"
    )
    stored = b"".join(row[5] for row in memory_ledger.rows(after=0, limit=100))
    assert b"ursula" not in stored
    assert b"beatrix" not in stored
    assert keyring.actor_of("beatrix.jones") == "staff/bea"


def test_a_store_is_founded_once(memory_ledger: Ledger, keyring: Keyring) -> None:
    found(memory_ledger, keyring, memory_ledger.store.clock, login="ursula")
    assert not found(memory_ledger, keyring, memory_ledger.store.clock, login="ursula")
    assert not found(memory_ledger, keyring, memory_ledger.store.clock, login="victor")
    assert keyring.actor_of("victor") is None
    assert memory_ledger.head().position == 1


def test_a_founding_that_was_stopped_half_way_is_put_right(
    memory_ledger: Ledger, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(_login: str, _actor: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(keyring, "bind_login", stopped)
        with pytest.raises(KeyboardInterrupt):
            found(memory_ledger, keyring, memory_ledger.store.clock, login="ursula")
    assert keyring.actor_of("ursula") is None
    found(memory_ledger, keyring, memory_ledger.store.clock, login="ursula")
    assert keyring.actor_of("ursula") == FIRST_ADMINISTRATOR


# --- use-cases -------------------------------------------------------------------------------------------------------


def test_only_an_administrator_registers_staff(memory_ledger: Ledger, keyring: Keyring) -> None:
    staff = Staff(commands_on(memory_ledger), keyring)
    with pytest.raises(Refused) as refused:
        staff.register(CLERK, "cat", Role.DESK)
    assert refused.value.code == "actor.not-allowed"


@pytest.mark.parametrize(
    ("name", "branches", "login", "code"),
    [
        ("clerk", (), None, "actor.taken"),
        ("Cat Smith", (), None, "name.unreadable"),
        ("cat", ("ahs",), None, "branch.unknown"),
        ("cat", (), "ursula", "actor.login-taken"),
    ],
)
def test_a_registration_that_cannot_be_is_refused(
    memory_ledger: Ledger, keyring: Keyring, name: str, branches: tuple[str, ...], login: str | None, code: str
) -> None:
    staff = Staff(commands_on(memory_ledger), keyring)
    staff.register(ADMIN, "uma", Role.DRIVER, login="ursula")
    with pytest.raises(BranchlineError) as refused:
        staff.register(ADMIN, name, Role.DESK, branches=branches, login=login)
    assert refused.value.code == code


def test_who_retired_may_not_act(memory_ledger: Ledger, keyring: Keyring) -> None:
    commands = commands_on(memory_ledger)
    staff = Staff(commands, keyring)
    staff.register(ADMIN, "bea", Role.ADMINISTRATOR)
    bea = Caller("staff/bea", "declared", "", "office")
    staff.retire(bea, "admin")
    with pytest.raises(Unknown, match="'admin' is not registered here"):
        staff.retire(ADMIN, "bea")
    with pytest.raises(Refused) as refused:
        staff.retire(bea, "bea")
    assert refused.value.code == "actor.last-administrator"
