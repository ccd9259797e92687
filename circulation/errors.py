"""
Everything that Branchline can say no with.

Four families, because four different people act on them:
what is named does not exist (`Unknown`), what was given cannot be read (`Invalid`),
a rule forbids it (`Refused`), somebody else was faster (`Conflict`).
The command line, the screens and the protocols all print the same code, sentence and hint.
"""

from __future__ import annotations

__all__ = ["BranchlineError", "Conflict", "Invalid", "Refused", "Unknown"]


class BranchlineError(Exception):
    """
    A stable code, one sentence that names the value and the place, and what to do next.

    No sentence may contain a patron's name, card number or contact.
    """

    def __init__(self, code: str, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        """An error may cross to another process and keep its code and hint."""
        return type(self), (self.code, self.sentence, self.hint)


class Unknown(BranchlineError):
    """What is named does not exist here."""


class Invalid(BranchlineError):
    """What was given cannot be read or cannot be true."""


class Refused(BranchlineError):
    """A rule forbids it; nothing was recorded."""


class Conflict(BranchlineError):
    """Somebody else changed the same thing first; a retry is safe."""
