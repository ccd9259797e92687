"""
What forgetting promises of the stores themselves: no file or table names a person before or after, an older key store
catches up, and everything that is not about patrons stays byte for byte what it was.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from circulation.clock import DAY_US
from circulation.forgetting import DESTROYED_KEYS
from circulation.item import ItemLent, item_stream
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.links import links_to
from circulation.offline.device_log import write_line
from circulation.offline.upload import UploadDesk
from circulation.privacy_desk import PrivacyDesk
from circulation.session_desk import SessionDesk
from circulation.shredding import open_keyring, shred
from circulation.store.url import StoreUrl
from interfaces.byte_search import search_store
from projections.exceptions import EXCEPTIONS
from projections.registry import PROJECTIONS, open_views
from projections.views import Views
from tests.cast import BATH_COPY, DUNE, FLOATING_COPY, MIDDLEMARCH, TUESDAY, WELLS_COPY
from tests.offline_world import DeskWithoutNetwork
from tests.world import World

NAME, CARD, CONTACT = "Zoë Ní Bhriain", "29876000000987", "zoe.ni.bhriain@example.org"
STRANGE_CARD = "D4711-8080"
WHY = "Zoë Ní Bhriain rang twice"
NEEDLES = (NAME, CARD, CONTACT, STRANGE_CARD, WHY)


@dataclass
class Store:
    """A store with everything in it that ever touches a person, all hers."""

    url: str
    world: World
    privacy: PrivacyDesk
    device_log: bytes
    patron: str

    @property
    def ledger(self) -> Ledger:
        return self.world.ledger

    @property
    def keyring(self) -> Keyring:
        return self.world.keyring


def open_store(url: str) -> tuple[Ledger, Keyring, World]:
    """The store with the cast at work on it."""
    made: list[World] = []
    ledger = Ledger.open(url, clock=lambda: made[0].clock_us if made else TUESDAY, simulated=True)
    keyring = open_keyring(ledger)
    made.append(World(ledger, keyring))
    return ledger, keyring, made[0]


@pytest.fixture
def store(shared_store_url: str) -> Iterator[Store]:
    """Zoë borrows, holds, claims, is blocked, is forced past rules, is offline; a strange card lies on a desk."""
    ledger, keyring, world = open_store(shared_store_url)
    world.desk.borrowers.register(
        world.at("bath"), card=CARD, name=NAME, contact=CONTACT, category="adult", home="bath"
    )
    world.cards["zoe"] = CARD
    desk, here = world.desk, world.at("bath")
    world.hold(MIDDLEMARCH, "zoe", "bath")
    world.scan(BATH_COPY, "bath")
    world.lend(BATH_COPY, "zoe", "bath")
    world.clock_us += 3 * DAY_US
    desk.loans.renew(here, BATH_COPY)
    desk.claims.claim_returned(here, BATH_COPY)
    world.scan(BATH_COPY, "bath")
    desk.borrowers.block(here, CARD, "staff")
    world.clock_us += 1_000_000
    desk.loans.lend(here, card=CARD, barcode=WELLS_COPY, override=WHY)
    desk.borrowers.block(here, CARD, "staff", lift=True)
    world.scan(WELLS_COPY, "wells")
    world.hold(DUNE, "zoe", "bath")
    world.desk.holds.cancel(here, f"{DUNE}#1")
    world.lend(FLOATING_COPY, "ben", "bristol")
    offline = DeskWithoutNetwork(world, "bath", "offline-1")
    world.scan(FLOATING_COPY, "bath")
    offline.lend(CARD, FLOATING_COPY, world.clock_us + 1_000_000)
    offline.scan(STRANGE_CARD, world.clock_us + 2_000_000)
    offline.scan(CARD, world.clock_us + 3_000_000)
    world.clock_us += 60_000_000
    UploadDesk(desk, keyring).upload(here, [offline.log], offsets_us={})
    world.scan(FLOATING_COPY, "bath")
    world.scan(STRANGE_CARD, "bath")
    sessions = SessionDesk(desk, keyring)
    sessions.undo(here, sessions.sessions()[-1].name, why=WHY)
    if world.item(FLOATING_COPY).custody.loan is not None:
        world.scan(FLOATING_COPY, "bath")
    privacy = PrivacyDesk(world.commands, keyring, desk.borrowers)
    privacy.export(here, CARD, why=WHY)
    privacy.lift_legal_hold(here, privacy.place_legal_hold(here, CARD, WHY))
    lines = b"".join(write_line(line) for line in (offline.header, *offline.scans))
    patron = desk.borrowers.by_card(CARD).patron.patron
    yield Store(shared_store_url, world, privacy, lines, patron)
    keyring.close()
    ledger.close()


def followed(store: Store) -> Views:
    """The views beside the store, at the head of the log."""
    views = open_views(store.ledger)
    views.fresh()
    return views


def assert_nobody_is_named(store: Store) -> None:
    """No byte of any file, or of any row on the server, says who she is."""
    for place in search_store(StoreUrl.parse(store.url), (), NEEDLES):
        assert place.found == 0, f"{place.place} holds one of the texts"
    assert all(text.encode() not in store.device_log for text in NEEDLES)


def test_the_search_would_find_what_it_searches_for(store: Store) -> None:
    words = ["Somerset", "branch/bath", "Middlemarch"]
    places = search_store(StoreUrl.parse(store.url), (), words)
    assert sum(place.found for place in places) >= len(words)


def test_no_byte_of_the_store_names_a_person_before_she_is_forgotten(store: Store) -> None:
    followed(store).close()
    assert_nobody_is_named(store)


def test_no_byte_of_the_store_names_a_person_after_she_is_forgotten(store: Store) -> None:
    followed(store).close()
    keys = {link.key for link in links_to(store.ledger, store.keyring, (store.patron,))}
    borrower = store.world.desk.borrowers.by_card(CARD).patron
    keys.add(borrower.key)
    secrets = {key: store.keyring._key(key) for key in keys}
    assert len(keys) >= 7
    assert all(secrets.values())

    store.privacy.forget(store.world.at("bath"), CARD)

    assert_nobody_is_named(store)
    assert store.keyring.living(keys) == set()
    assert store.world.desk.borrowers.details(store.world.desk.borrowers.by_id(store.patron, forgotten=True)) == {}  # type: ignore[arg-type]
    path = StoreUrl.parse(store.url).path
    for file in [] if path is None else path.parent.iterdir():
        content = file.read_bytes()
        assert not any(secret is not None and secret in content for secret in secrets.values()), file.name


def test_what_is_not_about_patrons_is_byte_for_byte_what_it_was(store: Store) -> None:
    views = followed(store)
    position = store.ledger.head().position
    log = digest_of_log(store.ledger, position)
    before = rows_of(views)

    store.world.clock_us += 2000 * DAY_US
    store.privacy.forget(store.world.at("bath"), CARD)
    store.privacy.age(store.world.at("bath"))

    views.fresh()
    after = rows_of(views)
    rebuilt_at = views.rebuild()
    assert rebuilt_at == store.ledger.head().position
    rebuilt = rows_of(views)
    views.close()
    assert digest_of_log(store.ledger, position) == log
    assert after == before
    assert rebuilt == before


def digest_of_log(ledger: Ledger, upto: int) -> str:
    """One digest over every byte of the log up to a position."""
    digest = hashlib.sha256()
    for row in ledger.rows(after=0, limit=1_000_000, upto=upto):
        digest.update(repr(row).encode())
    return digest.hexdigest()


def rows_of(views: Views) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every projection but that of exceptions, which lists forgetting and reading themselves."""
    found: dict[str, list[tuple[object, ...]]] = {}
    with views.database.reading() as connection:
        for projection in PROJECTIONS:
            if projection is EXCEPTIONS:
                continue
            for table in projection.tables:
                rows = connection.execute(table.sql.select()).fetchall()
                found[table.sql.name] = sorted((tuple(row) for row in rows), key=repr)
    assert sum(map(len, found.values())) > 30
    return found


# --- older key stores ----------------------------------------------------------------------------------------------


def test_an_older_key_store_loses_again_what_it_had_lost_since(store: Store, tmp_path: Path) -> None:
    path = StoreUrl.parse(store.url).path
    if path is None:
        pytest.skip("a schema is restored by the server's own tools; the next test is the same without files")
    keys = path.with_name(f"{path.name}.keys")
    world = store.world
    loan = next(fact.event for fact in store.ledger.stream(item_stream(WELLS_COPY)) if isinstance(fact.event, ItemLent))
    linked = {link.key for link in links_to(store.ledger, store.keyring, (store.patron,))}
    own = world.desk.borrowers.by_card(CARD).patron.key
    backup = tmp_path / "backup"
    backup.mkdir()
    store.keyring.close()
    shutil.copy(keys, backup / "keys")
    ledger, keyring, world = open_store(store.url)
    privacy = PrivacyDesk(world.commands, keyring, world.desk.borrowers)
    privacy.forget(world.at("bath"), CARD)
    world.clock_us += 91 * DAY_US
    privacy.age(world.at("bath"))
    late = keyring.new_key()
    keyring.close()

    for file in path.parent.glob(f"{keys.name}*"):
        file.unlink()
    shutil.copy(backup / "keys", keys)
    restored = open_keyring(ledger)

    assert restored.living({loan.key, own, *linked}) == set()
    assert restored.patron_of(CARD) is None
    assert restored.unseal(loan.key, loan.patron, context=loan.loan) is None
    assert restored.caught_up() == len(ledger.stream(DESTROYED_KEYS))
    assert late not in {restored.new_key() for _ in range(200)}, "a number was given twice"
    restored.close()
    ledger.close()


def test_a_program_that_was_killed_before_it_destroyed_is_made_up_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked = {link.key for link in links_to(store.ledger, store.keyring, (store.patron,))}
    monkeypatch.setattr("circulation.privacy_desk.shred", lambda _ledger, _keyring: 0)
    store.privacy.forget(store.world.at("bath"), CARD)
    assert store.keyring.living(linked) == linked

    again = open_keyring(store.ledger)
    assert again.living(linked) == set()
    assert again.patron_of(CARD) is None
    assert shred(store.ledger, again) == 0
    again.close()
