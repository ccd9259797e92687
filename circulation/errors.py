"""
Everything that Branchline can say no with.

Four families, because four different people act on them:
what is named does not exist (`Unknown`), what was given cannot be read (`Invalid`),
a rule forbids it (`Refused`), somebody else was faster (`Conflict`).
The command line, the screens and the protocols all print the same code, sentence and hint.
"""

from __future__ import annotations

from circulation.messages.catalogue import code_of, message
from circulation.messages.names import Names

__all__ = ["BranchlineError", "Conflict", "Invalid", "Refused", "Unknown"]


class BranchlineError(Exception):
    """
    A stable code, one sentence that names the value and the place, and what to do next.

    `Refused("loan.limit", loans=12, rule="adult", allowed=12)` names a message of the catalogue
    (`circulation/messages/`) and what it leaves open; `Refused("renew.not-on-loan:undo", …)` names another wording
    of the same code. The texts are made when they are asked for, in the language of whoever asks.

    No value may be a patron's name, card number or contact. What is no text, number or list of `Names` is kept as text.
    """

    def __init__(self, name: str, /, **values: object) -> None:
        super().__init__(name)
        self.name = name
        self.values = {
            key: value if isinstance(value, (str, int, float, Names)) else str(value) for key, value in values.items()
        }

    @property
    def code(self) -> str:
        """The stable code, for scripts and screens."""
        return code_of(self.name)

    @property
    def sentence(self) -> str:
        """What is wrong, in one sentence."""
        return message(self.name).sentence.format_map(self.values)

    @property
    def hint(self) -> str:
        """What to do next; empty if nobody can say."""
        return message(self.name).hint.format_map(self.values)

    def __str__(self) -> str:
        """The sentence."""
        return self.sentence

    def __reduce__(self) -> tuple[object, ...]:
        """An error may cross to another process and keep what it says."""
        return _again, (type(self), self.name, self.values)


def _again(family: type[BranchlineError], name: str, values: dict[str, object]) -> BranchlineError:
    return family(name, **values)


class Unknown(BranchlineError):
    """What is named does not exist here."""


class Invalid(BranchlineError):
    """What was given cannot be read or cannot be true."""


class Refused(BranchlineError):
    """A rule forbids it; nothing was recorded."""


class Conflict(BranchlineError):
    """Somebody else changed the same thing first; a retry is safe."""
