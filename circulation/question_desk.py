"""
Saving questions, so that the same one is asked again next month.
"""

from __future__ import annotations

from collections.abc import Mapping

from circulation.actor import Role
from circulation.barcode import parse_name
from circulation.command import Caller, Commands
from circulation.event import Event
from circulation.folds import QUESTIONS_FOLD
from circulation.question import QUESTIONS, QuestionSaved, parse_question

__all__ = ["QuestionDesk"]


class QuestionDesk:
    """The questions of one store, by name."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    def saved(self) -> Mapping[str, str]:
        """Every saved question by its name."""
        return self._commands.ledger.load(QUESTIONS, QUESTIONS_FOLD).state or {}

    def save(self, caller: Caller, name: str, question: str, *, request: str | None = None) -> None:
        """
        Give a question a name; saying the same again records nothing.

        Raises `Invalid` (`question.unreadable`, `name.unreadable`) and what `Commands.run` raises.
        """
        name = parse_name(name, what="question")
        words = " ".join(question.split())
        parse_question(words)

        def decide(saved: Mapping[str, str] | None) -> list[Event]:
            known = (saved or {}).get(name) == words
            return [] if known else [QuestionSaved(name=name, question=words)]

        self._commands.change(
            caller, "bisect save", {"name": name, "question": words}, (QUESTIONS, QUESTIONS_FOLD), decide,
            roles={Role.AUDITOR, Role.COORDINATOR}, request=request,
        )  # fmt: skip
