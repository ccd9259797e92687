"""
The small network with its service suspended and resumed at any time: it balances to the item at every step.

Every copy is in exactly one of: lent, here, waiting for a van, travelling, or not to be found; and what the backlog
counts is what waits or travels, no more and no less.
"""

from __future__ import annotations

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from circulation.calendar import local_day, zone_of
from circulation.clock import DAY_US
from circulation.folds import FILLING, SERVICE_FOLD
from circulation.service import SERVICE
from circulation.service_desk import ServiceDesk
from logistics.backlog import backlog, total_of
from projections import network
from projections.backlog import lying
from projections.registry import open_views
from tests.cast import ITEMS
from tests.properties.test_network_machine import Network, barcodes, branches

scopes = st.sampled_from(["all", "hub/bristol", "hub/taunton", "bath", "wells", "bath/wells", "bristol/taunton"])


class Suspended(Network):
    """The network of the other property tests, with a coordinator who stops and starts its vans."""

    @initialize()
    def open(self) -> None:
        """The cast on empty stores, with views beside the ledger."""
        super().open()
        self.views = open_views(self.ledger)
        self.desk_of_service = ServiceDesk(self.world.commands)

    @rule(scope=scopes, days=st.none() | st.integers(0, 2), requests=st.booleans())
    def suspend(self, scope: str, days: int | None, requests: bool) -> None:
        """From today on, for some days or until it is resumed."""
        last = None
        if days is not None:
            last = local_day(self.world.clock_us + days * DAY_US, zone_of("Europe/London")).isoformat()
        self._try(
            self.desk_of_service.suspend, self.world.at("bristol"), scope, reason="Snow", last=last, requests=requests
        )

    @rule(scope=scopes)
    def resume(self, scope: str) -> None:
        """There is service again."""
        self._try(self.desk_of_service.resume, self.world.at("bristol"), scope)

    @rule(barcode=barcodes, branch=branches)
    def land(self, barcode: str, branch: str) -> None:
        """What is told to stay lies where it was scanned, outside of every tote, with its journey open."""
        self.world.clock_us += 60_000_000
        receipt = self.world.desk.scan(self.world.at(branch), barcode, tote="T3")
        if receipt.code == "service.stays":
            custody = self.world.item(barcode).custody
            assert ("branch", branch, None) == (custody.place.kind, custody.place.ref, receipt.filling)
            assert custody.transit is not None
            assert receipt.route_to == custody.transit.destination

    @invariant()
    def every_item_is_in_exactly_one_place(self) -> None:
        """What the streams say, the backlog of the views counts, place by place."""
        places: Counter[str] = Counter()
        states: Counter[str] = Counter()
        for barcode in ITEMS:
            custody = self.world.item(barcode).custody
            kind, ref = custody.place.kind, custody.place.ref
            if kind == "filling":
                filling = self.ledger.load(f"tote/{ref}", FILLING).state
                assert filling is not None
                ref, kind = filling.place, "van" if filling.status == "loaded" else "branch"
                kind = "nowhere" if filling.status == "lost" else kind
            is_to_go = custody.transit is not None and kind in ("branch", "van")
            states[
                "lent" if kind == "patron" else "travelling" if kind == "van" else "waiting" if is_to_go else kind
            ] += 1
            places[ref] += is_to_go
        assert sum(states.values()) == len(ITEMS)
        day = local_day(self.world.clock_us, zone_of("Europe/London"))
        counted = backlog(
            lying(self.views),
            today=day,
            day_of=lambda at_us: local_day(at_us, zone_of("Europe/London")),
            is_suspended=lambda _place, _goal: False,
        )
        assert +places == Counter({line.place: line.items for line in counted})
        assert places.total() == total_of(counted).items

    @invariant()
    def the_view_knows_the_suspensions(self) -> None:
        """As their stream says them."""
        assert (self.ledger.load(SERVICE, SERVICE_FOLD).state or ()) == network.suspensions(self.views)

    def teardown(self) -> None:
        """The view is rebuilt and the same."""
        assert [] == self.views.verify("network")
        self.views.close()
        super().teardown()


TestSuspended = Suspended.TestCase
TestSuspended.settings = settings(
    settings.default,
    **({} if settings.get_current_profile_name() == "thorough" else {"max_examples": 15, "stateful_step_count": 30}),
)
