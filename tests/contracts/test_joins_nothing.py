"""
Whoever holds the whole log, every table beside it and every living key cannot say whose an aged loan or hold was.

What is tried: the link itself, everything that names the loan or hold or shares its key, its command, the digest of
the command, the neighbours of its key, the lists of destroyed keys, and what is left of claims in the files.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

import pytest

from circulation.clock import DAY_US
from circulation.event import Fact
from circulation.forgetting import KeysDestroyed, PersonalDataRead
from circulation.hold import HoldPlaced
from circulation.item import ItemLent
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.links import link_of
from circulation.override import RuleOverridden
from circulation.privacy_desk import PrivacyDesk
from circulation.store.url import StoreUrl
from tests.cast import BATH_COPY, CLEVEDON_COPY, DUNE, FLOATING_COPY, MIDDLEMARCH, WELLS_COPY
from tests.contracts.test_forgotten import STRANGE_CARD, open_store
from tests.world import World

PEOPLE = ("ada", "ben", "cyn", "dev", "eve", "fin")


@pytest.fixture
def months(shared_store_url: str) -> Iterator[World]:
    """Everybody borrows and holds for months; Ada and Ben still have something; what ended long ago is aged."""
    ledger, keyring, world = open_store(shared_store_url)
    copies = (BATH_COPY, WELLS_COPY, FLOATING_COPY, CLEVEDON_COPY)
    here = world.at("bath")
    for round_ in range(6):
        for number, copy in enumerate(copies):
            world.lend(copy, PEOPLE[(round_ + number) % 6], "bath")
        for copy in copies:
            world.scan(copy, "bath")
        world.clock_us += 20 * DAY_US
    world.scan(STRANGE_CARD, "bath")
    world.desk.foreign.close_unknown(here, "bath-1", how="returned")
    world.hold(MIDDLEMARCH, "ada", "bath")
    world.scan(BATH_COPY, "bath")
    world.lend(BATH_COPY, "ada", "bath")
    world.desk.claims.claim_returned(here, BATH_COPY)
    world.scan(BATH_COPY, "bath")
    world.desk.borrowers.block(here, world.cards["ben"], "overdue")
    world.desk.loans.lend(here, card=world.cards["ben"], barcode=WELLS_COPY, override="he has an exam")
    world.desk.borrowers.block(here, world.cards["ben"], "overdue", lift=True)
    world.scan(WELLS_COPY, "bath")
    world.hold(DUNE, "cyn", "bath")
    world.desk.holds.cancel(here, f"{DUNE}#1")
    privacy = PrivacyDesk(world.commands, keyring, world.desk.borrowers)
    held = privacy.place_legal_hold(here, world.cards["ada"], "a letter")
    privacy.forget(here, world.cards["fin"])
    world.clock_us += 95 * DAY_US
    privacy.age(here)
    privacy.lift_legal_hold(here, held)
    world.scan(WELLS_COPY, "bath")
    world.lend(FLOATING_COPY, "ada", "bath")
    world.lend(WELLS_COPY, "ben", "bath", device="desk-1")
    world.hold(MIDDLEMARCH, "ada", "bath")
    privacy.age(here)
    yield world
    keyring.close()
    ledger.close()


def facts_of(world: World) -> list[Fact]:
    return world.ledger.facts(limit=1_000_000)


def aged_in(world: World) -> dict[str, Fact]:
    """The loans and holds whose key is destroyed, by name."""
    found = {}
    for fact in facts_of(world):
        if isinstance(fact.event, ItemLent | HoldPlaced):
            link = link_of(fact)
            if link is not None and not world.keyring.living([link.key]):
                found[link.context] = fact
    assert len(found) >= 26
    return found


def leads_to_somebody(keyring: Keyring, fact: Fact) -> bool:
    """Whether a fact says by itself who somebody is: on a patron's stream, or by a link that opens."""
    link = link_of(fact)
    if fact.stream.startswith("patron/"):
        return True
    return link is not None and keyring.unseal(link.key, link.sealed, context=link.context) is not None


def test_nothing_that_names_an_aged_loan_or_hold_leads_to_somebody(months: World) -> None:
    aged = aged_in(months)
    for fact in facts_of(months):
        if isinstance(fact.event, KeysDestroyed):
            continue
        # Whose loan was shortened for a hold is another person than who placed it.
        of_it = {getattr(fact.event, "loan", None), getattr(fact.event, "hold", None)} & set(aged)
        if of_it and isinstance(fact.event, ItemLent | HoldPlaced):
            assert not leads_to_somebody(months.keyring, fact), (fact.position, of_it)


def test_a_loan_and_the_hold_that_it_ended_are_forgotten_together(months: World) -> None:
    keys = {}
    for fact in facts_of(months):
        if isinstance(fact.event, HoldPlaced):
            keys[fact.event.hold] = fact.event.key
    pairs = [
        (fact.event.key, keys[fact.event.hold])
        for fact in facts_of(months)
        if isinstance(fact.event, ItemLent) and fact.event.hold is not None
    ]
    assert pairs
    assert all(len(months.keyring.living(pair)) in (0, 2) for pair in pairs)


def test_no_key_seals_things_of_two_loans_and_none_of_a_loan_and_a_patron(months: World) -> None:
    seals: dict[int, set[str]] = defaultdict(set)
    for fact in facts_of(months):
        key = getattr(fact.event, "key", None)
        if key is not None:
            loan_or_stream = getattr(fact.event, "loan", None) or getattr(fact.event, "hold", None) or fact.stream
            if isinstance(fact.event, RuleOverridden):
                loan_or_stream = next(
                    later.event.loan for later in facts_of(months)[fact.position :] if isinstance(later.event, ItemLent)
                )
            seals[key].add(str(loan_or_stream))
    assert all(len(things) == 1 for things in seals.values()), seals


def test_no_command_makes_two_links_or_a_link_and_something_of_a_patron(months: World) -> None:
    for device, request, first, count in months.ledger.requests():
        its = facts_of(months)[first - 1 : first - 1 + count]
        links = [fact for fact in its if link_of(fact) is not None]
        patrons = [fact for fact in its if fact.stream.startswith("patron/")]
        assert len(links) + len(patrons) <= 1, (device, request)


def test_a_list_of_destroyed_keys_is_in_the_order_of_their_numbers_and_mixes_people(months: World) -> None:
    said = [fact.event for fact in facts_of(months) if isinstance(fact.event, KeysDestroyed)]
    assert said
    owned = {
        fact.event.key for fact in facts_of(months) if fact.stream.startswith("patron/") and hasattr(fact.event, "key")
    }
    for one in said:
        assert list(one.keys) == sorted(one.keys)
        # A patron's own key is never listed together with links.
        assert set(one.keys) <= owned or not set(one.keys) & owned


def test_the_numbers_of_keys_do_not_follow_each_other_as_their_loans_do(months: World) -> None:
    fresh = [months.keyring.new_key() for _ in range(400)]
    neighbours = sum(abs(after - before) == 1 for before, after in pairwise(fresh))
    assert neighbours < 60
    assert fresh != sorted(fresh)


def test_a_digest_of_a_command_fits_many_codes(months: World) -> None:
    """Who guesses what lay on the desk finds a guess in 256 confirmed, whatever it was."""
    with months.ledger.store.reading() as c:
        rows = months.ledger.store.run(c, "SELECT digest FROM requests").fetchall()
    digests = {bytes(row[0]) for row in rows}

    def guess(code: str) -> bool:
        shapes = (
            {"code": code, "branch": "bath", "by": "desk", "tote": None, "sort": False},
            {
                "code": hashlib.sha256(code.encode()).digest()[0],
                "branch": "bath",
                "by": "desk",
                "tote": None,
                "sort": False,
            },
        )
        texts = (json.dumps(["scan", shape, None], sort_keys=True, ensure_ascii=False) for shape in shapes)
        return any(hashlib.sha256(text.encode()).digest() in digests for text in texts)

    assert guess(STRANGE_CARD)
    assert sum(guess(f"D{number:04d}-8080") for number in range(5000)) > 12
    for card in months.cards.values():
        for name in ("lend", "hold place", "patron block", "privacy forget", "privacy export", "privacy legal-hold"):
            for key in ("card", "patron", "who"):
                text = json.dumps([name, {key: card}, None], sort_keys=True, ensure_ascii=False)
                assert hashlib.sha256(text.encode()).digest() not in digests


def test_nothing_is_left_of_claims_that_have_ended(months: World, shared_store_url: str) -> None:
    aged = aged_in(months)
    holders = [months.keyring.holder(stream.removeprefix("patron/")) for stream in months.ledger.streams("patron/")]
    with months.ledger.store.reading() as c:
        rows = months.ledger.store.run(c, "SELECT ref FROM claims").fetchall()
    assert not {row[0] for row in rows} & set(aged)
    path = StoreUrl.parse(shared_store_url).path
    if path is None:
        return
    left = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    pairs = [name.encode() + holder for name in aged for holder in holders]
    assert not [pair for pair in pairs if pair in left]
    living = sqlite3.connect(path).execute("SELECT ref, holder FROM claims").fetchall()
    assert any(ref.encode() + holder in left for ref, holder in living), "the test cannot see claims at all"


def test_an_access_names_nobody_in_the_clear(months: World) -> None:
    privacy = PrivacyDesk(months.commands, months.keyring, months.desk.borrowers)
    privacy.export(months.at("bath"), months.cards["ada"], why="asked")
    read = facts_of(months)[-1].event
    assert isinstance(read, PersonalDataRead)
    ada = months.desk.borrowers.by_card(months.cards["ada"]).patron.patron
    assert ada not in repr(read)


def test_the_ledger_can_be_read_whole(months: World) -> None:
    assert isinstance(months.ledger, Ledger)
    assert [fact.position for fact in facts_of(months)] == list(range(1, months.ledger.head().position + 1))
