"""
A tote on its way from the hub at Bristol to Wells, with ten copies that belong there, in the network of the cast.
"""

from __future__ import annotations

from circulation.event import NewEvents
from circulation.hold import TitleAdded, title_stream
from circulation.item import ItemAdded, item_stream
from circulation.receipt import Receipt
from circulation.tote import Filling
from circulation.tote_desk import held
from tests.world import World

__all__ = ["TOTE", "WELLS_BOOKS", "ToteWorld"]

TOTE = "T1"
WELLS_BOOKS = tuple(f"3011400000{number:04}" for number in range(1000, 1010))


class ToteWorld:
    """What tests of totes do again and again; `world` is the network."""

    def __init__(self, world: World) -> None:
        self.world = world

    @classmethod
    def stocked(cls, world: World) -> ToteWorld:
        """With ten copies of ten titles at Bristol that belong to Wells."""
        changes = []
        for barcode in WELLS_BOOKS:
            added = ItemAdded(title=f"t-{barcode}", owner="Somerset", home="wells", item_type="book", branch="bristol")
            changes.append(NewEvents(title_stream(f"t-{barcode}"), 0, (TitleAdded(title=barcode, author=""),)))
            changes.append(NewEvents(item_stream(barcode), 0, (added,)))
        world.record("books", changes)
        return cls(world)

    @classmethod
    def sealed(cls, world: World, *more: str) -> ToteWorld:
        """The ten copies, and `more` that are to go there, packed at Bristol into a tote for Wells and sealed."""
        made = cls.stocked(world)
        for barcode in (*WELLS_BOOKS, *more):
            assert f"{TOTE}/1" == world.scan(barcode, "bristol", tote=TOTE).filling
        world.desk.totes.seal(world.at("bristol"), TOTE)
        return made

    @property
    def filling(self) -> Filling:
        """The tote as it is now."""
        return held(self.world.ledger, TOTE).filling

    def drive(self, branch: str = "wells", run: str = "2026-11-24/v1/day") -> None:
        """By van v1 from where it is to a branch."""
        self.world.clock_us += 60_000_000
        at = self.world.at(self.filling.place)
        self.world.desk.totes.load(at, TOTE, van="v1", run=run)
        self.world.desk.totes.unload(self.world.at(branch), TOTE)

    def receive_whole(self, branch: str = "wells") -> Receipt:
        """The tote is to be accepted whole."""
        self.world.clock_us += 60_000_000
        return self.world.desk.arrivals.receive_whole(self.world.at(branch), TOTE)

    def scan_sample(self, *, leave: tuple[str, ...] = ()) -> None:
        """Everything that was drawn is scanned, but for what is left."""
        for barcode in self.filling.sample:
            if barcode not in leave:
                self.world.scan(barcode, "wells")

    def accept(self, *not_found: str, branch: str = "wells") -> Receipt:
        """The check is over."""
        self.world.clock_us += 60_000_000
        return self.world.desk.arrivals.accept(self.world.at(branch), TOTE, not_found=not_found)

    def emptied(self, branch: str = "wells") -> Receipt:
        """The box is empty."""
        self.world.clock_us += 60_000_000
        return self.world.desk.arrivals.emptied(self.world.at(branch), TOTE)
