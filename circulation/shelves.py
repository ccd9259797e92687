"""
What a placement may ask about the network's shelves: the policy, the branches, and how full they are.

Each answer is read only where it decides something, so a copy that cannot float costs nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from circulation.branch import branch_stream
from circulation.directory import branches
from circulation.floating import FLOATING, Floating
from circulation.folds import BRANCH, FLOATING_FOLD
from circulation.item import Item
from circulation.ledger import Ledger
from circulation.lookups import Catalogue
from circulation.transfer_limits import TransferLimit

__all__ = ["Once", "Shelves", "count_guests", "floating_of", "guest_at", "read_shelves"]


T = TypeVar("T")


class Once(Generic[T]):
    """An answer that is worked out when it is first asked for. `functools.cache` costs a scan five times as much."""

    __slots__ = ("_answer", "_work_out")

    def __init__(self, work_out: Callable[[], T]) -> None:
        self._work_out: Callable[[], T] | None = work_out
        self._answer: T

    def __call__(self) -> T:
        """The answer."""
        if self._work_out is not None:
            self._answer = self._work_out()
            self._work_out = None
        return self._answer


def _none() -> Mapping[str, int]:
    return {}


@dataclass(frozen=True, slots=True)
class Shelves:
    """
    The answers for one copy.

    `member_of` is the member of a branch that a copy may float at, None for depots and what has left the network;
    `branches` are all of these. `guests` counts by branch the copies of this copy's type that are kept there or
    under way there and have their homes elsewhere, `same_title` the copies of its title on a shelf; itself never.
    `denied` is the transfer limit that keeps it from being sent to a branch from where it is.
    """

    floating: Floating = Floating()
    member_of: Callable[[str], str | None] = lambda _branch: ""
    branches: Callable[[], Mapping[str, str]] = dict
    guests: Callable[[], Mapping[str, int]] = _none
    same_title: Callable[[], Mapping[str, int]] = _none
    denied: Callable[[str], TransferLimit | None] = lambda _branch: None


def floating_of(ledger: Ledger) -> Shelves:
    """Where copies may float as the ledger knows it now, and not how full any shelf is."""

    def member_of(code: str) -> str | None:
        branch = ledger.load(branch_stream(code), BRANCH).state
        return None if branch is None or branch.retired or branch.kind == "depot" else branch.member

    return Shelves(floating=ledger.load(FLOATING, FLOATING_FOLD).state or Floating(), member_of=member_of)


def read_shelves(
    ledger: Ledger, catalogue: Catalogue, item: Item, denied: Callable[[str], TransferLimit | None]
) -> Shelves:
    """The shelves as the ledger and the catalogue know them now, for one copy that is `denied` some ways."""

    def floatable() -> Mapping[str, str]:
        return {code: branch.member for code, branch in branches(ledger).items() if branch.kind == "branch"}

    def same_title() -> Mapping[str, int]:
        counts: dict[str, int] = {}
        for copy in catalogue.copies(item.title):
            if copy.on_shelf and copy.branch is not None and copy.barcode != item.barcode:
                counts[copy.branch] = counts.get(copy.branch, 0) + 1
        return counts

    return replace(
        floating_of(ledger),
        branches=Once(floatable),
        guests=Once(lambda: catalogue.guests(item.item_type, besides=item.barcode)),
        same_title=Once(same_title),
        denied=denied,
    )


def guest_at(item: Item) -> str | None:
    """
    The branch that keeps a copy from elsewhere or awaits it; None for one at home, lent, set aside or missed.

    It counts where it is going: held there, and coming in, and not any more where it is going out.
    """
    custody = item.custody
    if custody.loan is not None or custody.capture is not None or custody.place.kind == "nowhere":
        return None
    if custody.transit is not None:
        branch: str | None = custody.transit.destination
    else:
        branch = custody.place.ref if custody.place.kind == "branch" else None
    return None if branch == item.home else branch


def count_guests(items: Iterable[Item], item_type: str, *, besides: str) -> Mapping[str, int]:
    """By branch: how many of these copies are guests of that type there, without `besides`."""
    return Counter(
        branch
        for item in items
        if item.item_type == item_type and item.barcode != besides and (branch := guest_at(item)) is not None
    )
