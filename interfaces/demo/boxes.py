"""
The totes of a demo as things: where the empty ones stand, and what really lies in each of the others.

What was scanned into a tote is what the log says; what lies in it may differ by what somebody put into the wrong one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from circulation.folds import FILLING, ITEM
from circulation.item import item_stream
from circulation.ledger import Ledger
from circulation.lookups import OpenFilling
from circulation.tote import filling_stream
from interfaces.demo.codes import tote_code

__all__ = ["Boxes", "tote_of"]


def tote_of(filling: str) -> str:
    """The tote of a filling such as `T00012/3`."""
    return filling.rpartition("/")[0]


class Boxes:
    """Every tote of the network. Implements `circulation.lookups.Contents` from what was packed in this demo."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._made = 0
        self._empty: dict[str, list[str]] = defaultdict(list)
        self._scanned: dict[str, list[str]] = {}
        self._inside: dict[str, list[str]] = {}
        self._open: dict[str, list[str]] = defaultdict(list)

    # --- as things ---

    def spare(self, place: str) -> str:
        """An empty tote at a place; a new one where none is left. It stays there until something is packed."""
        if not self._empty[place]:
            self._made += 1
            self._empty[place].append(tote_code(self._made))
        return self._empty[place][-1]

    def pack(self, place: str, filling: str, barcode: str, *, into: str | None = None) -> int:
        """Something was scanned into a filling, but lies in `into` if that is given; how many were scanned into it."""
        if filling not in self._scanned:
            tote = tote_of(filling)
            if tote in self._empty[place]:
                self._empty[place].remove(tote)
            self._scanned[filling] = []
            self._inside[filling] = []
            self._open[place].append(filling)
        self._scanned[filling].append(barcode)
        self._inside[filling if into is None else into].append(barcode)
        return len(self._scanned[filling])

    def close(self, place: str, filling: str) -> None:
        """A filling is sealed: nothing more goes in."""
        self._open[place].remove(filling)

    def filling_at(self, place: str) -> tuple[str, ...]:
        """The fillings that are being packed at a place."""
        return tuple(self._open[place])

    def empty_out(self, place: str, filling: str) -> Sequence[str]:
        """What really lies in a filling; its tote is empty afterwards."""
        self._empty[place].append(tote_of(filling))
        self._scanned.pop(filling, None)
        return self._inside.pop(filling, [])

    # --- as the log has it ---

    def items_in(self, filling: str) -> Sequence[str]:
        """The barcodes packed into a filling and not taken out, sorted."""
        return sorted(code for code in self._scanned.get(filling, ()) if self._place_of(code) == filling)

    def open_at(self, branch: str) -> Sequence[OpenFilling]:
        """The fillings that are open at a branch."""
        found = []
        for filling in self._open[branch]:
            state = self._ledger.load(filling_stream(filling), FILLING).state
            if state is not None:
                found.append(OpenFilling(filling, state.destination, state.purpose))
        return found

    def _place_of(self, barcode: str) -> str:
        item = self._ledger.load(item_stream(barcode), ITEM).state
        return "" if item is None else item.custody.place.ref
