"""What the keys promise: sealed text opens while its key lives, and nothing can be read out of the files."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from circulation.errors import Invalid, Refused, Unknown
from circulation.keyring import Keyring
from circulation.store.url import StoreUrl

CARD = "29001234567890"
PATRON = "f3a9c0d1e2b3a4958677"


@pytest.fixture
def keyring(store_url: str) -> Iterator[Keyring]:
    """An empty key store beside each kind of store."""
    keys = Keyring.open(StoreUrl.parse(store_url).beside("keys"))
    yield keys
    keys.close()


@pytest.fixture
def file_keys(tmp_path: Path) -> Iterator[Keyring]:
    """An empty key store in a file."""
    keys = Keyring.open(str(tmp_path / "branchline.db.keys"))
    yield keys
    keys.close()


def test_sealed_text_opens_under_its_key_and_context(keyring: Keyring) -> None:
    key = keyring.new_key()
    sealed = keyring.seal(key, PATRON, context="loan/1")

    assert keyring.unseal(key, sealed, context="loan/1") == PATRON
    assert PATRON not in sealed


@pytest.mark.parametrize("text", ["", "Zoë Ní Bhriain", "x" * 46, "x" * 47, "ü" * 20_000])
def test_text_of_any_length_comes_back_as_it_was(file_keys: Keyring, text: str) -> None:
    key = file_keys.new_key()
    assert file_keys.unseal(key, file_keys.seal(key, text, context="c"), context="c") == text


def test_references_to_patrons_and_barcodes_are_all_equally_long(file_keys: Keyring) -> None:
    key = file_keys.new_key()
    lengths = {len(file_keys.seal(key, "9" * n, context="c")) for n in range(47)}
    assert lengths == {103}


def test_the_same_text_never_looks_the_same_twice(file_keys: Keyring) -> None:
    key = file_keys.new_key()
    assert len({file_keys.seal(key, PATRON, context="c") for _ in range(50)}) == 50


def test_text_too_long_to_be_framed_is_refused(file_keys: Keyring) -> None:
    with pytest.raises(Invalid, match="65536 bytes"):
        file_keys.seal(file_keys.new_key(), "x" * 65_536, context="c")


def test_a_reference_does_not_open_elsewhere(file_keys: Keyring) -> None:
    key, other = file_keys.new_key(), file_keys.new_key()
    sealed = file_keys.seal(key, PATRON, context="loan/1")
    flipped = sealed[:40] + ("A" if sealed[40] != "A" else "B") + sealed[41:]

    for wrong_key, text, context in (
        (key, sealed, "loan/2"),
        (other, sealed, "loan/1"),
        (key, flipped, "loan/1"),
        (key, sealed[:-4], "loan/1"),
        (key, "", "loan/1"),
        (key, "é", "loan/1"),
    ):
        with pytest.raises(Invalid) as refused:
            file_keys.unseal(wrong_key, text, context=context)
        assert refused.value.code == "sealed.unreadable"


def test_a_destroyed_key_opens_nothing_and_seals_nothing(keyring: Keyring) -> None:
    key, kept = keyring.new_key(), keyring.new_key()
    sealed = keyring.seal(key, PATRON, context="c")
    kept_sealed = keyring.seal(kept, PATRON, context="c")

    assert keyring.destroy([key]) == 1

    assert keyring.unseal(key, sealed, context="c") is None
    assert keyring.unseal(kept, kept_sealed, context="c") == PATRON
    with pytest.raises(Invalid, match="was destroyed"):
        keyring.seal(key, PATRON, context="c")
    assert keyring.destroy([key]) == 0


def test_a_key_that_was_never_made_is_not_taken_for_a_destroyed_one(keyring: Keyring) -> None:
    keyring.new_key()
    for number in (0, -1, 10_000_000):
        with pytest.raises(Invalid) as refused:
            keyring.unseal(number, "x", context="c")
        assert refused.value.code == "key.unknown"


def test_a_key_is_durable_before_its_number_is_given(shared_store_url: str) -> None:
    where = StoreUrl.parse(shared_store_url).beside("keys")
    first = Keyring.open(where)
    key = first.new_key()
    sealed = first.seal(key, PATRON, context="c")

    # The first is still open, as it is when a process is killed.
    second = Keyring.open(where, create=False)
    assert second.unseal(key, sealed, context="c") == PATRON
    second.destroy([key])
    assert first.unseal(key, sealed, context="c") is None
    first.close()
    second.close()


def test_no_number_is_given_twice_by_threads_and_processes_together(shared_store_url: str) -> None:
    where = StoreUrl.parse(shared_store_url).beside("keys")
    rings = [Keyring.open(where) for _ in range(2)]
    given: list[int] = []

    def take(ring: Keyring) -> None:
        given.extend(ring.new_key() for _ in range(100))

    threads = [threading.Thread(target=take, args=(ring,)) for ring in rings * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for ring in rings:
        ring.close()

    assert len(given) == 400
    assert len(set(given)) == 400


def test_a_card_leads_to_its_patron_until_it_is_forgotten(keyring: Keyring) -> None:
    assert keyring.patron_of(CARD) is None
    keyring.bind_card(CARD, PATRON)
    keyring.bind_card(CARD, PATRON)

    assert keyring.patron_of(CARD) == PATRON
    keyring.forget_card(CARD)
    assert keyring.patron_of(CARD) is None
    keyring.forget_card(CARD)


def test_a_card_has_one_patron_and_the_refusal_does_not_repeat_it(keyring: Keyring) -> None:
    keyring.bind_card(CARD, PATRON)

    with pytest.raises(Refused) as refused:
        keyring.bind_card(CARD, "another")
    assert refused.value.code == "card.taken"
    assert CARD not in refused.value.sentence
    assert keyring.patron_of(CARD) == PATRON


def test_a_login_leads_to_its_actor_and_to_nobody_else(keyring: Keyring) -> None:
    keyring.bind_login("ann@example.org", "staff/ann")

    assert keyring.actor_of("ann@example.org") == "staff/ann"
    assert keyring.actor_of("bob@example.org") is None
    with pytest.raises(Refused):
        keyring.bind_login("ann@example.org", "staff/bob")


def test_a_holder_is_the_same_for_one_store_and_different_for_another(tmp_path: Path) -> None:
    first = Keyring.open(str(tmp_path / "a.keys"))
    holder = first.holder(PATRON)
    first.close()
    again = Keyring.open(str(tmp_path / "a.keys"))
    other = Keyring.open(str(tmp_path / "b.keys"))

    assert again.holder(PATRON) == holder
    assert len(holder) == 32
    assert other.holder(PATRON) != holder
    assert again.holder("somebody else") != holder
    again.close()
    other.close()


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    keys = Keyring.open(str(tmp_path / "branchline.db.keys"))
    keys.new_key()

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    keys.close()
    assert modes
    assert set(modes.values()) == {0o600}


def test_no_card_or_login_stands_in_any_file_and_a_destroyed_key_in_none(tmp_path: Path) -> None:
    keys = Keyring.open(str(tmp_path / "branchline.db.keys"))
    keys.bind_card(CARD, PATRON)
    keys.bind_login("ann@example.org", "staff/ann")
    number = keys.new_key()
    keys.seal(number, "Zoë Secret", context="c")
    secret = keys._key(number)
    assert secret is not None
    assert any(secret in path.read_bytes() for path in tmp_path.iterdir()), "the test cannot see keys at all"

    keys.destroy([number])

    files = [path.read_bytes() for path in tmp_path.iterdir()]
    keys.close()
    for text in (CARD.encode(), b"ann@example.org", "Zoë Secret".encode(), secret):
        assert not any(text in content for content in files)


def test_a_forgotten_card_leaves_nothing_behind(tmp_path: Path) -> None:
    keys = Keyring.open(str(tmp_path / "branchline.db.keys"))
    keys.bind_card(CARD, PATRON)
    keys.forget_card(CARD)

    files = [path.read_bytes() for path in tmp_path.iterdir()]
    keys.close()
    assert not any(PATRON.encode() in content for content in files)


def test_a_lost_key_store_is_not_replaced_by_an_empty_one(shared_store_url: str) -> None:
    with pytest.raises(Unknown) as refused:
        Keyring.open(StoreUrl.parse(shared_store_url).beside("keys"), create=False)
    assert refused.value.code == "store.missing"


def test_another_programs_file_is_refused_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.keys"
    path.write_text("not a key store, but somebody's notes" * 10)
    before = path.read_bytes()

    with pytest.raises(Invalid) as refused:
        Keyring.open(str(path))
    assert refused.value.code == "store.not-a-store"
    assert path.read_bytes() == before


def test_many_cards_are_bound_at_once_or_not_at_all(keyring: Keyring) -> None:
    keyring.bind_card("card-9", "patron-9")
    keyring.bind_cards([("card-1", "patron-1"), ("card-2", "patron-2")])
    assert [keyring.patron_of(card) for card in ("card-1", "card-2")] == ["patron-1", "patron-2"]
    with pytest.raises(Refused):
        keyring.bind_cards([("card-3", "patron-3"), ("card-9", "somebody-else")])
    assert keyring.patron_of("card-3") is None
