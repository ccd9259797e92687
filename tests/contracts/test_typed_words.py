"""
What somebody types as a reason or a note: it may name anybody, so no store holds it in the clear, and it is forgotten
in time. A person's name and card are typed into every one of them, and every byte of the store is searched.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import get_type_hints

import pytest

from circulation.administration import Administration
from circulation.clock import DAY_US
from circulation.codec import check_event_types, encode_payload
from circulation.errors import BranchlineError, Invalid, Refused
from circulation.event import EVENT_TYPES, Event
from circulation.forgetting import DESTROYED_KEYS, KeysDestroyed
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.policy_changes import RuleChange
from circulation.policy_desk import PolicyDesk
from circulation.privacy_desk import PrivacyDesk
from circulation.service_desk import ServiceDesk
from circulation.shredding import open_keyring
from circulation.store.url import StoreUrl
from circulation.words import FORGOTTEN, HIDDEN, WORDED, hidden, keys_in, opened, opens_with, sealed_words
from interfaces.byte_search import search_store
from logistics.run_desk import RunDesk
from projections.registry import open_views
from tests.cast import BATH_COPY, WELLS_COPY
from tests.contracts.payload_examples import ALL_TYPES, parts_of
from tests.contracts.test_forgotten import digest_of_log, open_store, rows_of
from tests.logistics.courier_day import Board
from tests.tote_world import TOTE
from tests.typed_words import CARD, DAY, NAME, WHY, type_everything
from tests.world import World


@dataclass
class Store:
    """A store in which somebody has typed her name wherever a reason or a note can be typed."""

    url: str
    world: World

    @property
    def ledger(self) -> Ledger:
        return self.world.ledger

    def events(self) -> list[Event]:
        """Every event that can hold what somebody typed."""
        return [fact.event for fact in self.ledger.facts(after=0, limit=100_000, types=tuple(WORDED))]

    def keys(self) -> set[int]:
        return {key for event in self.events() for key in keys_in(event)}


@pytest.fixture
def store(shared_store_url: str) -> Iterator[Store]:
    ledger, _, world = open_store(shared_store_url)
    world.desk.borrowers.register(world.at("bath"), card=CARD, name=NAME, category="adult", home="bath")
    type_everything(world)
    yield Store(shared_store_url, world)
    world.keyring.close()
    ledger.close()


def assert_nobody_is_named(store: Store) -> None:
    for place in search_store(StoreUrl.parse(store.url), (), (NAME, CARD, WHY)):
        assert place.found == 0, f"{place.place} holds one of the texts"


def test_every_event_that_can_hold_typed_words_is_in_the_store_with_her_name_in_it(store: Store) -> None:
    said = {type(event).__name__ for event in store.events() if keys_in(event)}
    assert said == set(WORDED)
    open_text = opens_with(store.world.keyring)
    for event in store.events():
        for name in WORDED[type(event).__name__] if keys_in(event) else ():
            assert WHY in str(opened(getattr(event, name), open_text)), type(event).__name__


def test_no_byte_of_any_file_or_table_holds_what_was_typed(store: Store, tmp_path: Path) -> None:
    with closing(open_views(store.ledger)) as views:
        views.fresh()
    assert_nobody_is_named(store)
    path = StoreUrl.parse(store.url).path
    if path is not None:  # a backup taken while the store is open, write-ahead logs and all
        for file in path.parent.glob(f"{path.name}*"):
            content = shutil.copy(file, tmp_path / f"copy-of-{file.name}").read_bytes()
            assert NAME.encode() not in content
            assert CARD.encode() not in content


def test_three_years_later_the_words_are_forgotten_and_everything_else_is_as_it_was(store: Store) -> None:
    views = open_views(store.ledger)
    views.fresh()
    position, keys = store.ledger.head().position, store.keys()
    before, log = rows_of(views), digest_of_log(store.ledger, position)
    keyring = store.world.keyring
    secrets = [keyring._key(key) for key in keys]
    assert keyring.living(keys) == keys
    privacy = PrivacyDesk(store.world.commands, keyring, store.world.desk.borrowers)

    store.world.clock_us += 1094 * DAY_US
    privacy.age(store.world.at("bristol"))
    assert keyring.living(keys) == keys

    store.world.clock_us += 2 * DAY_US
    privacy.age(store.world.at("bristol"))
    assert keyring.living(keys) == set()
    told = [fact.event for fact in store.ledger.stream(DESTROYED_KEYS)]
    assert keys <= {
        key for event in told if isinstance(event, KeysDestroyed) and event.kind == "reason" for key in event.keys
    }
    open_text = opens_with(keyring)
    for event in store.events():
        for name in WORDED[type(event).__name__] if keys_in(event) else ():
            assert FORGOTTEN in str(opened(getattr(event, name), open_text))
    views.fresh()
    after = rows_of(views)
    views.rebuild()
    rebuilt = rows_of(views)
    views.close()
    assert digest_of_log(store.ledger, position) == log
    assert after == before
    assert rebuilt == before
    assert_nobody_is_named(store)
    path = StoreUrl.parse(store.url).path
    for file in [] if path is None else path.parent.iterdir():
        content = file.read_bytes()
        assert not any(secret is not None and secret in content for secret in secrets), file.name


def test_an_older_key_store_loses_the_words_again(store: Store, tmp_path: Path) -> None:
    path = StoreUrl.parse(store.url).path
    if path is None:
        pytest.skip("a schema is restored by the server's own tools")
    keys = path.with_name(f"{path.name}.keys")
    words = store.keys()
    store.world.keyring.close()
    shutil.copy(keys, tmp_path / "older")
    ledger, keyring, world = open_store(store.url)
    world.clock_us += 1096 * DAY_US
    PrivacyDesk(world.commands, keyring, world.desk.borrowers).age(world.at("bristol"))
    keyring.close()
    for file in path.parent.glob(f"{keys.name}*"):
        file.unlink()
    shutil.copy(tmp_path / "older", keys)
    restored = open_keyring(ledger)
    assert restored.living(words) == set()
    restored.close()
    ledger.close()


def test_no_refusal_repeats_what_was_typed(store: Store) -> None:
    world = store.world
    here = world.at("bristol")
    ServiceDesk(world.commands).suspend(here, "clevedon", reason=WHY, requests=True)
    long = f"{WHY} " * 20
    runs = RunDesk(world.ledger, world.commands, Board(world.ledger))

    def refusals() -> Iterator[BranchlineError]:
        for act in (
            lambda: world.desk.moves.send(here, BATH_COPY, to="wells", why=WHY, stay_until="2026-11-01"),
            lambda: world.desk.moves.send(here, BATH_COPY, to="wells", why=WHY, stay_until="2026-12-24"),
            lambda: world.desk.troubles.lost(here, "T9", why=WHY),
            lambda: world.desk.troubles.lost(here, "T9", why=long),
            lambda: world.desk.troubles.close(here, TOTE, WELLS_COPY, why=WHY),
            lambda: world.hold("t-middlemarch", "dev", "clevedon"),
            lambda: Administration(world.commands).declare_closure(here, "all", "2026-12-02", "2026-12-01", WHY),
            lambda: ServiceDesk(world.commands).suspend(here, "all", reason=WHY, first="2026-12-2", last="2026-12-01"),
            lambda: runs.skip(here, f"{DAY}/v1/day", "bath", why=WHY),
            lambda: world.keyring.seal(world.keyring.new_key(), WHY * 2000, context="words"),
        ):
            with pytest.raises(BranchlineError) as caught:
                act()
            yield caught.value

    for refused in refusals():
        for said in (refused.sentence, refused.hint, hidden(refused.sentence)):
            assert NAME not in said, refused.code
            assert CARD not in said, refused.code


def test_a_repeated_request_is_the_first_one_whatever_is_typed_the_second_time(store: Store) -> None:
    moves, here = store.world.desk.moves, store.world.at("bristol")
    first = moves.send(here, WELLS_COPY, to="bath", why="fair", stay_until="2026-12-24", request="one")
    again = moves.send(here, WELLS_COPY, to="bath", why="fete", stay_until="2026-12-24", request="one")
    assert (first.position, True) == (again.position, again.repeated)


# --- the form that words have in an event ---------------------------------------------------------------------------


@pytest.fixture
def keyring() -> Iterator[Keyring]:
    made = Keyring.open("sqlite::memory:")
    yield made
    made.close()


def test_words_of_before_are_shown_as_they_were_typed(keyring: Keyring) -> None:
    check_event_types()
    old = EVENT_TYPES["MoveCancelled"](move="m>1", why="no room")  # type: ignore[call-arg]
    assert encode_payload(old) == b'{"move":"m>1","why":"no room"}'
    assert keys_in(old) == ()
    assert opened(old, opens_with(keyring)) == old


def test_what_only_looks_sealed_stays_as_it_is(keyring: Keyring) -> None:
    for text in ("{sealed:1:AAAA}", "{sealed:99999999999999999:x}", "{sealed:}", "{sealed:1}"):
        assert opens_with(keyring)(text) == text


def test_a_part_of_a_sentence_is_opened_hidden_or_forgotten(keyring: Keyring) -> None:
    sealed = sealed_words(keyring, WHY)
    sentence = f"T1 is lost ({sealed}), and all in it."
    assert NAME not in sentence
    open_text = opens_with(keyring)
    assert open_text(sentence) == f"T1 is lost ({WHY}), and all in it."
    assert hidden(sentence) == f"T1 is lost ({HIDDEN}), and all in it."
    row = {"why": sealed, "more": [sealed, 1, None], "pair": (sealed, "x")}
    assert opened(row, open_text) == {"why": WHY, "more": [WHY, 1, None], "pair": (WHY, "x")}
    keyring.destroy([int(sealed.split(":")[1])])
    assert open_text(sentence) == f"T1 is lost ({FORGOTTEN}), and all in it."


def test_nothing_typed_takes_no_key_and_too_much_is_refused_without_being_repeated(keyring: Keyring) -> None:
    assert sealed_words(keyring, "") == ""
    with pytest.raises(Invalid) as caught:
        sealed_words(keyring, WHY * 3000)
    assert NAME not in caught.value.sentence


# --- none is missed -------------------------------------------------------------------------------------------------

SAYS_WHY = {"why", "reason", "note", "because", "said", "text", "words", "comment"}
NOT_TYPED = {
    "ItemRestored.why": "one of a list",
    "ScanUndone.why": "a word of ours",
    "ItemHeldBack.reason": "a transfer limit's, which is for everybody to read",
    "TransferLimitSet.reason": "what people are told of a limit, on receipts and at desks without the network",
    "Obstacle.reason": "a transfer limit's",
    "LoanClaimedReturned.said": "a branch's code",
    "PatronBlocked.reason": "a code",
    "PatronUnblocked.reason": "a code",
    "RuleOverridden.why": "sealed under the loan's or the hold's key",
    "SessionCorrectionBegun.why": "sealed in a form of its own",
    "LegalHoldPlaced.why": "sealed in a form of its own",
    "PersonalDataRead.why": "sealed in a form of its own",
    "Move.why": "a copy of what was sealed when the move was asked for",
    "LeftBehind.why": "our own sentence; a closure's or suspension's reason stands in it as it is sealed there",
    "PlanEdit.said": "our own sentence",
    "PlannedPin.because": "a word of ours",
}


@pytest.mark.parametrize("name", ALL_TYPES)
def test_every_text_that_says_why_is_typed_and_sealed_or_known_not_to_be_typed(name: str) -> None:
    event = EVENT_TYPES[name]
    sealed = WORDED.get(name, ())
    inside = [get_type_hints(event)[field] for field in sealed]
    for part in parts_of(event):
        for field in dataclasses.fields(part):
            if field.name not in SAYS_WHY or get_type_hints(part)[field.name] not in (str, str | None):
                continue
            is_sealed = field.name in sealed if part is event else any(part.__name__ in str(hint) for hint in inside)
            known = f"{part.__name__}.{field.name}"
            assert is_sealed or known in NOT_TYPED, f"{known}: seal it (circulation/words.py), or say why not"
            assert not (is_sealed and known in NOT_TYPED), known


def test_a_refused_command_without_a_reason_is_still_refused(store: Store) -> None:
    here = store.world.at("bristol")
    with pytest.raises(Invalid):
        store.world.desk.moves.send(here, WELLS_COPY, to="wells", why=" ")
    with pytest.raises(Invalid):
        ServiceDesk(store.world.commands).suspend(here, "all", reason=" ")
    with pytest.raises(Refused) as caught:
        PolicyDesk(store.world.commands).set_rule(
            here, RuleChange("short", values={"days": 9}, from_day="2026-11-01", reason="  ")
        )
    assert caught.value.code == "policy.past-needs-reason"
