"""
Outcomes as one HTML page with drawings in it, which opens from disk and needs nothing else.

Every number that is drawn stands in the page's tables as well. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from logistics.simulation.outcome import SERVICE_LEVELS, YARDSTICK, Outcome

__all__ = ["charts_page"]

_COLOURS = ("#0b5394", "#b45309", "#3d7a2c", "#7b1fa2", "#b3261e", "#37474f")
_DASHES = ("", "7 3", "2 3", "9 3 2 3", "1 4", "12 4")
"""Lines differ by more than their colour."""
_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 720, 300, 48, 34, 12
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}"
    "svg{max-width:100%;height:auto}text{font:12px system-ui,sans-serif;fill:#1b1b1b}"
    "table{border-collapse:collapse;margin:1rem 0}th,td{padding:.2rem .7rem;border-bottom:1px solid #ccc;"
    "text-align:right}th:first-child,td:first-child{text-align:left}caption{text-align:left;font-weight:600}"
)


def charts_page(outcomes: Sequence[Outcome], *, title: str, notes: Sequence[str]) -> str:
    """The page: arrivals by day, then money, kilometres, filling, CO₂ and what was left, policy beside policy."""
    levels = "; ".join(
        f"{percent} % within {days} days" for days, percent in zip(SERVICE_LEVELS, YARDSTICK, strict=True)
    )
    parts = [
        f"<h1>{escape(title)}</h1>",
        *(f"<p>{escape(note)}</p>" for note in notes),
        "<h2>How soon items were there</h2>",
        f"<p>Crosses mark the yardstick: {levels}.</p>",
        _arrivals(outcomes),
        "<h2>What it took</h2>",
        *(
            _bars(heading, unit, [(one.policy.name, value) for one, value in zip(outcomes, values, strict=True)])
            for heading, unit, values in (
                ("Cost of an item", "", [one.money.per_item for one in outcomes]),
                ("Kilometres of vans and trunk runs", "km", [one.km + one.trunk_km for one in outcomes]),
                ("Van fill over all kilometres", "%", [one.fill for one in outcomes]),
                ("CO₂ of an item", "g", [one.co2_grams_per_item for one in outcomes]),
                ("Left on a day, all causes", "items", [sum(one.left.values()) for one in outcomes]),
            )
        ),
        _table(outcomes),
    ]
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f"<style>{_STYLE}</style>\n{body}\n</html>\n"
    )


def _arrivals(outcomes: Sequence[Outcome]) -> str:
    """One line a policy: percent of the journeys that ended within so many days."""
    days = max(SERVICE_LEVELS)

    def x(day: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - 12) * day / days

    def y(percent: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - percent / 100)

    drawn = [_svg_open(_HEIGHT, "Percent of journeys that ended within so many days")]
    for percent in (0, 25, 50, 75, 100):
        drawn.append(f'<path d="M{_LEFT} {y(percent):.1f}H{_WIDTH - 12}" stroke="#ddd"/>')
        drawn.append(f'<text x="{_LEFT - 6}" y="{y(percent) + 4:.1f}" text-anchor="end">{percent} %</text>')
    drawn.extend(
        f'<text x="{x(day):.1f}" y="{_HEIGHT - 14}" text-anchor="middle">{day} d</text>'
        for day in range(0, days + 1, 5)
    )
    for day, percent in zip(SERVICE_LEVELS, YARDSTICK, strict=True):
        drawn.append(
            f'<path d="M{x(day) - 5:.1f} {y(percent) - 5:.1f}l10 10m0 -10l-10 10" stroke="#1b1b1b" stroke-width="2"/>'
        )
    for number, outcome in enumerate(outcomes):
        line = "L".join(f"{x(day):.1f} {y(percent):.1f}" for day, percent in enumerate(outcome.arrived_by_day))
        drawn.append(
            f'<path d="M{line}" fill="none" stroke="{_colour(number)}" stroke-width="2.5"'
            f' stroke-dasharray="{_DASHES[number % len(_DASHES)]}"/>'
        )
        place = _HEIGHT - _BOTTOM - 16 * (len(outcomes) - number)
        drawn.append(
            f'<path d="M{_WIDTH - 190} {place - 4}h34" stroke="{_colour(number)}" stroke-width="2.5"'
            f' stroke-dasharray="{_DASHES[number % len(_DASHES)]}"/>'
            f'<text x="{_WIDTH - 150}" y="{place}">{escape(outcome.policy.name)}</text>'
        )
    return "".join([*drawn, "</svg>"])


def _bars(heading: str, unit: str, rows: Sequence[tuple[str, float]]) -> str:
    height = 24 * len(rows) + 6
    most = max((value for _, value in rows), default=0) or 1
    drawn = [f"<h3>{escape(heading)}</h3>", _svg_open(height, heading)]
    for number, (name, value) in enumerate(rows):
        y, length = 4 + 24 * number, 340 * value / most
        drawn.append(
            f'<text x="240" y="{y + 14}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="248" y="{y}" width="{length:.1f}" height="18" fill="{_colour(number)}"/>'
            f'<text x="{254 + length:.1f}" y="{y + 14}">{value:,g}{f" {unit}" if unit else ""}</text>'
        )
    return "".join([*drawn, "</svg>"])


def _table(outcomes: Sequence[Outcome]) -> str:
    names = "".join(f"<th>{escape(one.policy.name)}</th>" for one in outcomes)
    lines: list[tuple[str, list[object]]] = [
        ("journeys", [one.turnaround[0].journeys for one in outcomes]),
        ("half within, days", [one.turnaround[0].p50 for one in outcomes]),
        ("nine of ten within, days", [one.turnaround[0].p90 for one in outcomes]),
        *(
            (f"within {days} days, %", [getattr(one.turnaround[0], f"within_{days}") for one in outcomes])
            for days in SERVICE_LEVELS
        ),
        ("cost", [f"{one.money.total:,.2f}" for one in outcomes]),
        ("cost of an item", [f"{one.money.per_item:.3f}" for one in outcomes]),
        ("km of vans", [f"{one.km:,.0f}" for one in outcomes]),
        ("km of trunk runs", [f"{one.trunk_km:,.0f}" for one in outcomes]),
        ("van fill, %", [one.fill for one in outcomes]),
        ("left on a day, items", [sum(one.left.values()) for one in outcomes]),
        ("CO₂, kg", [f"{one.co2_kg:,.0f}" for one in outcomes]),
    ]
    rows = "".join(
        f"<tr><td>{escape(label)}</td>{''.join(f'<td>{value}</td>' for value in values)}</tr>"
        for label, values in lines
    )
    return f"<table><caption>In numbers</caption><tr><th></th>{names}</tr>{rows}</table>"


def _svg_open(height: int, label: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img"'
        f' aria-label="{escape(label)}">'
    )


def _colour(number: int) -> str:
    return _COLOURS[number % len(_COLOURS)]
