"""
The keys that make a person forgettable.

Whatever could name a patron is sealed under a key before it is decided upon, and the log keeps only
the opaque reference and the number of the key. Destroying the key forgets the person; the log stays as it was.
Keys are made durable in batches before they are used: an unused key is harmless, an event without its key impossible.
Cards and logins are kept as keyed digests, so that they can be looked up and not read.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections import OrderedDict, deque
from collections.abc import Iterable
from threading import RLock
from typing import TYPE_CHECKING

from circulation.errors import Invalid, Refused
from circulation.store.key_tables import open_key_tables
from circulation.store.url import StoreUrl

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["Keyring"]

_FORMAT = "2"
_FORM = b"\x01"
_NONCE_BYTES = 12
_BLOCK_BYTES = 48
"""Sealed text is padded to whole blocks, so that the links to patrons are all equally long."""

_FIRST_BATCH, _LARGEST_BATCH = 16, 2048
_PLACES_FOR_BATCHES = 2**41
"""Each batch has a random one, so a restored older key store gives no number again that the log knows already."""

_MOST_AT_ONCE = 500
"""Numbers in one statement."""
_RECENT_KEYS = 4096


class Keyring:
    """The keys of one store. Open it with `Keyring.open`; it may be used by several threads."""

    def __init__(self, where: StoreUrl, *, create: bool) -> None:
        self._lock = RLock()
        self._tables = open_key_tables(where, create=create, facts={"format": _FORMAT, "secret": secrets.token_hex(32)})
        facts = dict(self._tables.run("SELECT name, value FROM key_facts"))
        if facts.get("format") != _FORMAT:
            raise Invalid("store.newer:keys", store=where.shown, format=facts.get("format", "?"), known=_FORMAT)
        self._secret = bytes.fromhex(facts["secret"])
        self._minted: deque[tuple[int, bytes]] = deque()
        self._recent: OrderedDict[int, bytes] = OrderedDict()
        self._batch = _FIRST_BATCH

    @classmethod
    def open(cls, where: str | StoreUrl, *, create: bool = True) -> Keyring:
        """
        Open the key store at an address, making it if it is not there and `create` is true.

        The usual address is `StoreUrl.parse(store).beside("keys")`: a file `<store>.keys` that only its owner
        may read, or a schema beside the log's. With a log that exists say `create=False`, lest a lost key store
        be replaced by an empty one.

        Raises `Unknown` (`store.missing`) and `Invalid` (`store.address`, `store.unreachable`,
        `store.not-a-store`, `store.damaged`, `store.newer`).
        """
        return cls(where if isinstance(where, StoreUrl) else StoreUrl.parse(where), create=create)

    def close(self) -> None:
        """Let the key store go."""
        self._tables.close()

    # -- keys --------------------------------------------------------------------------------------------

    def new_key(self) -> int:
        """The number of a new AES-256 key, which is durable already."""
        with self._lock:
            if not self._minted:
                self._mint()
            number, key = self._minted.popleft()
            self._recent[number] = key
            if len(self._recent) > _RECENT_KEYS:
                self._recent.popitem(last=False)
            return number

    def _mint(self) -> None:
        first = secrets.randbelow(_PLACES_FOR_BATCHES) * _LARGEST_BATCH + 1
        minted = [(number, secrets.token_bytes(32)) for number in range(first, first + self._batch)]
        with self._tables.writing():
            self._tables.run("INSERT INTO batches (first, keys) VALUES (?, ?)", (first, len(minted)))
            for row in minted:
                self._tables.run("INSERT INTO keys (id, key) VALUES (?, ?)", row)
        # Numbers that stand side by side say nothing about what was sealed one after another.
        secrets.SystemRandom().shuffle(minted)
        self._minted.extend(minted)
        self._batch = min(self._batch * 2, _LARGEST_BATCH)

    def seal(self, key_id: int, plaintext: str, *, context: str) -> str:
        """
        An opaque reference (base64url) to text of up to 46 bytes, always 103 characters; longer in steps of 64.

        `context` says what it belongs to and is needed to open it.
        Raises `Invalid` (`key.destroyed`, `key.unknown`, `text.too-long` over 65,535 bytes).
        """
        text = plaintext.encode()
        if len(text) > 0xFFFF:
            raise Invalid("text.too-long", count=len(text))
        with self._lock:
            key = self._recent.get(key_id) or self._key(key_id)
        if key is None:
            raise Invalid("key.destroyed", key_id=key_id)
        framed = len(text).to_bytes(2, "big") + text
        framed += bytes(-len(framed) % _BLOCK_BYTES)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = _FORM + nonce + _cipher(key).encrypt(nonce, framed, _bound_to(_FORM, key_id, context))
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def unseal(self, key_id: int, sealed: str, *, context: str) -> str | None:
        """
        The text behind a reference, or None once its key is destroyed.

        Raises `Invalid`: `key.unknown` for a key that was never made here, `sealed.unreadable` for a reference
        that was changed or belongs to another key or context.
        """
        key = self._key(key_id)
        if key is None:
            return None
        from cryptography.exceptions import InvalidTag

        try:
            data = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
            nonce, body = data[1 : 1 + _NONCE_BYTES], data[1 + _NONCE_BYTES :]
            framed = _cipher(key).decrypt(nonce, body, _bound_to(data[:1], key_id, context))
        except (InvalidTag, ValueError):
            raise Invalid("sealed.unreadable", key_id=key_id) from None
        return framed[2 : 2 + int.from_bytes(framed[:2], "big")].decode()

    def _key(self, key_id: int) -> bytes | None:
        """A living key from the store, None if it was destroyed. Read every time: others destroy keys too."""
        rows = self._tables.run("SELECT key FROM keys WHERE id = ?", (key_id,))
        if rows:
            return bytes(rows[0][0])
        batch = self._tables.run(
            "SELECT first + keys FROM batches WHERE first <= ? ORDER BY first DESC LIMIT 1", (key_id,)
        )
        if not batch or key_id >= batch[0][0]:
            raise Invalid("key.unknown", key_id=key_id)
        return None

    def living(self, key_ids: Iterable[int]) -> set[int]:
        """Those of the keys that exist."""
        found: set[int] = set()
        numbers = list(key_ids)
        for start in range(0, len(numbers), _MOST_AT_ONCE):
            some = numbers[start : start + _MOST_AT_ONCE]
            rows = self._tables.run(f"SELECT id FROM keys WHERE id IN ({', '.join('?' * len(some))})", some)  # noqa: S608
            found.update(int(row[0]) for row in rows)
        return found

    def destroy(self, key_ids: Iterable[int]) -> int:
        """Destroy keys for ever and return how many were living; the rest is not an error."""
        with self._lock:
            numbers = list(key_ids)
            for number in numbers:
                self._recent.pop(number, None)
            with self._tables.writing():
                destroyed = self.living(numbers)
                for number in destroyed:
                    self._tables.run("DELETE FROM keys WHERE id = ?", (number,))
            self._tables.scrub()
        return len(destroyed)

    def caught_up(self) -> int:
        """Up to which version of the log's stream of destroyed keys all of them were destroyed here."""
        rows = self._tables.run("SELECT value FROM key_facts WHERE name = 'destroyed'")
        return int(rows[0][0]) if rows else 0

    def catch_up(self, version: int) -> None:
        """Remember that all keys up to that version are destroyed; it never goes back."""
        with self._lock, self._tables.writing():
            if version > self.caught_up():
                self._tables.run("DELETE FROM key_facts WHERE name = 'destroyed'")
                self._tables.run("INSERT INTO key_facts (name, value) VALUES ('destroyed', ?)", (str(version),))

    # -- desks without a network --------------------------------------------------------------------------

    def box_key(self) -> str:
        """The public key for what only this store may open, to be given to desks that lose the network."""
        from circulation.offline.sealed_box import public_key

        return public_key(self._digest("box", "offline"))

    def open_box(self, sealed: str, *, context: str) -> str:
        """What was sealed under `box_key`. Raises `Invalid` (`sealed.not-ours`)."""
        from circulation.offline.sealed_box import open_box

        return open_box(self._digest("box", "offline"), sealed, context=context)

    # -- people ------------------------------------------------------------------------------------------

    def holder(self, patron_id: str) -> bytes:
        """Under which a patron's claims stand: 32 bytes that mean nothing without this key store."""
        return self._digest("holder", patron_id)

    def bind_card(self, card: str, patron_id: str) -> None:
        """Say whose card it is. Raises `Refused` (`card.taken`) if it is another patron's."""
        if self._bind("cards", "card", "patron", self._digest("card", card), patron_id) != patron_id:
            raise Refused("card.taken")

    def bind_cards(self, cards: Iterable[tuple[str, str]]) -> None:
        """
        Say of many cards at once which patrons' they are (card, patron).

        Raises `Refused` (`card.taken`), and binds none, if one of them is another patron's.
        """
        with self._lock, self._tables.writing():
            for card, patron_id in cards:
                self.bind_card(card, patron_id)

    def patron_of(self, card: str) -> str | None:
        """The id of the patron whose card it is, if it is one."""
        rows = self._tables.run("SELECT patron FROM cards WHERE card = ?", (self._digest("card", card),))
        return str(rows[0][0]) if rows else None

    def forget_card(self, card: str) -> None:
        """Make a card mean nothing here; forgetting an unknown one changes nothing."""
        self._tables.run("DELETE FROM cards WHERE card = ?", (self._digest("card", card),))
        self._tables.scrub()

    def forget_cards_of(self, patron_id: str) -> int:
        """Make every card of a patron mean nothing here; how many there were."""
        with self._lock, self._tables.writing():
            count = int(self._tables.run("SELECT count(*) FROM cards WHERE patron = ?", (patron_id,))[0][0])
            self._tables.run("DELETE FROM cards WHERE patron = ?", (patron_id,))
        self._tables.scrub()
        return count

    def bind_login(self, login: str, actor: str) -> None:
        """Say whose login it is. Raises `Refused` (`login.taken`) if it is another actor's."""
        if self._bind("logins", "login", "actor", self._digest("login", login), actor) != actor:
            raise Refused("login.taken")

    def actor_of(self, login: str) -> str | None:
        """The actor who signs in under a login, if there is one."""
        rows = self._tables.run("SELECT actor FROM logins WHERE login = ?", (self._digest("login", login),))
        return str(rows[0][0]) if rows else None

    def forget_logins_of(self, actor: str) -> None:
        """Nobody signs in as this actor any more, nor can be found to have done."""
        with self._lock, self._tables.writing():
            self._tables.run("DELETE FROM logins WHERE actor = ?", (actor,))
        self._tables.scrub()

    def _bind(self, table: str, column: str, meaning: str, digest: bytes, value: str) -> str:
        """Keep a value under a digest unless there is one, and return the one that is kept."""
        self._tables.run(
            f"INSERT INTO {table} ({column}, {meaning}) VALUES (?, ?) ON CONFLICT ({column}) DO NOTHING",  # noqa: S608
            (digest, value),
        )
        return str(self._tables.run(f"SELECT {meaning} FROM {table} WHERE {column} = ?", (digest,))[0][0])  # noqa: S608

    def _digest(self, kind: str, text: str) -> bytes:
        return hmac.digest(self._secret, f"{kind}\0{text}".encode(), "sha256")


def _cipher(key: bytes) -> AESGCM:
    # A heavy import, and most programs seal nothing.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def _bound_to(form: bytes, key_id: int, context: str) -> bytes:
    return form + f"{key_id}\0{context}".encode()
