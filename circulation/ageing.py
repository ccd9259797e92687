"""
Scheduled ageing: the keys of what ended so many days ago are destroyed, in batches by the time at which things ended.

It goes along the log from where it stopped last, which the log itself says, so it can be cut off at any place and
given twice. What a legal hold keeps is left out; once that is lifted it goes with the next batch.
Late facts count from when they were recorded: nobody could have aged a loan that was not known to have ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from circulation.actor import Role
from circulation.clock import DAY_US
from circulation.command import Caller, Commands, Decision
from circulation.ended_links import Ended, ended_in, ends, may_end
from circulation.errors import Refused
from circulation.event import NewEvents
from circulation.folds import DESTROYED, LEGAL_HOLDS_FOLD, RETENTION_FOLD
from circulation.forgetting import (
    DESTROYED_KEYS,
    LEGAL_HOLDS,
    LINK_KINDS,
    RETENTION,
    Destroyed,
    KeysDestroyed,
    Kind,
    Retention,
)
from circulation.hold import HoldPlaced, title_of_hold, title_stream
from circulation.item import ItemLent
from circulation.keyring import Keyring
from circulation.ledger import ClaimChanges, Ledger
from circulation.links import links_to
from circulation.shredding import shred

__all__ = ["Aged", "Ageing"]

_FACTS_AT_ONCE = 1000
_ROLES = (Role.COORDINATOR,)


@dataclass(frozen=True, slots=True)
class Aged:
    """Something whose key is destroyed, or due: a loan, hold, code or reason by its name; `kept` by a legal hold."""

    kind: Kind
    what: str
    ended_us: int
    kept: bool = False


class Ageing:
    """One run of ageing, over everything that is due when it begins."""

    def __init__(self, commands: Commands, keyring: Keyring) -> None:
        self._commands = commands
        self._ledger: Ledger = commands.ledger
        self._keyring = keyring
        self._retention = self._ledger.load(RETENTION, RETENTION_FOLD).state or Retention()
        legal_holds = self._ledger.load(LEGAL_HOLDS, LEGAL_HOLDS_FOLD)
        self._legal_version = legal_holds.version
        self._standing: set[str] = set()
        self._lifted: list[tuple[int, str]] = []
        for hold in (legal_holds.state or {}).values():
            person = keyring.unseal(hold.key, hold.patron, context=LEGAL_HOLDS)
            if person is not None and hold.lifted:
                self._lifted.append((hold.key, person))
            elif person is not None:
                self._standing.add(person)

    def due(self) -> list[Aged]:
        """What a run would age now, and what it would keep for a legal hold."""
        found = [one for kind in LINK_KINDS for _, batch in self._batches(kind) for one in batch]
        return [self._told(one) for one in (*self._freed(), *found)]

    def run(self, caller: Caller, told: Callable[[Sequence[Aged]], None]) -> int:
        """
        Age what is due, batch by batch; `told` hears of each batch when its keys are gone. How many keys went.

        Raises `Refused` (`privacy.legal-holds-changed`) where that happened meanwhile.
        """
        destroyed = 0
        # With others, where there are others: what was kept for one person is not listed by itself.
        freed: Sequence[Ended] = self._freed()
        links = tuple(key for key, person in self._lifted if person not in self._standing)
        for kind in LINK_KINDS:
            for upto, batch in self._batches(kind):
                going = [one for one in batch if not self._is_kept(one)]
                if going:
                    destroyed += self._destroy(caller, kind, upto, (*freed, *going), links)
                    told([self._told(one) for one in freed])
                    freed, links = (), ()
                told([self._told(one) for one in batch])
        if freed or links:
            destroyed += self._destroy(caller, None, 0, freed, links)
            told([self._told(one) for one in freed])
        return destroyed

    # --- what is due ----------------------------------------------------------------------------------------------

    def _batches(self, kind: Kind) -> Iterator[tuple[int, list[Ended]]]:
        after, upto = self._done(kind), self._ends_at(kind)
        while after < upto:
            facts = self._ledger.facts(after=after, limit=_FACTS_AT_ONCE, types=ends(kind), upto=upto)
            reached = facts[-1].position if len(facts) == _FACTS_AT_ONCE else upto
            batch = [
                one
                for stream in sorted({fact.stream for fact in facts if may_end(fact.event)})
                for one in ended_in(kind, self._ledger.stream(stream))
                if after < one.position <= reached
            ]
            if batch:
                yield reached, batch
            after = reached

    def _done(self, kind: Kind) -> int:
        return (self._ledger.load(DESTROYED_KEYS, DESTROYED).state or Destroyed()).upto.get(kind, 0)

    def _ends_at(self, kind: Kind) -> int:
        return self._ledger.position_at(self._commands.clock() - self._retention.days[kind] * DAY_US)

    def _freed(self) -> list[Ended]:
        """What lifted legal holds had kept, and no other keeps."""
        people = {person for _, person in self._lifted} - self._standing
        streams: dict[str, Kind] = {}
        keys: set[int] = set()
        for link in links_to(self._ledger, self._keyring, people):
            if isinstance(link.fact.event, ItemLent | HoldPlaced):
                keys.add(link.key)
                streams[link.fact.stream] = "loan" if isinstance(link.fact.event, ItemLent) else "hold"
        return [
            one
            for stream, kind in sorted(streams.items())
            for one in ended_in(kind, self._ledger.stream(stream))
            if one.key in keys and one.position <= self._done(kind)
        ]

    def _is_kept(self, one: Ended) -> bool:
        if not self._standing or not one.sealed:
            return False
        return self._keyring.unseal(one.key, one.sealed, context=one.what) in self._standing

    def _told(self, one: Ended) -> Aged:
        return Aged(one.kind, one.what, one.recorded_us, self._is_kept(one))

    # --- destroying -----------------------------------------------------------------------------------------------

    def _destroy(
        self, caller: Caller, kind: Kind | None, upto: int, going: Sequence[Ended], also: Sequence[int]
    ) -> int:
        keys = sorted({one.key for one in going} | set(self._keys_of_holds(going)) | set(also))
        rule = "legal-hold-lifted" if kind is None else self._retention.rule(kind)
        fact = KeysDestroyed(keys=tuple(keys), rule=rule, kind=kind, upto=upto if kind else None)
        # A lost copy that was paid is still claimed; nobody can tell any more by whom.
        claims = ClaimChanges(closed=tuple(one.what for one in going if one.kind == "loan"))

        def decide(_at_us: int) -> Decision:
            known = self._ledger.load(DESTROYED_KEYS, DESTROYED)
            if kind is not None and (known.state or Destroyed()).upto.get(kind, 0) >= upto:
                return Decision(())  # somebody else aged it meanwhile
            if self._ledger.load(LEGAL_HOLDS, LEGAL_HOLDS_FOLD).version != self._legal_version:
                raise Refused("privacy.legal-holds-changed")
            legal_holds = NewEvents(LEGAL_HOLDS, self._legal_version, ())
            return Decision((NewEvents(DESTROYED_KEYS, known.version, (fact,)), legal_holds), claims)

        self._commands.run(caller, "privacy age", {"rule": rule, "upto": upto}, decide, roles=_ROLES)
        return shred(self._ledger, self._keyring)

    def _keys_of_holds(self, going: Sequence[Ended]) -> Iterator[int]:
        """The keys of the holds that ended with these loans: a loan names its hold, and would be known by it."""
        ended_by = {one.hold for one in going if one.hold is not None}
        for title in sorted({title_of_hold(hold) for hold in ended_by}):
            for fact in self._ledger.stream(title_stream(title)):
                if isinstance(fact.event, HoldPlaced) and fact.event.hold in ended_by:
                    yield fact.event.key
