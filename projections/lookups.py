"""
What circulation asks of the views, in the words of `circulation/lookups.py`.

What a van can do for an item is answered by `logistics`; these two are the views' part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from circulation.lookups import Copy, OpenFilling
from circulation.tote import FillingPurpose
from projections import catalogue, guests, locations, totes
from projections.views import Views

__all__ = ["CatalogueOfViews", "ContentsOfViews"]


class CatalogueOfViews:
    """Which copies a title has and where they are."""

    def __init__(self, views: Views) -> None:
        self._views = views

    def copies(self, title: str) -> Sequence[Copy]:
        """All copies of a title, in the order of their barcodes."""
        return catalogue.copies(self._views, title)

    def guests(self, item_type: str, *, besides: str) -> Mapping[str, int]:
        """By branch: how many copies of a type, without `besides`, are kept or awaited and have homes elsewhere."""
        return guests.guests(self._views, item_type, besides=besides)


class ContentsOfViews:
    """What is in totes."""

    def __init__(self, views: Views) -> None:
        self._views = views

    def items_in(self, filling: str) -> Sequence[str]:
        """The barcodes packed into a filling and not taken out, sorted."""
        return locations.items_in(self._views, filling)

    def open_at(self, branch: str) -> Sequence[OpenFilling]:
        """The fillings that are open at a branch."""
        return [
            OpenFilling(state.filling, state.destination, cast(FillingPurpose, state.purpose))
            for state in totes.open_at(self._views, branch)
        ]
