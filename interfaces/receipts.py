"""
A receipt as a command prints it, and the options that a command of the desk cannot honour.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from circulation.errors import Invalid, Refused, Unknown
from interfaces.cells import printable
from interfaces.command_tree import Misused
from interfaces.context import Session
from interfaces.exit_code import ExitCode
from interfaces.output import Format

if TYPE_CHECKING:
    from circulation.receipt import Receipt

__all__ = ["not_backdated", "show_receipt", "show_receipts"]

_COLUMNS = (
    "code", "headline", "sentence", "item", "route_to", "hold", "filling", "due_us", "request", "position", "repeated",
)  # fmt: skip
_FOR_PEOPLE = ("item", "route_to", "hold", "filling", "due_us")


def show_receipt(session: Session, receipt: Receipt) -> None:
    """Print one receipt: for people what to do and why, in the other forms all of it."""
    if session.options.format is Format.TABLE:
        told = tuple(name for name in _FOR_PEOPLE if getattr(receipt, name) is not None)
        again = " (recorded before)" if receipt.repeated else ""
        session.output.show(receipt, told, title=f"{receipt.headline}{again}. {receipt.sentence}")
    else:
        session.output.show(receipt, _COLUMNS)


def show_receipts(session: Session, barcodes: list[str], act: Callable[[str, str | None], Receipt]) -> None:
    """
    Do the same with each of several items, and print the receipts.

    What is refused stops nothing: it is told on stderr and the exit code is 1. A single refusal is the command's own.
    """
    given = session.options.request
    if len(barcodes) == 1:
        show_receipt(session, act(barcodes[0], given))
        return
    receipts, refusals = [], []
    for number, barcode in enumerate(barcodes, 1):
        try:
            receipts.append(act(barcode, given and f"{given}-{number}"))
        except (Refused, Unknown, Invalid) as error:
            refusals.append(session.unnamed(f"{barcode}: {error.sentence} {error.hint}".rstrip()))
    session.output.emit(receipts, _COLUMNS)
    for refusal in refusals:
        print(printable(refusal), file=sys.stderr)
    if refusals:
        raise typer.Exit(ExitCode.FAILED)


def not_backdated(session: Session) -> None:
    """
    Refuse `--occurred-at` for a command that is true from when it is given.

    Raises `Misused` (`time.not-here`); to leave the time out silently would record another fact than was meant.
    """
    if session.options.occurred_us is not None:
        raise Misused(Invalid("time.not-here"))
