"""
What somebody must do with a book in the hand when it was told to go to the wrong place: one sentence.

A slip said one thing, and something else is right: because the scan was made under the wrong branch or date, or
because a desk without the network could not know better.
"""

from __future__ import annotations

from typing import NamedTuple

from circulation.receipt import Receipt, Signal

__all__ = ["Told", "put_right", "told_by", "where_it_was_put"]


class Told(NamedTuple):
    """What a slip says: what to do with the book, where it is to go, into which tote."""

    signal: Signal
    to: str | None = None
    filling: str | None = None
    code: str | None = None


def told_by(receipt: Receipt) -> Told:
    """What a receipt tells whoever holds the book."""
    return Told(receipt.signal, receipt.route_to, receipt.filling, _shelf_code(receipt))


def put_right(item: str, said: Told, right: Told, *, about: str = "") -> str:
    """
    How to get the book from where `said` put it to where it belongs; empty where that is the same.

    `about` is what more there is to say of the place where it was put, in brackets.
    """
    if (said.signal, said.to) == (right.signal, right.to):
        return ""
    return f"Take {item} {where_it_was_put(said)}{about} and {_what_to_do(right)}."


def where_it_was_put(said: Told) -> str:
    """Where a book lies that was dealt with as it was said."""
    if said.filling is not None:
        return f"out of tote {said.filling}"
    if said.signal == "send":
        return f"out of the box for {said.to}"
    return {
        "shelve": "from the shelf",
        "hold-shelf": "from the hold shelf",
        "aside": "from what was kept aside",
    }.get(said.signal, "from where it lies")


def _what_to_do(right: Told) -> str:
    if right.signal == "send":
        return f"send it to {right.to}"
    if right.signal == "hold-shelf":
        return f"put it on the hold shelf{f' with the code {right.code}' if right.code else ''}"
    return {"shelve": "put it on the shelf", "aside": "keep it aside"}.get(right.signal, "leave it")


def _shelf_code(receipt: Receipt) -> str | None:
    return next((line.removeprefix("code ") for line in receipt.slip if line.startswith("code ")), None)
