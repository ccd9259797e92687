"""The language in which people are told things: as the environment of the command asks."""

from __future__ import annotations

from circulation.errors import Invalid
from circulation.messages.catalogue import ENGLISH, languages, speak
from interfaces.command_tree import Misused

__all__ = ["speak_as_asked"]


def speak_as_asked(language: str | None) -> None:
    """
    Tell everything in this language from now on, in English if none is asked for.

    It is the name of a language that ships with Branchline, or a folder with one. Raises `Misused`
    (`language.unknown`).
    """
    try:
        speak(language or ENGLISH)
    except LookupError:
        raise Misused(Invalid("language.unknown", language=language, known=", ".join(languages()))) from None
