"""
The options of a command that may pass a rule which forbids it, if its giver's role may (`circulation/override.py`).
"""

from __future__ import annotations

from typing import Annotated

import typer

from circulation.errors import Invalid
from interfaces.command_tree import Misused

__all__ = ["Overriding", "Why", "reason_given"]

Overriding = Annotated[
    bool, typer.Option("--override", help="Pass a rule that forbids it, if your role may; give --why.")
]
Why = Annotated[str, typer.Option(metavar="TEXT", help="The reason, which is kept sealed.")]


def reason_given(override: bool, why: str) -> str | None:
    """The reason to pass a rule; None where no rule is to be passed. Raises `Misused` (`override.not-wanted`)."""
    if why and not override:
        raise Misused(Invalid("override.not-wanted"))
    return why if override else None
