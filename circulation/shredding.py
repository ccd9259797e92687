"""
Destroying in the key store what the log says is destroyed: after each command that says so, and whenever it is opened.

The log comes first. So nothing is destroyed that is not recorded, a program that was killed in between is made up for
by the next, and a key store that comes back from an older backup loses again what it had lost since, before anything
is read. The key store knows how far it has come: where there is nothing to do, opening costs one indexed read.
"""

from __future__ import annotations

from circulation.actor import ActorRegistered
from circulation.forgetting import DESTROYED_KEYS, KeysDestroyed
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.links import links_to

__all__ = ["open_keyring", "shred"]


def shred(ledger: Ledger, keyring: Keyring) -> int:
    """
    Destroy every key that the log says is destroyed and this key store has not caught up with; how many lived.

    The cards of forgotten patrons, and the logins of actors whose key went, mean nothing afterwards, and every link
    that led to these patrons is destroyed with them.
    What the log's own files kept of claims that have ended is overwritten.
    """
    facts = ledger.stream(DESTROYED_KEYS, after=keyring.caught_up())
    if not facts:
        return 0
    events = [fact.event for fact in facts if isinstance(fact.event, KeysDestroyed)]
    people = {event.patron for event in events if event.patron is not None}
    keys = {key for event in events for key in event.keys}
    keys.update(link.key for link in links_to(ledger, keyring, people))
    for patron in people:
        keyring.forget_cards_of(patron)
    for actor in _actors_known_by(ledger, keys):
        keyring.forget_logins_of(actor)
    destroyed = keyring.destroy(keys)
    ledger.scrub()
    keyring.catch_up(facts[-1].version)
    return destroyed


def _actors_known_by(ledger: Ledger, keys: set[int]) -> list[str]:
    """The actors whose logins are sealed under these keys."""
    return [
        stream
        for stream in ledger.streams("staff/")
        for fact in ledger.stream(stream)
        if isinstance(fact.event, ActorRegistered) and fact.event.key in keys
    ]


def open_keyring(ledger: Ledger, *, create: bool = True) -> Keyring:
    """The keys of a ledger's store, in which nothing lives that the log says is destroyed. Raises as `Keyring.open`."""
    keyring = Keyring.open(ledger.url.beside("keys"), create=create)
    try:
        shred(ledger, keyring)
    except BaseException:
        keyring.close()
        raise
    return keyring
