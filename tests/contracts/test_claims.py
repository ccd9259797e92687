"""Claims guard a patron's limits in the append's own transaction, on every kind of store."""

from __future__ import annotations

import threading

import pytest

from circulation.errors import Conflict
from circulation.ledger import Claim, ClaimChanges, Claims, Ledger
from tests.contracts.said import added, stamp

ANN, BOB = b"a" * 32, b"b" * 32


def lend(ledger: Ledger, loan: str, holder: bytes, *, seen: int) -> None:
    """Lend something to a holder whose claims were read at version `seen`."""
    claims = ClaimChanges(opened=(Claim(loan, holder, "loan"),), versions={holder: seen})
    ledger.append(stamp(), [added(loan)], claims=claims)


def test_a_stranger_has_no_claims_at_version_zero(ledger: Ledger) -> None:
    assert ledger.open_claims(ANN) == Claims(0, (), ())


def test_open_claims_are_listed_by_kind_until_they_are_closed(ledger: Ledger) -> None:
    lend(ledger, "loan/2", ANN, seen=0)
    lend(ledger, "loan/1", ANN, seen=1)
    hold = ClaimChanges(opened=(Claim("t1#1", ANN, "hold"), Claim("t2#1", BOB, "hold")))
    ledger.append(stamp(), [added("x")], claims=hold)
    assert ledger.open_claims(ANN) == Claims(3, ("loan/1", "loan/2"), ("t1#1",))
    assert ledger.open_claims(BOB) == Claims(1, (), ("t2#1",))

    ledger.append(stamp(), [added("y")], claims=ClaimChanges(closed=("loan/2", "t1#1")))
    assert ledger.open_claims(ANN) == Claims(4, ("loan/1",), ())


def test_a_decision_on_old_claims_loses_and_records_nothing(ledger: Ledger) -> None:
    lend(ledger, "loan/1", ANN, seen=0)

    with pytest.raises(Conflict) as lost:
        lend(ledger, "loan/2", ANN, seen=0)

    assert lost.value.code == "claims.changed"
    assert ledger.open_claims(ANN) == Claims(1, ("loan/1",), ())
    assert ledger.stream("title/loan/2") == []


def test_a_block_moves_the_version_without_a_claim(ledger: Ledger) -> None:
    ledger.append(stamp(), [added("block")], claims=ClaimChanges(versions={ANN: 0}))

    with pytest.raises(Conflict):
        lend(ledger, "loan/1", ANN, seen=0)
    lend(ledger, "loan/1", ANN, seen=1)


def test_closing_somebodys_claim_moves_their_version(ledger: Ledger) -> None:
    lend(ledger, "loan/1", ANN, seen=0)
    ledger.append(stamp(), [added("return")], claims=ClaimChanges(closed=("loan/1",)))

    assert ledger.open_claims(ANN) == Claims(2, (), ())


def test_closing_a_claim_that_is_not_there_changes_nothing(ledger: Ledger) -> None:
    ledger.append(stamp(), [added("return")], claims=ClaimChanges(closed=("loan/9",)))

    assert ledger.head().position == 1


def test_a_claim_is_opened_once(ledger: Ledger) -> None:
    lend(ledger, "loan/1", ANN, seen=0)

    with pytest.raises(Conflict) as lost:
        ledger.append(stamp(), [added("z")], claims=ClaimChanges(opened=(Claim("loan/1", BOB, "loan"),)))
    assert lost.value.code == "claim.open"
    assert ledger.open_claims(BOB) == Claims(0, (), ())


def test_a_claim_can_be_closed_and_another_opened_in_one_command(ledger: Ledger) -> None:
    ledger.append(stamp(), [added("x")], claims=ClaimChanges(opened=(Claim("t1#1", ANN, "hold"),)))
    filled = ClaimChanges(opened=(Claim("loan/1", ANN, "loan"),), closed=("t1#1",), versions={ANN: 1})
    ledger.append(stamp(), [added("y")], claims=filled)

    assert ledger.open_claims(ANN) == Claims(2, ("loan/1",), ())


def test_a_conflict_never_shows_the_holder(ledger: Ledger) -> None:
    lend(ledger, "loan/1", ANN, seen=0)
    with pytest.raises(Conflict) as lost:
        lend(ledger, "loan/2", ANN, seen=0)
    assert ANN.decode() not in lost.value.sentence
    assert ANN.hex() not in lost.value.sentence


def test_rebuilt_claims_replace_all_others_and_outdate_every_decision(ledger: Ledger) -> None:
    lend(ledger, "loan/1", ANN, seen=0)
    lend(ledger, "loan/2", BOB, seen=0)

    assert ledger.rebuild_claims(iter([Claim("loan/3", ANN, "loan"), Claim("t#1", ANN, "hold")])) == 2

    rebuilt = ledger.open_claims(ANN)
    assert (rebuilt.loans, rebuilt.holds) == (("loan/3",), ("t#1",))
    assert rebuilt.version > 1
    assert ledger.open_claims(BOB).loans == ()
    assert ledger.open_claims(BOB).version > 1


def test_two_desks_cannot_both_give_a_patron_the_last_allowed_loan(shared_store_url: str) -> None:
    limit = 7
    refused: list[str] = []
    races: list[str] = []

    def desk(name: str) -> None:
        with Ledger.open(shared_store_url) as ledger:
            start.wait()
            for n in range(10):
                while True:
                    claims = ledger.open_claims(ANN)
                    if len(claims.loans) >= limit:
                        refused.append(name)
                        break
                    try:
                        lend(ledger, f"{name}/{n}", ANN, seen=claims.version)
                        break
                    except Conflict as lost:
                        races.append(lost.code)

    Ledger.open(shared_store_url).close()
    start = threading.Barrier(2)
    desks = [threading.Thread(target=desk, args=(name,)) for name in ("bath", "wells")]
    for thread in desks:
        thread.start()
    for thread in desks:
        thread.join()

    with Ledger.open(shared_store_url) as ledger:
        assert len(ledger.open_claims(ANN).loans) == limit
        assert ledger.head().position == limit
    assert len(refused) == 20 - limit
    assert set(races) <= {"claims.changed"}
