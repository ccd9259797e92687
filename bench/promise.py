"""
One measured promise: what was reached, what the floor reached in the same run, and what was promised.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Promise"]


@dataclass(frozen=True, slots=True)
class Promise:
    """
    A row of the table. `value` and `floor` are in `unit`; `target` is on `ratio` where a floor is named.

    `higher_is_better` is False for times and sizes, where the value must stay at or below the target.
    """

    name: str
    value: float
    unit: str
    target: float
    floor: float | None = None
    higher_is_better: bool = True
    on_ratio: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The value as a share of the floor."""
        return None if not self.floor else self.value / self.floor

    @property
    def is_met(self) -> bool:
        """Whether the target is reached."""
        reached = (self.ratio or 0.0) if self.on_ratio else self.value
        return reached >= self.target if self.higher_is_better else reached <= self.target
