"""
Who owes what: money shared out in whole cents that come to the total exactly, marginal costs and Shapley values. Pure.

What a coalition of members costs is asked of a function that is given; `coalitions.py` has one that drives the routes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from random import Random

from logistics.cost_formula import CostFormula

__all__ = ["EXACT_MEMBERS", "Coalition", "Estimate", "Share", "Use", "marginal", "shapley", "share_out", "shares"]

EXACT_MEMBERS = 8
"""Up to so many members every coalition is reckoned; of more, orders are drawn."""

Coalition = frozenset[str]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A Shapley value; `error` is its standard error, 0 where it is exact."""

    value: Fraction
    error: float


@dataclass(frozen=True, slots=True)
class Use:
    """What a member used: totes that came and went, calls, and what it adds to the routes, in metres."""

    totes: int = 0
    calls: int = 0
    marginal_metres: int = 0
    shapley_metres: Fraction = Fraction(0)
    shapley_error_metres: float = 0.0


@dataclass(frozen=True, slots=True)
class Share:
    """
    What a member owes, in cents, part by part; `total_cents` is their sum.

    `error_cents` is the standard error of the Shapley part, None where nothing was drawn.
    """

    member: str
    base_cents: int
    volume_cents: int
    calls_cents: int
    marginal_cents: int
    shapley_cents: int
    total_cents: int
    error_cents: float | None


def share_out(cents: int, weights: Mapping[str, int | Fraction]) -> dict[str, int]:
    """
    Cents in proportion to weights (0 or more), whole, and in sum exactly `cents`: by the largest remainder.

    Equal remainders go by name. Where every weight is 0 all have the same.
    """
    if not weights:
        return {}
    together = sum(weights.values())
    fair = {
        name: Fraction(cents) * weight / together if together else Fraction(cents, len(weights))
        for name, weight in weights.items()
    }
    given = {name: math.floor(part) for name, part in fair.items()}
    missing = cents - sum(given.values())
    for name in sorted(fair, key=lambda name: (given[name] - fair[name], name))[:missing]:
        given[name] += 1
    return given


def marginal(members: Sequence[str], cost: Callable[[Coalition], int]) -> dict[str, int]:
    """By how much the cost of all is above that of all others, never below 0."""
    everybody = frozenset(members)
    return {member: max(0, cost(everybody) - cost(everybody - {member})) for member in members}


def shapley(
    members: Sequence[str], cost: Callable[[Coalition], int], *, samples: int, seed: int
) -> dict[str, Estimate]:
    """
    Each member's mean contribution to the cost over all orders of joining; the values come to the cost of all.

    Exact for up to eight members. For more, `samples` orders are drawn by the seed, and values have standard errors.
    """
    if len(members) <= EXACT_MEMBERS:
        return {member: Estimate(_exact(member, members, cost), 0.0) for member in members}
    draw = Random(f"{seed}/{'/'.join(sorted(members))}")
    order = sorted(members)
    added: dict[str, list[int]] = {member: [] for member in members}
    for _ in range(samples):
        draw.shuffle(order)
        joined: set[str] = set()
        before = 0
        for member in order:
            joined.add(member)
            now = cost(frozenset(joined))
            added[member].append(now - before)
            before = now
    return {member: Estimate(Fraction(sum(found), samples), _error(found)) for member, found in added.items()}


def shares(formula: CostFormula, total_cents: int, used: Mapping[str, Use]) -> list[Share]:
    """
    What each of the members owes of a total by a formula, by name; their sum is the total without the aid.

    Where the base fees come to more than that, it is shared equally and nothing is left for the other parts.
    """
    members = sorted(used)
    owed = max(0, total_cents - formula.aid_cents)
    fees = min(owed, formula.base_cents * len(members))
    base = share_out(fees, dict.fromkeys(members, 1))
    parts = share_out(
        owed - fees,
        {
            "volume": formula.volume_percent,
            "calls": formula.calls_percent,
            "marginal": formula.marginal_percent,
            "shapley": formula.shapley_percent,
        },
    )
    volume = share_out(parts["volume"], {member: used[member].totes for member in members})
    calls = share_out(parts["calls"], {member: used[member].calls for member in members})
    alone = share_out(parts["marginal"], {member: used[member].marginal_metres for member in members})
    joined = share_out(parts["shapley"], {member: max(Fraction(0), used[member].shapley_metres) for member in members})
    metres = sum(max(Fraction(0), one.shapley_metres) for one in used.values())
    found = []
    for member in members:
        error = used[member].shapley_error_metres
        found.append(
            Share(
                member=member,
                base_cents=base[member],
                volume_cents=volume[member],
                calls_cents=calls[member],
                marginal_cents=alone[member],
                shapley_cents=joined[member],
                total_cents=base[member] + volume[member] + calls[member] + alone[member] + joined[member],
                error_cents=round(error * parts["shapley"] / float(metres), 1) if error and metres else None,
            )
        )
    return found


def _exact(member: str, members: Sequence[str], cost: Callable[[Coalition], int]) -> Fraction:
    others = [one for one in members if one != member]
    value = Fraction(0)
    for size in range(len(members)):
        weight = Fraction(1, len(members) * math.comb(len(others), size))
        for joined in combinations(others, size):
            before = frozenset(joined)
            value += weight * (cost(before | {member}) - cost(before))
    return value


def _error(found: Sequence[int]) -> float:
    """The standard error of the mean."""
    mean = sum(found) / len(found)
    return math.sqrt(sum((one - mean) ** 2 for one in found) / (len(found) - 1) / len(found))
