"""
What the command line tells the shell when it ends.

Scripts rely on these numbers; a new meaning gets a new number.
"""

from __future__ import annotations

from enum import IntEnum

__all__ = ["ExitCode"]


class ExitCode(IntEnum):
    """A number for the shell, and in `meaning` one phrase for people."""

    meaning: str

    def __new__(cls, number: int, meaning: str) -> ExitCode:
        """The member of that number."""
        member = int.__new__(cls, number)
        member._value_ = number
        member.meaning = meaning
        return member

    DONE = 0, "done"
    FAILED = 1, "refused or failed; a sentence on stderr says why"
    USAGE = 2, "the command line itself cannot be read"
    LOOK = 3, "done, and there is something that somebody should look at"
    BUSY = 4, "busy, or somebody else was faster; nothing was recorded and a retry is safe"
    BUG = 70, "something that Branchline did not expect; BRANCHLINE_DEBUG=1 shows where"
    INTERRUPTED = 130, "interrupted from the keyboard"
    OUTPUT_CLOSED = 141, "whoever read the output stopped reading"
