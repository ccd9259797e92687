"""The catalogue and the source fit each other: what is said is there, what is there is said, nothing is left open."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from circulation.custody import TransitReason
from circulation.messages.catalogue import ENGLISH, Message, code_of, languages, placeholders, read_language
from tests.circulation.messages.spoken import Said, everything_said

IRISH = str(Path(__file__).with_name("ga"))
SAID = list(everything_said())
ENTRIES = read_language(ENGLISH)
PARTS = ("names.", "phrase.", "note.")
"""Parts of sentences, which other messages take up."""
FROM_ELSEWHERE = {
    "usage": "{said}",
    "seal.unsigned:newest": "{broken}",
    "run.deviation:line": "{reason}",
    "plan.unsound": "{said}",
    "plan.breaks-rules": "{said}",
    "command.busy:beaten": "{last}",
    "shelve.held-back": "{because}",
    "history.held-back": "{because}",
    "hold.obstacle": "{because}",
    "override.not-allowed": "{refusal}",
    "rotation.cannot-move": "{what}",
}
"""Messages that end in a sentence which something else has made."""


def found(said: Said) -> list[str]:
    return [name for name in ENTRIES if said.matches(name)]


def test_the_source_says_hundreds_of_messages() -> None:
    """The search below finds what it is to find."""
    assert len(SAID) > 250
    assert any(said.where.startswith("circulation/receipt.py") for said in SAID)


def test_every_message_that_is_said_is_in_the_catalogue() -> None:
    """Also each side of an alternative; of a name with a variable part, at least one."""
    lost = [
        (said.where, pattern)
        for said in SAID
        for pattern in said.names
        if not any(re.fullmatch(pattern, name) for name in ENTRIES)
    ]
    assert lost == []


def test_every_message_in_the_catalogue_is_said_somewhere() -> None:
    """A translator is not asked for what nobody reads."""
    assert [name for name in ENTRIES if not any(said.matches(name) for said in SAID)] == []


def test_everything_that_a_message_leaves_open_is_given_wherever_it_is_said() -> None:
    """An error must not fail while it is told."""
    missing = [
        (said.where, name, open_)
        for said in SAID
        for name in found(said)
        if (open_ := placeholders(ENTRIES[name]) - said.values)
    ]
    assert missing == []


def test_no_words_stand_where_a_message_is_said() -> None:
    """Only its name, and the signal of a receipt; the words are in the catalogue."""
    assert [said.where for said in SAID if said.positional != said.allowed] == []
    assert [said.where for said in SAID if "**" in said.values] == []


@pytest.mark.parametrize("reason", get_args(TransitReason))
def test_every_reason_to_travel_has_a_receipt(reason: str) -> None:
    """A name with a variable part must have all of them."""
    assert f"send.{reason}" in ENTRIES


def _sentences(name: str, texts: Message) -> int:
    """How many there are; 0 where the last one does not end, or something stands for all of it."""
    sentence = texts.sentence.removeprefix("{came_in}").removesuffix("{then}").strip()
    ends = (FROM_ELSEWHERE[name],) if name in FROM_ELSEWHERE else (".", "?")
    return 1 + len(re.findall(r"[.?!] ", sentence)) if sentence.endswith(ends) else 0


def test_a_message_is_one_sentence() -> None:
    """One, not none and not two."""
    single = {n: texts for n, texts in ENTRIES.items() if not texts.headline and not n.startswith(PARTS)}
    assert [name for name, texts in single.items() if _sentences(name, texts) != 1] == []


def test_a_receipt_says_what_is_so_and_what_to_do_in_at_most_two_sentences() -> None:
    """How the item came in may stand before them and what follows after, or be all that there is to say."""
    receipts = {name: texts for name, texts in ENTRIES.items() if texts.headline}
    guilty = [name for name, texts in receipts.items() if _sentences(name, texts) not in (1, 2)]
    assert sorted(guilty) == ["again:nothing", "dates.moved"]


def test_the_names_of_messages_are_stable_codes_with_at_most_one_wording() -> None:
    """`renew.limit`, or `item.unknown:import`; placeholders are named as values are."""
    names = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)*(:[a-z0-9-]+)?")
    assert [name for name in ENTRIES if not names.fullmatch(name)] == []
    open_ = {placeholder for texts in ENTRIES.values() for placeholder in placeholders(texts)}
    assert [placeholder for placeholder in open_ if not re.fullmatch(r"[a-z_][a-z0-9_]*", placeholder)] == []


def test_headlines_are_short_and_no_text_is_blank_or_broken() -> None:
    """A headline is read across a desk."""
    for name, texts in ENTRIES.items():
        assert len(texts.headline.split()) <= 4, name
        for text in (texts.sentence, texts.hint, texts.headline, *texts.slip):
            assert (text, "\n" in text) == (text.strip(), False), name


def test_no_two_wordings_of_a_code_are_the_same() -> None:
    """Two wordings exist because they differ."""
    told = [(code_of(name), texts) for name, texts in ENTRIES.items()]
    assert len(set(told)) == len(told)


def test_a_language_has_no_message_and_no_placeholder_that_english_lacks() -> None:
    """Such a message would never be told; the one that begins small in these tests counts too."""
    for language in (*languages(), IRISH):
        own = read_language(language)
        assert own.keys() <= ENTRIES.keys(), language
        for name, texts in own.items():
            assert placeholders(texts) <= placeholders(ENTRIES[name]), (language, name)
