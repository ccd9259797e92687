"""
What is recorded when people are forgotten: which keys were destroyed by which rule, legal holds, and who read what.

The log says that keys are gone and never whose they were, except that a patron's own key stands on the patron's own
stream already. Keys of links are listed in the order of their numbers, by the time at which loans and holds ended and
not by person: what is aged together says nothing about who belongs together (`ended_links.py` finds what has ended).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from circulation.errors import Invalid, Refused, Unknown
from circulation.event import Event, Fact, event

__all__ = [
    "ACCESS",
    "DESTROYED_KEYS",
    "LEGAL_HOLDS",
    "LINK_KINDS",
    "RETENTION",
    "Destroyed",
    "KeysDestroyed",
    "Kind",
    "LegalHold",
    "LegalHoldLifted",
    "LegalHoldPlaced",
    "PersonalDataRead",
    "Retention",
    "RetentionSet",
    "decide_legal_hold_lifted",
    "decide_retention",
    "fold_destroyed",
    "fold_legal_holds",
    "fold_retention",
    "refuse_open_business",
]

DESTROYED_KEYS = "privacy/keys"
"""The stream of all destroyed keys. Its version is what a key store must have caught up with."""

RETENTION = "privacy/retention"
"""The stream of the retention times."""

LEGAL_HOLDS = "privacy/legal-holds"
"""The stream of all legal holds; whoever destroys keys guards its version."""

ACCESS = "privacy/access"
"""The stream of who read personal data in the clear outside the desk's own commands."""

Kind = Literal["loan", "hold", "code", "reason", "login"]
"""
What is aged: the link of a loan that has ended, of a hold that has ended without one, an unknown code that was
sealed and is dealt with, a sealed reason of staff (corrections, legal holds, accesses, and every reason or note that
somebody typed about a tote, a move, a closure, a suspension, a van, a run, a plan or a rule), and the login of somebody
who is not of the staff any more.
"""

LINK_KINDS: tuple[Kind, ...] = get_args(Kind)

_DEFAULT_DAYS: Mapping[str, int] = {"loan": 90, "hold": 90, "code": 90, "reason": 1095, "login": 90}


# --- keys ----------------------------------------------------------------------------------------------------------


@event
class KeysDestroyed(Event):
    """
    Keys do not exist any more, nor will they after a restored backup. `keys` are in the order of their numbers.

    Ageing names what it aged as `kind`, the retention `rule` (`loan/2`: the second one set, `loan/0`: ours) and the
    position `upto` to which everything of that kind is aged. A forgotten patron is named by `patron`, a random id that
    leads to nobody now; then every link that leads to this id is destroyed with it, and is listed in its own time.
    """

    keys: tuple[int, ...]
    rule: str
    kind: Kind | None = None
    upto: int | None = None
    patron: str | None = None


@dataclass(frozen=True, slots=True)
class Destroyed:
    """Up to which position each kind is aged."""

    upto: Mapping[str, int] = field(default_factory=dict)


def fold_destroyed(destroyed: Destroyed | None, fact: Fact) -> Destroyed:
    """How far ageing is after one more fact. Raises `TypeError` for a fact that cannot be."""
    before = destroyed or Destroyed()
    match fact.event:
        case KeysDestroyed(kind=kind, upto=upto) if kind is not None and upto is not None:
            return Destroyed({**before.upto, kind: max(upto, before.upto.get(kind, 0))})
        case KeysDestroyed():
            return before
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about keys ({fact.stream})")


# --- retention -----------------------------------------------------------------------------------------------------


@event
class RetentionSet(Event):
    """Sealed things of a kind are kept for `days` after their end was recorded, from now on."""

    kind: Kind
    days: int


@dataclass(frozen=True, slots=True)
class Retention:
    """How many days each kind is kept, and how often that was set."""

    days: Mapping[str, int] = field(default_factory=lambda: dict(_DEFAULT_DAYS))
    versions: Mapping[str, int] = field(default_factory=dict)

    def rule(self, kind: Kind) -> str:
        """The name of what holds for a kind: `loan/2`."""
        return f"{kind}/{self.versions.get(kind, 0)}"


def fold_retention(retention: Retention | None, fact: Fact) -> Retention:
    """The retention times after one more fact. Raises `TypeError` for a fact that cannot be."""
    before = retention or Retention()
    match fact.event:
        case RetentionSet(kind=kind, days=days):
            versions = {**before.versions, kind: before.versions.get(kind, 0) + 1}
            return Retention({**before.days, kind: days}, versions)
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about retention ({fact.stream})")


def decide_retention(retention: Retention | None, kind: Kind, days: int) -> tuple[Event, ...]:
    """Another retention time; nothing if it is the same. Raises `Invalid` (`retention.days`)."""
    if not 0 <= days <= 36_500:
        raise Invalid("retention.days", days=days)
    return () if (retention or Retention()).days[kind] == days else (RetentionSet(kind=kind, days=days),)


# --- legal holds ---------------------------------------------------------------------------------------------------


@event
class LegalHoldPlaced(Event):
    """
    Nothing of a person is destroyed until the legal hold of this random name is lifted.

    `patron` is the link, sealed under `key`, and `why` is sealed under `why_key`. All legal holds stand on one stream
    and not on the patron's: once one is lifted its link is destroyed, and nobody can tell for whom things were kept.
    """

    name: str
    key: int
    patron: str
    why_key: int
    why: str


@event
class LegalHoldLifted(Event):
    """What was kept for it is due, and goes when keys are aged next."""

    name: str


@dataclass(frozen=True, slots=True)
class LegalHold:
    """A legal hold that stands since `since_us`, or was lifted."""

    name: str
    key: int
    patron: str
    why_key: int
    why: str
    since_us: int
    lifted: bool = False


def fold_legal_holds(holds: Mapping[str, LegalHold] | None, fact: Fact) -> Mapping[str, LegalHold]:
    """The legal holds by name after one more fact. Raises `TypeError` for a fact that cannot be."""
    before = holds or {}
    match fact.event:
        case LegalHoldPlaced() as one:
            placed = LegalHold(one.name, one.key, one.patron, one.why_key, one.why, fact.happened_us)
            return {**before, one.name: placed}
        case LegalHoldLifted(name=name) if name in before:
            return {**before, name: replace(before[name], lifted=True)}
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about legal holds ({fact.stream})")


def decide_legal_hold_lifted(holds: Mapping[str, LegalHold] | None, name: str) -> tuple[Event, ...]:
    """The fact that a legal hold is lifted; nothing if it is already. Raises `Unknown` (`legal-hold.unknown`)."""
    hold = (holds or {}).get(name)
    if hold is None:
        raise Unknown("legal-hold.unknown", hold=name[:40])
    return () if hold.lifted else (LegalHoldLifted(name=name),)


# --- reading -------------------------------------------------------------------------------------------------------


@event
class PersonalDataRead(Event):
    """
    Somebody is shown personal data in the clear; the actor is in the envelope, and the fact stands before it is shown.

    An `export` holds everything of one person; `break-glass` is one person's name and contact; `reasons` are sealed
    reasons in a list. `patron` is the link to whom it is about, sealed under `key`; `why` is sealed under the same key.
    """

    what: Literal["export", "break-glass", "reasons"]
    count: int = 1
    key: int | None = None
    patron: str | None = None
    why: str | None = None


# --- may somebody be forgotten -------------------------------------------------------------------------------------


def refuse_open_business(loans: tuple[str, ...], holds: tuple[str, ...], *, under_legal_hold: bool) -> None:
    """
    Somebody with open business is not forgotten.

    Raises `Refused`: `privacy.legal-hold`, `privacy.loans-open`, `privacy.holds-open`.
    """
    if under_legal_hold:
        raise Refused("privacy.legal-hold")
    if loans:
        raise Refused("privacy.loans-open", loans=len(loans), refs=", ".join(loans[:10]))
    if holds:
        # Not cancelled here: the log would tell by position whose holds they were.
        raise Refused("privacy.holds-open", holds=len(holds), refs=", ".join(holds[:10]))
