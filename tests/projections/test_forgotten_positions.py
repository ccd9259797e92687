"""
Forgetting changes nothing that is not about a patron: live, rebuilt, replayed and as-of answers stay equal at every
position while people are forgotten, and aged, and put under legal holds between everything else that happens.
"""

from __future__ import annotations

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from circulation.clock import DAY_US
from circulation.errors import Unknown
from circulation.forgetting import KeysDestroyed, LegalHoldPlaced
from circulation.hold import HoldPlaced
from circulation.item import ItemLent
from circulation.links import link_of
from circulation.privacy_desk import PrivacyDesk
from circulation.shredding import shred
from projections.exceptions import EXCEPTIONS
from projections.registry import PROJECTIONS
from tests.projections.test_every_position import NetworkSeen
from tests.properties.test_network_machine import branches, patrons, titles


class NetworkForgetting(NetworkSeen):
    """The network with views, whose staff also forget."""

    @initialize()
    def open(self) -> None:
        """The cast, and the desk for personal data."""
        super().open()
        self.privacy = PrivacyDesk(self.world.commands, self.keyring, self.world.desk.borrowers)
        self.ids = {
            name: self.world.desk.borrowers.by_card(card).patron.patron for name, card in self.world.cards.items()
        }
        self.everybody = set(self.ids.values())
        self.holds: list[str] = []

    @rule(title=titles, patron=patrons)
    def pick_up(self, title: str, patron: str) -> None:
        """A patron comes for what is set aside; one who was forgotten has a card that means nothing."""
        if self.keyring.patron_of(self.world.cards[patron]) is not None:
            super().pick_up(title, patron)

    @rule(patron=patrons)
    def join_again(self, patron: str) -> None:
        """The card of somebody forgotten is given to somebody else."""
        card = self.world.cards[patron]
        register = self.world.desk.borrowers.register
        if self._try(register, self.world.at("bath"), card=card, name=patron, category="adult", home="bath"):
            self.everybody.add(str(self.keyring.patron_of(card)))

    @rule(patron=patrons, branch=branches)
    def forget(self, patron: str, branch: str) -> None:
        """Somebody is to be forgotten, and is or is not."""
        before = self._item_side()
        self._try(self.privacy.forget, self.world.at(branch), self.world.cards[patron])
        assert self._item_side() == before

    @rule(days=st.integers(0, 120))
    def age(self, days: int) -> None:
        """Days later what is due is aged; what legal holds keep is not."""
        self.world.clock_us += days * DAY_US
        before = self._item_side()
        self._try(self.privacy.age, self.world.at("bristol"))
        assert self._item_side() == before

    @rule(patron=patrons)
    def hold_by_law(self, patron: str) -> None:
        """Somebody comes under a legal hold."""
        name = self._try(self.privacy.place_legal_hold, self.world.at("bath"), self.world.cards[patron], "a letter")
        self.holds += [str(name)] if name else []

    @rule(number=st.integers(0, 5))
    def lift_legal_hold(self, number: int) -> None:
        """One of them is lifted."""
        if self.holds:
            name = self.holds[number % len(self.holds)]
            self._try(self.privacy.lift_legal_hold, self.world.at("bath"), name)

    @rule(patron=patrons)
    def read_a_link(self, patron: str) -> None:
        """Somebody wants their data."""
        self._try(self.privacy.export, self.world.at("bath"), self.world.cards[patron], why="asked")

    def _item_side(self) -> list[list[tuple[object, ...]]]:
        """Every row of every projection but that of exceptions, which lists commands about keys as well."""
        self.live.fresh()
        with self.live.database.reading() as connection:
            return [
                sorted((tuple(row) for row in connection.execute(table.sql.select())), key=repr)
                for projection in PROJECTIONS
                if projection is not EXCEPTIONS
                for table in projection.tables
            ]

    # --- what must hold -------------------------------------------------------------------------------------------

    def claims_are_the_open_loans_and_holds(self) -> None:
        """What is open is claimed once, by somebody who is not forgotten, or was paid and is nobody's any more."""
        claimed = Counter[str]()
        for patron in self.everybody:
            borrower = self.world.desk.borrowers.by_id(patron)
            if borrower is not None:
                claimed.update((*borrower.claims.loans, *borrower.claims.holds))
        living = {
            link.context
            for fact in self.ledger.facts(limit=1_000_000, types=("ItemLent", "HoldPlaced"))
            if (link := link_of(fact)) is not None and self.keyring.living([link.key])
        }
        opened = {*self.audit.open_now("loan"), *self.audit.open_now("hold")}
        assert set(claimed) == opened & living
        assert all(count == 1 for count in claimed.values())

    @invariant()
    def destroyed_keys_stay_destroyed_and_nobody_forgotten_is_found(self) -> None:
        """What the log says is destroyed does not live, and no link that opens leads to somebody forgotten."""
        if not hasattr(self, "ids"):
            return
        facts = self.ledger.facts(limit=1_000_000, types=("KeysDestroyed", "ItemLent", "HoldPlaced", "LegalHoldPlaced"))
        destroyed = {key for fact in facts if isinstance(fact.event, KeysDestroyed) for key in fact.event.keys}
        forgotten = {fact.event.patron for fact in facts if isinstance(fact.event, KeysDestroyed)} - {None}
        assert not self.keyring.living(destroyed)
        assert shred(self.ledger, self.keyring) == 0
        for fact in facts:
            link = link_of(fact)
            if link is None or not isinstance(fact.event, ItemLent | HoldPlaced | LegalHoldPlaced):
                continue
            assert self.keyring.unseal(link.key, link.sealed, context=link.context) not in forgotten
        for name, patron in self.ids.items():
            if patron in forgotten:
                try:
                    found = self.world.desk.borrowers.by_card(self.world.cards[name])
                except Unknown:
                    continue
                assert found.patron.patron != patron


TestNetworkForgetting = NetworkForgetting.TestCase
TestNetworkForgetting.settings = settings(
    settings.default,
    **({} if settings.get_current_profile_name() == "thorough" else {"max_examples": 8, "stateful_step_count": 25}),
)
del NetworkSeen
