"""
The catalogue of messages: code → sentence, hint, headline and slip, in the language of whoever is answered.

A language is a folder of TOML files, named like `en` or `ga`. English has every message; another language may have
some, and what it lacks is said in English. An entry is named by its code, `["loan.limit"]`; where one code is told in
several wordings, the others are named `["item.unknown:import"]`. Texts hold named placeholders, `{loans}`.

Nothing is read from disk before the first message is told, so that `--help` does not wait for it; then the files are
cut at their headers, and an entry is parsed when it is told: a command tells one or two of hundreds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

__all__ = [
    "ENGLISH",
    "Message",
    "code_of",
    "find",
    "languages",
    "message",
    "placeholders",
    "read_language",
    "speak",
    "together",
    "told",
]

ENGLISH = "en"
_HERE = Path(__file__).parent
_HEADER = re.compile(r"""^\[\s*(["']?)([^"'\]]+)\1\s*\][ \t]*(?:#.*)?$""", re.MULTILINE)
_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


@dataclass(frozen=True, slots=True)
class Message:
    """
    The texts of one message, with their placeholders.

    Every message has a `sentence`. A refusal may have a `hint`; a receipt has a `headline` of at most four words,
    and `slip`, the lines to print, where something travels or is set aside.
    """

    sentence: str
    hint: str = ""
    headline: str = ""
    slip: tuple[str, ...] = ()


def message(name: str) -> Message:
    """The message in the language that is spoken, in English where that lacks it; its own name if nobody has it."""
    return find(name) or Message(name)


def find(name: str) -> Message | None:
    """The message in the language that is spoken, in English where that lacks it; None if nobody has it."""
    return _spoken(_language.get(), name)


def told(name: str, /, **values: object) -> str:
    """The sentence of a message, with these values."""
    return message(name).sentence.format_map(values)


def together(*sentences: str) -> str:
    """Sentences that follow each other; empty ones are left out."""
    return " ".join(filter(None, sentences))


def code_of(name: str) -> str:
    """The stable code of a message: its name without the wording, `item.unknown` for `item.unknown:import`."""
    return name.partition(":")[0]


def speak(language: str) -> None:
    """
    From now on, and as long as this context lives, people are told in this language.

    It is the name of a language that ships with Branchline, or the path of a folder with one. `LookupError` if
    there is no such language.
    """
    if _folder(language) is None:
        raise LookupError(language)
    _language.set(language)


def languages() -> tuple[str, ...]:
    """The languages that ship with Branchline."""
    return tuple(sorted(path.name for path in _HERE.iterdir() if any(path.glob("*.toml"))))


def read_language(language: str) -> dict[str, Message]:
    """All messages that a language has of its own, by name; `LookupError` if there is no such language."""
    return {name: _parsed(written) for name, written in _entries(language).items()}


def placeholders(texts: Message) -> frozenset[str]:
    """The names of everything that the texts of a message leave open."""
    return _named((texts.sentence, texts.hint, texts.headline, *texts.slip))


def _named(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(name for text in texts for _, name, _, _ in Formatter().parse(text) if name is not None)


def _folder(language: str) -> Path | None:
    return next((path for path in (_HERE / language, Path(language)) if any(path.glob("*.toml"))), None)


@cache
def _spoken(language: str, name: str) -> Message | None:
    """
    A message in a language, over the one in English.

    A text that it lacks, and a message that asks for what is never given, are left in English.
    """
    in_english = _entries(ENGLISH).get(name)
    if in_english is None:
        return None
    english, written = _parsed(in_english), _entries(language).get(name)
    if written is None:
        return english
    texts = _parsed(written)
    return _over(texts, english) if placeholders(texts) <= placeholders(english) else english


@cache
def _entries(language: str) -> Mapping[str, str]:
    """What is written under each header of a language's files, by the name in the header."""
    folder = _folder(language)
    if folder is None:
        raise LookupError(language)
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        headers = [*_HEADER.finditer(text)]
        ends = [*(header.start() for header in headers[1:]), len(text)]
        found |= {header[2]: text[header.end() : end] for header, end in zip(headers, ends, strict=True)}
    return found


def _parsed(written: str) -> Message:
    try:
        texts = dict(_line(line) for line in written.splitlines() if line and line[0] != "#")
    except ValueError:  # valid, but not a line of plain strings for each text: 'a', or one over several lines
        import tomllib

        texts = tomllib.loads(written)
    return Message(
        texts.get("sentence", ""), texts.get("hint", ""), texts.get("headline", ""), tuple(texts.get("slip", ()))
    )


def _line(line: str) -> tuple[str, Any]:
    """A key and its value, where TOML and JSON write it alike; most lines are, and `tomllib` takes long to import."""
    key, _, value = line.partition("=")
    return key.strip(), json.loads(value)


def _over(texts: Message, english: Message) -> Message:
    return Message(
        texts.sentence or english.sentence,
        texts.hint or english.hint,
        texts.headline or english.headline,
        texts.slip or english.slip,
    )
