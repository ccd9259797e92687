"""
The totes of a demo as things: where the empty ones stand, and what really lies in each of the others.

What was scanned into a tote is what the log says; what lies in it may differ by what somebody put into the wrong one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from circulation.folds import FILLING, ITEM
from circulation.item import item_stream
from circulation.ledger import Ledger
from circulation.lookups import OpenFilling
from circulation.tote import Filling, filling_stream
from interfaces.demo.codes import tote_code

__all__ = ["Boxes", "There", "tote_of"]


def tote_of(filling: str) -> str:
    """The tote of a filling such as `T00012/3`."""
    return filling.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class There:
    """A filling as the log places it, and when it was sealed (microseconds UTC)."""

    filling: str
    destination: str
    status: str
    since_us: int


class Boxes:
    """
    Every tote of the network.

    Implements `circulation.lookups.Contents` and `logistics.yard.TotesThere` from what was packed in this demo.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._made = 0
        self._empty: dict[str, list[str]] = defaultdict(list)
        self._scanned: dict[str, list[str]] = {}
        self._inside: dict[str, list[str]] = {}
        self._sealed_us: dict[str, int] = {}
        self._there: dict[str, list[str]] = defaultdict(list)

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
            self._there[place].append(filling)
        self._scanned[filling].append(barcode)
        self._inside[filling if into is None else into].append(barcode)
        return len(self._scanned[filling])

    def move(self, fillings: Iterable[str], origin: str, destination: str) -> None:
        """Sealed totes are carried from a place onto a van, or off one."""
        for filling in fillings:
            self._there[origin].remove(filling)
            self._there[destination].append(filling)

    def empty_out(self, place: str, filling: str) -> Sequence[str]:
        """What really lies in a filling at a place, taken out of it."""
        self._there[place].remove(filling)
        self._scanned.pop(filling)
        self._sealed_us.pop(filling, None)
        return self._inside.pop(filling)

    def put_away(self, place: str, filling: str) -> None:
        """The tote of a filling that has ended is an empty one at a place."""
        self._empty[place].append(tote_of(filling))

    def note_sealed(self, filling: str, at_us: int) -> None:
        """A filling was closed at that moment."""
        self._sealed_us[filling] = at_us

    def there(self, place: str) -> list[str]:
        """The fillings that are at a place or on a van."""
        return list(self._there[place])

    def being_packed(self, place: str) -> list[str]:
        """The fillings at a place into which something can still be put."""
        return [filling for filling in self._there[place] if self._state(filling).status == "open"]

    def destination(self, filling: str) -> str:
        """Where a filling goes."""
        return self._state(filling).destination

    def ready(self, place: str, destinations: Collection[str] | None = None) -> list[str]:
        """The sealed fillings at a place, those for some destinations only if given; without, for all others."""
        found = []
        for filling in self._there[place]:
            state = self._state(filling)
            wanted = state.destination != place if destinations is None else state.destination in destinations
            if state.status != "open" and wanted:
                found.append(filling)
        return found

    # --- as the log has it ---

    def items_in(self, filling: str) -> Sequence[str]:
        """The barcodes packed into a filling and not taken out, sorted."""
        return sorted(code for code in self._scanned.get(filling, ()) if self._place_of(code) == filling)

    def open_at(self, branch: str) -> Sequence[OpenFilling]:
        """The fillings that are open at a branch."""
        states = [self._state(filling) for filling in self._there[branch]]
        return [OpenFilling(one.filling, one.destination, one.purpose) for one in states if one.status == "open"]

    def fillings_at(self, place: str) -> Sequence[There]:
        """The fillings at a branch or on a van that have not ended, wherever they really are."""
        found = []
        for filling in self._scanned:
            state = self._state(filling)
            if state.place == place and state.status != "ended":
                found.append(There(filling, state.destination, state.status, self._sealed_us.get(filling, 0)))
        return found

    def _state(self, filling: str) -> Filling:
        state = self._ledger.load(filling_stream(filling), FILLING).state
        if state is None:
            raise KeyError(filling)
        return state

    def _place_of(self, barcode: str) -> str:
        item = self._ledger.load(item_stream(barcode), ITEM).state
        return "" if item is None else item.custody.place.ref
