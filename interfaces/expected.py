"""How a listing shows an expected day: the day, and the chance in per cent that it has come by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logistics.forecast import Forecast

__all__ = ["EXPECTED", "expected"]

EXPECTED = ("expected_day", "chance_percent")


def expected(forecast: Forecast | None) -> dict[str, object]:
    """The two columns; empty where nothing can be said. The chance is rounded down, so that it is never overstated."""
    if forecast is None:
        return dict.fromkeys(EXPECTED)
    return {"expected_day": forecast.day, "chance_percent": int(100 * forecast.chance + 1e-9)}
