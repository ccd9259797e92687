"""A receipt, and how it gets its words: from the catalogue of messages, in the language that is spoken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from circulation.messages.catalogue import code_of, message

__all__ = ["Receipt", "Signal", "say"]

Signal = Literal["shelve", "hold-shelf", "send", "aside", "done"]
"""What the desk shows and sounds: put on the shelf, on the hold shelf, into a tote, keep aside, all done."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """
    The outcome of one command at a desk.

    `code` is stable (`send.hold`); `headline` has at most four words; `sentence` says why;
    `route_to` is the branch that it must go to, None if it stays; `slip` are the lines to print, empty for none.
    """

    code: str
    headline: str
    sentence: str
    signal: Signal
    item: str | None = None
    route_to: str | None = None
    reason: str | None = None
    hold: str | None = None
    filling: str | None = None
    due_us: int | None = None
    slip: tuple[str, ...] = ()
    request: str = ""
    position: int = 0
    repeated: bool = False


def say(
    name: str,
    signal: Signal,
    /,
    *,
    item: str | None = None,
    route_to: str | None = None,
    reason: str | None = None,
    hold: str | None = None,
    filling: str | None = None,
    due_us: int | None = None,
    **values: object,
) -> Receipt:
    """
    The receipt with the words of a message (`circulation/messages/`), in the language that is spoken.

    What stands on the receipt is a placeholder too: `{route_to}`, `{hold}`, `{filling}`.
    """
    texts = message(name)
    values |= {"item": item, "route_to": route_to, "reason": reason, "hold": hold, "filling": filling}
    return Receipt(
        code_of(name),
        texts.headline.format_map(values),
        texts.sentence.format_map(values).strip(),
        signal,
        item,
        route_to,
        reason,
        hold,
        filling,
        due_us,
        tuple([line.format_map(values) for line in texts.slip]),
    )
