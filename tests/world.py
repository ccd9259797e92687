"""
A small network that a test can work in: the cast on a memory store, a clock to move, and a desk at every branch.

What the desk looks up (copies of a title, contents of totes, the courier) is answered here from the streams alone,
without projections, so that a test of the desk is a test of the desk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from circulation.actor import ActorRegistered, Role
from circulation.clock import DAY_US, HOUR_US
from circulation.command import Caller, Commands
from circulation.desk import Desk
from circulation.event import Appended, NewEvents, Stamp
from circulation.folds import FILLING, ITEM, TITLE
from circulation.hold import Title, title_stream
from circulation.item import Item, item_stream
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.lookups import Copy, NextStop, OpenFilling
from circulation.receipt import Receipt
from circulation.shelves import count_guests
from circulation.words import opens_with
from tests.cast import HUBS, PATRONS, TUESDAY, network, stock

__all__ = ["StreamCatalogue", "StreamContents", "TwoHubs", "World"]


class TwoHubs:
    """The courier of the cast: a van a day from hub to branch and back, a trunk a day between the hubs."""

    hub_of = {branch: hub for hub, branches in HUBS.items() for branch in (*branches, hub)}

    def next_stop(self, branch: str, destination: str, reason: str, at_us: int) -> NextStop | None:
        """The hub from a branch; from a hub its own branches, or the other hub."""
        hub, goal = self.hub_of.get(branch), self.hub_of.get(destination)
        if hub is None or goal is None or branch == destination:
            return None
        if branch != hub:
            return NextStop(hub, "holds" if reason == "hold" else "returns")
        return NextStop(destination if goal == hub else goal, "sorted")

    def arrival(self, origin: str, destination: str, at_us: int) -> int | None:
        """A day a leg."""
        hub, goal = self.hub_of.get(origin), self.hub_of.get(destination)
        if hub is None or goal is None:
            return None
        return at_us + DAY_US * (1 if hub == goal else 2)

    def path(self, origin: str, destination: str, day: str) -> tuple[str, ...]:
        """From branch to hub, to the other hub, to branch."""
        hub, goal = self.hub_of.get(origin), self.hub_of.get(destination)
        if hub is None or goal is None or origin == destination:
            return ()
        return tuple(dict.fromkeys((origin, hub, goal, destination)))

    def cutoff(self, branch: str, at_us: int) -> int | None:
        """Four hours from now, where a van calls."""
        return at_us + 4 * HOUR_US if branch in self.hub_of else None


@dataclass
class StreamCatalogue:
    """Copies of a title, read from the items' own streams."""

    ledger: Ledger

    def copies(self, title: str) -> Sequence[Copy]:
        """All copies of a title by barcode."""
        found = []
        for stream in self.ledger.streams("item/"):
            item = self.ledger.load(stream, ITEM).state
            if item is not None and item.title == title:
                found.append(Copy(item.barcode, item.branch, item.on_shelf, item.shelf_mark, item.part))
        return sorted(found, key=lambda copy: copy.barcode)

    def guests(self, item_type: str, *, besides: str) -> Mapping[str, int]:
        """Copies of a type by the branch that keeps or awaits them away from their homes."""
        items = (self.ledger.load(stream, ITEM).state for stream in self.ledger.streams("item/"))
        return count_guests((item for item in items if item is not None), item_type, besides=besides)


@dataclass
class StreamContents:
    """What is in totes, read from the items' and fillings' own streams."""

    ledger: Ledger

    def items_in(self, filling: str) -> Sequence[str]:
        """The barcodes whose last place is the filling."""
        items = (self.ledger.load(stream, ITEM).state for stream in self.ledger.streams("item/"))
        return sorted(
            item.barcode
            for item in items
            if item is not None and (item.custody.place.kind, item.custody.place.ref) == ("filling", filling)
        )

    def open_at(self, branch: str) -> Sequence[OpenFilling]:
        """The fillings being filled at a branch."""
        found = []
        for stream in self.ledger.streams("tote/"):
            if stream.count("/") == 2:
                filling = self.ledger.load(stream, FILLING).state
                if filling is not None and filling.status == "open" and filling.place == branch:
                    found.append(OpenFilling(filling.filling, filling.destination, filling.purpose))
        return found


@dataclass
class World:
    """The cast at work. `clock` moves by hand; every command is Ana's, at the branch that is named."""

    ledger: Ledger
    keyring: Keyring
    clock_us: int = TUESDAY
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.commands = Commands(self.ledger, lambda: self.clock_us, self.keyring)
        self.desk = Desk(
            self.ledger,
            self.keyring,
            self.commands,
            catalogue=StreamCatalogue(self.ledger),
            courier=TwoHubs(),
            contents=StreamContents(self.ledger),
        )
        self.cards = {name: card for name, (card, _, _) in PATRONS.items()}
        if self.ledger.head().position:
            # A store that another world has founded: time goes on from there.
            self.clock_us = max(self.clock_us, self.ledger.head().recorded_us)
            return
        staff = NewEvents("staff/ana", 0, (ActorRegistered(role=Role.ADMINISTRATOR),))
        self.record("set-up", (staff, *network(), *stock()), at_us=self.clock_us - DAY_US)
        for name, (card, category, home) in PATRONS.items():
            self.desk.borrowers.register(self.at("bristol"), card=card, name=name, category=category, home=home)

    def record(self, request: str, changes: Sequence[NewEvents], *, at_us: int | None = None) -> Appended:
        """Append facts as they are, as a test's given."""
        happened = self.clock_us if at_us is None else at_us
        stamp = Stamp(happened, "staff/ana", "declared", "bristol", "test", request, request.encode())
        return self.ledger.append(stamp, tuple(changes))

    def opened(self, text: str) -> str:
        """A text as somebody is shown it: what was typed is in the clear."""
        return opens_with(self.keyring)(text)

    def at(self, branch: str, device: str = "desk-1") -> Caller:
        """Ana at a branch."""
        return Caller("staff/ana", "declared", branch, device)

    def scan(self, barcode: str, branch: str, **more: object) -> Receipt:
        """Scan a code at a branch, a second later."""
        self.clock_us += 1_000_000
        return self.desk.scan(self.at(branch), barcode, **more)  # type: ignore[arg-type]

    def lend(
        self, barcode: str, patron: str, branch: str, *, device: str = "desk-1", request: str | None = None
    ) -> Receipt:
        """Lend a copy to one of the cast."""
        self.clock_us += 1_000_000
        return self.desk.loans.lend(self.at(branch, device), card=self.cards[patron], barcode=barcode, request=request)

    def hold(self, title: str, patron: str, pickup: str) -> Receipt:
        """Place a hold for one of the cast."""
        self.clock_us += 1_000_000
        return self.desk.holds.place(self.at(pickup), card=self.cards[patron], pickup=pickup, title=title)

    def item(self, barcode: str) -> Item:
        """The copy as it is now."""
        state = self.ledger.load(item_stream(barcode), ITEM).state
        if state is None:
            raise LookupError(barcode)
        return state

    def title(self, title: str) -> Title:
        """The title with its queue as it is now."""
        return self.ledger.load(title_stream(title), TITLE).state or Title(title_id=title)
