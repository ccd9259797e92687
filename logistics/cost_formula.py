"""
Formulas by which members share what the courier costs, as versions on the stream `policy/costs`.

A formula takes each member's base fee first and shares the rest out in up to four parts: by the totes that came and
went, by the calls, by what the routes would be shorter without the member (marginal), and by its mean contribution over
all orders in which members could have joined (Shapley). South Central Library System shares by volume, stops and a base
fee (circulation reference, section 2.5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated

from pydantic import Field, model_validator

from circulation.errors import Unknown
from circulation.event import Event, Fact, event
from logistics.settings_file import Settings, parse_settings

__all__ = [
    "COST_FORMULAS",
    "CostFormula",
    "CostFormulaSet",
    "CostFormulas",
    "chosen_formula",
    "fold_cost_formulas",
    "parse_formula",
    "set_formula",
]

COST_FORMULAS = "policy/costs"
"""The stream of the formulas."""

Percent = Annotated[int, Field(ge=0, le=100)]
Cents = Annotated[int, Field(ge=0, le=10**12)]


@event
class CostFormulaSet(Event):
    """
    A formula was set, or a new version of it.

    Money is in cents: `base_cents` of each member, `aid_cents` paid by somebody else and taken off first,
    `trunk_cents_per_km` for runs that have no van of the fleet. The percents, of what is left after aid and fees, come
    to 100. `samples` and `seed` are for Shapley values of more than eight members, `iterations` the budget of a route.
    """

    formula: str
    version: int
    base_cents: int
    aid_cents: int
    trunk_cents_per_km: int
    volume_percent: int
    calls_percent: int
    marginal_percent: int
    shapley_percent: int
    samples: int
    seed: int
    iterations: int


class _File(Settings):
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    base_cents: Cents = 0
    aid_cents: Cents = 0
    trunk_cents_per_km: Annotated[int, Field(ge=0, le=1_000_000)] = 110
    volume_percent: Percent = 0
    calls_percent: Percent = 0
    marginal_percent: Percent = 0
    shapley_percent: Percent = 0
    samples: Annotated[int, Field(ge=2, le=100_000)] = 200
    seed: Annotated[int, Field(ge=0, le=2**31)] = 1
    iterations: Annotated[int, Field(ge=1, le=100_000)] = 200

    @model_validator(mode="after")
    def _whole(self) -> _File:
        percent = self.volume_percent + self.calls_percent + self.marginal_percent + self.shapley_percent
        if percent != 100:
            raise ValueError(f"the four percents come to {percent}, not 100")
        return self


@dataclass(frozen=True, slots=True)
class CostFormula:
    """A version of a formula; see `CostFormulaSet`. `version` 0 is one that was read from a file and not kept."""

    formula: str
    version: int
    base_cents: int = 0
    aid_cents: int = 0
    trunk_cents_per_km: int = 110
    volume_percent: int = 0
    calls_percent: int = 0
    marginal_percent: int = 0
    shapley_percent: int = 0
    samples: int = 200
    seed: int = 1
    iterations: int = 200
    position: int | None = None

    @property
    def cited(self) -> str:
        """The formula as a bill names it, such as `scls@2 (#48112)`."""
        return self.formula if not self.version else f"{self.formula}@{self.version} (#{self.position})"


CostFormulas = Mapping[str, tuple[CostFormula, ...]]
"""All versions of every formula by name, the first first."""


def parse_formula(file: str, text: str) -> CostFormula:
    """The formula that a TOML text says, as version 0. Raises `Invalid` as `parse_settings` does."""
    told = parse_settings(_File, file, text).model_dump()
    return CostFormula(formula=told.pop("name"), version=0, **told)


def fold_cost_formulas(formulas: CostFormulas | None, fact: Fact) -> CostFormulas:
    """The formulas after one more fact. Raises `TypeError` for a fact that cannot be."""
    before = formulas or {}
    happened = fact.event
    if not isinstance(happened, CostFormulaSet):
        raise TypeError(f"{type(happened).__name__} is not a fact about cost formulas ({fact.stream})")
    told = {field.name: getattr(happened, field.name) for field in fields(happened)}
    version = CostFormula(**told, position=fact.position)
    return {**before, version.formula: (*before.get(version.formula, ()), version)}


def set_formula(formulas: CostFormulas, formula: CostFormula) -> tuple[Event, ...]:
    """The fact of a formula's next version; none where its newest says the same."""
    versions = formulas.get(formula.formula, ())
    told = {field.name: getattr(formula, field.name) for field in fields(formula) if field.name != "position"}
    if versions and all(getattr(versions[-1], name) == value for name, value in told.items() if name != "version"):
        return ()
    return (CostFormulaSet(**{**told, "version": len(versions) + 1}),)


def chosen_formula(formulas: CostFormulas, named: str) -> CostFormula:
    """The version of `scls@2`, the newest of `scls`. Raises `Unknown` (`cost.no-formula`)."""
    name, _, number = named.partition("@")
    versions = formulas.get(name, ())
    wanted = int(number) if number.isdecimal() else len(versions) if not number else 0
    if not 1 <= wanted <= len(versions):
        known = ", ".join(f"{one}@{len(held)}" for one, held in sorted(formulas.items())) or "none"
        raise Unknown("cost.no-formula", formula=named[:60], known=known)
    return versions[wanted - 1]
