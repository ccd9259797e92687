"""
Questions about the past that are either true or not at a position, and the names under which they are saved.

A small closed grammar, so that every question has an exact answer at every position (`projections/bisect.py`):

    item BARCODE at PLACE | in FILLING | to BRANCH | on loan | set aside | nowhere | CONDITION
    hold HOLD waiting | promised | captured | suspended | ended
    tote TOTE at PLACE | open | sealed | loaded | unloaded | received | lost | ended
    plan PLAN published
    items at PLACE > N | items on loan > N | items nowhere > N      (or < N)
    holds at BRANCH > N | loans at BRANCH > N
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

from circulation.custody import AbsenceName, DefectName
from circulation.errors import Invalid
from circulation.event import Event, Fact, event

__all__ = ["QUESTIONS", "Question", "QuestionSaved", "fold_questions", "parse_question"]

QUESTIONS = "questions"
"""The stream on which questions are saved."""

_CONDITIONS = (*get_args(DefectName), *get_args(AbsenceName))
_COUNTED = re.compile(r"^(?:(items|holds|loans) at (\S+)|items (on loan|nowhere)) ([<>]) (\d{1,9})$")
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("item", r"item (\S+) (at|in|to) (\S+)"),
    ("item", r"item (\S+) (on loan|set aside|nowhere)()"),
    ("item", rf"item (\S+) ({'|'.join(_CONDITIONS)})()"),
    ("hold", r"hold (\S+) (waiting|promised|captured|suspended|ended)()"),
    ("tote", r"tote (\S+) (at) (\S+)"),
    ("tote", r"tote (\S+) (open|sealed|loaded|unloaded|received|lost|ended)()"),
    ("plan", r"plan (\S+) (published)()"),
)


Subject = Literal["item", "hold", "tote", "plan", "items", "holds", "loans"]


@dataclass(frozen=True, slots=True)
class Question:
    """
    One question. `subject` is what it is about and `name` which one; `is_` what is asked of it, of `value`.

    A count has the subject `items`, `holds` or `loans`, and asks whether there are `more` or `fewer` than `number`.
    """

    subject: Subject
    name: str
    is_: str
    value: str = ""
    number: int = 0


@event
class QuestionSaved(Event):
    """Somebody gave a question a name, or its name to another question."""

    name: str
    question: str


def parse_question(text: str) -> Question:
    """The question that a text asks. Raises `Invalid` (`question.unreadable`) with what can be asked."""
    words = " ".join(text.split())
    counted = _COUNTED.match(words)
    if counted:
        subject, place, elsewhere, sign, number = counted.groups()
        is_ = "more" if sign == ">" else "fewer"
        return Question(cast(Subject, subject or "items"), elsewhere or "at", is_, place or "", int(number))
    for kind, pattern in _PATTERNS:
        found = re.fullmatch(pattern, words)
        if found:
            return Question(kind, *found.groups())  # type: ignore[arg-type]
    raise Invalid("question.unreadable", words=words[:80])


def fold_questions(saved: Mapping[str, str] | None, fact: Fact) -> Mapping[str, str]:
    """The saved questions by name after one more fact. Raises `TypeError` for a fact that cannot be."""
    match fact.event:
        case QuestionSaved(name=name, question=question):
            return {**(saved or {}), name: question}
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about questions ({fact.stream})")
