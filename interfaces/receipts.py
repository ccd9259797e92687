"""A receipt at the terminal: what to do in large, why below; all of it with --json."""

from __future__ import annotations

from circulation.receipt import Receipt
from interfaces.context import Session

__all__ = ["show_receipt"]

_COLUMNS = ("code", "headline", "sentence", "item", "route_to", "hold", "filling", "due_us", "position", "repeated")


def show_receipt(session: Session, receipt: Receipt) -> None:
    """Print one receipt on stdout."""
    session.output.show(receipt, _COLUMNS, title=receipt.headline)
