"""A list of names in a sentence, put into words when the sentence is told."""

from __future__ import annotations

from circulation.messages.catalogue import told

__all__ = ["Names"]


class Names(tuple[str, ...]):
    """
    Names that a message lists: `{held}` is `a, b, c`, `{held:or}` is `a, b or c`.

    Where there are none, both say so in a word.
    """

    __slots__ = ()

    def __format__(self, how: str) -> str:
        """The names in the language that is spoken."""
        if not self:
            return told("names.none")
        if how == "or" and len(self) > 1:
            return told("names.or", names=", ".join(self[:-1]), last=self[-1])
        return ", ".join(self)

    def __str__(self) -> str:
        """As where a message asks for them plainly."""
        return format(self)
