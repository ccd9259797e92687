"""
Whatever staff, patrons and drivers do: played again under the rules that held, the same comes of it, fact for fact.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from circulation.calendar_desk import CalendarDesk
from circulation.desk import Desk
from circulation.event import Fact
from circulation.item import ItemPacked, ItemSighted, ItemUnpacked
from circulation.ledger import Ledger
from circulation.lookups import NextStop
from circulation.past_ledger import PastLedger
from interfaces.whatif.deeds import Recorded, recorded_in
from interfaces.whatif.playing import Played, play
from logistics.situation import read_situation
from projections.endings import EndingsOfViews
from projections.registry import open_views
from projections.views import Views
from tests.properties.test_conditions_machine import Conditions
from tests.properties.test_network_machine import branches
from tests.world import StreamCatalogue, StreamContents

_OF_TOTES = (ItemPacked, ItemUnpacked, ItemSighted)
"""A run packs nothing, so it does not say either that a copy is on its way."""


class RegisteredWays:
    """The courier of the network as it is registered now."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def next_stop(self, branch: str, destination: str, reason: str, at_us: int) -> NextStop | None:
        """See `circulation.lookups.Courier`."""
        return read_situation(self._ledger).ways.next_stop(branch, destination, reason, at_us)

    def arrival(self, origin: str, destination: str, at_us: int) -> int | None:
        """See `circulation.lookups.Courier`."""
        return read_situation(self._ledger).ways.arrival(origin, destination, at_us)

    def path(self, origin: str, destination: str, day: str) -> tuple[str, ...]:
        """See `circulation.lookups.Courier`."""
        return read_situation(self._ledger).ways.path(origin, destination, day)

    def cutoff(self, branch: str, at_us: int) -> int | None:
        """See `circulation.lookups.Courier`."""
        return read_situation(self._ledger).ways.cutoff(branch, at_us)


def told(facts: Iterable[Fact]) -> Counter[tuple[str, str, int]]:
    """What happened to copies and to holds, and when."""
    return Counter(
        (fact.stream, type(fact.event).__name__, fact.happened_us)
        for fact in facts
        if fact.stream.startswith(("item/", "title/")) and not isinstance(fact.event, _OF_TOTES)
    )


def played_again(ledger: Ledger, views: Views, since: int, since_us: int) -> tuple[Recorded, Played]:
    """The log from a position on, and what comes of it."""
    head = ledger.head()
    start, end = PastLedger(ledger, since, since_us), PastLedger(ledger, head.position, head.recorded_us)
    recorded = recorded_in(ledger.facts(after=since, limit=head.position))
    return recorded, play(start, end, views, recorded)


class Lived(Conditions):
    """
    The network with the courier that it has registered.

    Nothing is undone here: a run leaves out what was, and a fact that carries a copy's whole custody may tell of it.
    """

    undo = undo_earlier = correct_session = None

    @initialize()
    def open(self) -> None:
        """The cast on empty stores."""
        super().open()
        self.world.desk = Desk(
            self.ledger,
            self.keyring,
            self.world.commands,
            catalogue=StreamCatalogue(self.ledger),
            courier=RegisteredWays(self.ledger),
            contents=StreamContents(self.ledger),
        )
        self.views = open_views(self.ledger)
        self.begun = self.ledger.head().position
        self.begun_us = self.world.clock_us

    @rule(branch=branches, ahead=st.integers(0, 25), days=st.integers(0, 4))
    def close_a_branch(self, branch: str, ahead: int, days: int) -> None:
        """Days around which loans are due and holds wait are closed days after all."""
        first = date(2026, 11, 24) + timedelta(days=ahead)
        self._try(
            CalendarDesk(self.world.commands, EndingsOfViews(self.views)).close,
            self.world.at(branch), f"branch/{branch}", f"{first}", f"{first + timedelta(days=days)}", "Snow",
        )  # fmt: skip

    def teardown(self) -> None:
        """It is played again from its beginning."""
        recorded, played = played_again(self.ledger, self.views, self.begun, self.begun_us)
        only_then, only_now = told(recorded.facts) - told(played.facts), told(played.facts) - told(recorded.facts)
        assert (only_then, only_now, played.not_played) == (Counter(), Counter(), Counter())
        self.views.close()
        super().teardown()


TestLived = Lived.TestCase
TestLived.settings = settings(
    max_examples=int(os.environ.get("BRANCHLINE_EXAMPLES", "10")),
    stateful_step_count=int(os.environ.get("BRANCHLINE_STEPS", "25")),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
