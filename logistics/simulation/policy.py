"""
A courier policy to be simulated: how items are sorted, on which days the vans go out, which vans, and what may float.

It is read from a TOML file, so that it can be kept, compared and argued about; three of them are shipped. What a file
leaves out has the default that is stated here.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from circulation.errors import Unknown
from logistics.settings_file import Settings, parse_settings

__all__ = ["SHIPPED", "CourierPolicy", "parse_policy", "read_policy"]

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHIPPED = ("hub-sort", "van-sort", "both")
"""The policies that can be named without a file."""

Amount = Annotated[float, Field(ge=0, le=10_000)]
Text = Annotated[str, Field(min_length=1, max_length=200)]


class Sorting(Settings):
    """
    Where items are sorted: at the `hub` overnight, on the `van` by its driver, or `both`.

    A lane is what goes from one stop to another on a day. One of at least `direct_from_items` may ride directly, with a
    credit for the planner; one of at least `pair_from_items` must, as a pair. Of a stop's lanes at most one is a pair.
    On the van every lane may ride directly, so `direct_from_items` is only for `both`.
    """

    mode: Literal["hub", "van", "both"]
    hub_cents_per_item: Amount = 3.9
    van_seconds_per_item: Amount = 7.5
    direct_from_items: Annotated[int, Field(ge=1, le=10_000)] = 2
    pair_from_items: Annotated[int, Field(ge=1, le=10_000)] = 12
    sooner_cents_per_item: Amount = 20


class Service(Settings):
    """The `days` on which vans and trunk runs go, and on how many of them each branch is called at (None: all)."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = _WEEKDAYS[:5]
    calls_a_week: Annotated[int, Field(ge=1, le=7)] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Service:
        if len(set(self.days)) != len(self.days):
            raise ValueError("no day is named twice")
        if self.calls_a_week is not None and self.calls_a_week > len(self.days):
            raise ValueError("calls_a_week is at most the number of days")
        return self

    @property
    def weekdays(self) -> tuple[int, ...]:
        """The days as numbers, 0 Monday, in order."""
        return tuple(sorted(_WEEKDAYS.index(day) for day in self.days))


class Vans(Settings):
    """So many percent of each hub's vans (one at least), and what a kilometre of theirs emits, with its source."""

    percent: Annotated[int, Field(ge=1, le=100)] = 100
    grams_co2_per_km: Amount
    co2_source: Text


class Trunks(Settings):
    """What a kilometre of a run between hubs costs and emits."""

    cents_per_km: Amount = 110
    grams_co2_per_km: Amount
    co2_source: Text


class Floating(Settings):
    """
    Copies that stay where they are brought back: `percent` of them, within their own `member` or the whole `network`.
    """

    scope: Literal["none", "member", "network"] = "none"
    percent: Annotated[int, Field(ge=0, le=100)] = 0


class CourierPolicy(Settings):
    """One policy. `iterations` is the planner's budget for each hub and day."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    iterations: Annotated[int, Field(ge=1, le=1_000_000)] = 2_000
    sorting: Sorting
    service: Service = Service()
    vans: Vans
    trunks: Trunks
    floating: Floating = Floating()


def read_policy(named: str) -> CourierPolicy:
    """The policy of a file, or a shipped one by its name. Raises `Unknown` (`simulate.no-policy`) and `Invalid`."""
    if named in SHIPPED:
        file = resources.files("logistics.simulation").joinpath("policies", f"{named}.toml")
        return parse_policy(f"{named}.toml", file.read_text(encoding="utf-8"))
    try:
        text = Path(named).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Unknown("simulate.no-policy", file=named[:200], shipped=", ".join(SHIPPED)) from None
    return parse_policy(Path(named).name, text)


def parse_policy(file: str, text: str) -> CourierPolicy:
    """The policy that a text says; `file` is its name for what goes wrong. Raises as `parse_settings` does."""
    return parse_settings(CourierPolicy, file, text)
