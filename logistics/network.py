"""
How branches, hubs and trunk runs hang together, and what way an item takes over them.

Branches and hubs are facts of `circulation/branch.py`; this file adds what only the courier needs:
trunk runs between hubs, direct totes, and how many items fill a tote.
Travel times by road are in `roads.py`; the way over the hubs is worked out in `ways.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from circulation.event import Event, Fact, event

__all__ = [
    "COURIER",
    "Courier",
    "DirectToteRemoved",
    "DirectToteSet",
    "ItemsPerToteSet",
    "RoadEstimateSet",
    "RoadMatrixSet",
    "Trunk",
    "TrunkRemoved",
    "TrunkSet",
    "fold_courier",
]

COURIER = "network/courier"
"""The stream of the courier's settings."""


@event
class TrunkSet(Event):
    """
    A run from hub to hub on some weekdays (0 Monday … 6 Sunday), in minutes after local midnight.

    It arrives `arrives_days` days after it departs; `totes` is its capacity. What is sorted at the hub
    `cutoff_minutes` before departure travels with it.
    """

    trunk: str
    origin: str
    destination: str
    days: tuple[int, ...]
    departs_minute: int
    arrives_minute: int
    arrives_days: int = 0
    totes: int
    cutoff_minutes: int = 30


@event
class TrunkRemoved(Event):
    """A trunk run is not driven any more."""

    trunk: str


@event
class DirectToteSet(Event):
    """The branch packs a tote of its own for that destination instead of leaving the sort to its hub."""

    branch: str
    destination: str


@event
class DirectToteRemoved(Event):
    """The branch leaves that destination to its hub again."""

    branch: str
    destination: str


@event
class ItemsPerToteSet(Event):
    """How many items of a type fill a tote; `*` is for all other types."""

    item_type: str
    items: int


@event
class RoadEstimateSet(Event):
    """Travel is estimated: great-circle distance × `circuity_percent` / 100, at road speeds by distance."""

    circuity_percent: int = 130
    speed_percent: int = 100


@event
class RoadMatrixSet(Event):
    """Travel times and distances come from an attached matrix, named by its SHA-256."""

    attachment: str
    provider: str


@dataclass(frozen=True, slots=True)
class Trunk:
    """One trunk run; see `TrunkSet` for the fields."""

    trunk: str
    origin: str
    destination: str
    days: tuple[int, ...]
    departs_minute: int
    arrives_minute: int
    arrives_days: int
    totes: int
    cutoff_minutes: int


@dataclass(frozen=True, slots=True)
class Courier:
    """The courier's settings; 40 items fill a tote where nothing else was set."""

    trunks: Mapping[str, Trunk] = field(default_factory=dict)
    direct: frozenset[tuple[str, str]] = frozenset()
    items_per_tote: Mapping[str, int] = field(default_factory=lambda: {"*": 40})
    circuity_percent: int = 130
    speed_percent: int = 100
    matrix: str | None = None

    def tote_share(self, item_type: str) -> float:
        """The part of a tote that one item of a type takes."""
        return 1 / self.items_per_tote.get(item_type, self.items_per_tote["*"])


def fold_courier(courier: Courier | None, fact: Fact) -> Courier:
    """The settings after one more fact. Raises `TypeError` for a fact that cannot be."""
    before = courier or Courier()
    match fact.event:
        case TrunkSet() as t:
            trunk = Trunk(
                t.trunk,
                t.origin,
                t.destination,
                t.days,
                t.departs_minute,
                t.arrives_minute,
                t.arrives_days,
                t.totes,
                t.cutoff_minutes,
            )
            return replace(before, trunks={**before.trunks, t.trunk: trunk})
        case TrunkRemoved() as removed:
            return replace(before, trunks={k: v for k, v in before.trunks.items() if k != removed.trunk})
        case DirectToteSet() as direct:
            return replace(before, direct=before.direct | {(direct.branch, direct.destination)})
        case DirectToteRemoved() as direct_removed:
            gone = (direct_removed.branch, direct_removed.destination)
            return replace(before, direct=before.direct - {gone})
        case ItemsPerToteSet() as size:
            return replace(before, items_per_tote={**before.items_per_tote, size.item_type: size.items})
        case RoadEstimateSet() as estimate:
            return replace(
                before,
                circuity_percent=estimate.circuity_percent,
                speed_percent=estimate.speed_percent,
                matrix=None,
            )
        case RoadMatrixSet() as matrix:
            return replace(before, matrix=matrix.attachment)
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about the courier ({fact.stream})")
