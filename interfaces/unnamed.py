"""
No failure repeats a patron's card, whatever it was mistaken for: an item, a branch, a word too much.

What went wrong is told with what was typed. A card among it is found by asking the key store for every word that
could be one, in the sentence as a whole and not where it is made: a hundred sentences name what was given.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from circulation.errors import BranchlineError
from circulation.store.url import StoreUrl
from circulation.words import hidden

__all__ = ["CARD", "knows_cards", "without_cards"]

CARD = "(a patron's card)"
_WORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.\-]{0,62}[A-Za-z0-9])?")
_PIECE = re.compile(r"\d{4,}|[A-Za-z0-9]{4,}")


def without_cards(text: str, is_card: Callable[[str], bool]) -> str:
    """The text with every card in it replaced, also one that is a part of a longer word, and every sealed reason."""
    text = hidden(text)
    cards = {
        candidate
        for word in _WORD.findall(text)
        if any(letter.isdigit() for letter in word)
        for candidate in (word, *_PIECE.findall(word), *re.findall(r"\d{4,}", word))
        if is_card(candidate)
    }
    for card in sorted(cards, key=len, reverse=True):
        text = text.replace(card, CARD)
    return text


def knows_cards(store: StoreUrl) -> Callable[[str], bool]:
    """Whether a word is a card in the key store beside a store; nothing is made, and where there is none no word is."""
    from circulation.borrower import as_bound
    from circulation.keyring import Keyring

    known: list[Keyring] = []

    def is_card(word: str) -> bool:
        try:
            if not known:
                known.append(Keyring.open(store.beside("keys"), create=False))
            return known[0].patron_of(as_bound(word)) is not None
        except BranchlineError:
            return False

    return is_card
