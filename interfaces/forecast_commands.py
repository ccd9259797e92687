"""
The command `branchline report forecast`: how good the expected days were that journeys were given.

It is mounted in `commands/report.py`.
"""

from __future__ import annotations

import typer

from interfaces.command_tree import listing, of_any_moment
from interfaces.context import session_of
from interfaces.report_period import Since, Until, period_of

__all__ = ["forecast"]

_COLUMNS = ("chances", "forecasts", "said_percent", "came_percent", "days_off", "brier")


@of_any_moment
@listing
def forecast(context: typer.Context, since: Since = None, until: Until = None) -> None:
    """
    Score the expected days of the journeys that began in a period against what happened.

    Each forecast is made again as it was known when its journey began. The first row is about the expected day, with
    the mean distance of the middle day in days; the others take the chances that were given to an arrival by each of
    five days around the promised one, by tenths. A Brier score of 0 is perfect. With --branch only its lanes.
    Example: branchline report forecast --from 2026-11-01
    """
    from interfaces.forecast_score import score_of_period
    from interfaces.moment import instant_asked

    session = session_of(context)
    from_us, to_us = period_of(session, since, until)
    by = () if session.options.branch is None else (session.options.branch,)
    now_us = instant_asked(session)
    found = score_of_period(session.part("views"), from_us=from_us, to_us=to_us, now_us=now_us, by=by)
    rows = []
    if found is not None:
        said, came = _percent(found.said), _percent(found.came)
        whole = ("expected day", found.count, said, came, round(found.days_off, 2), round(found.brier, 4))
        rows.append(dict(zip(_COLUMNS, whole, strict=True)))
        for one in found.bins:
            name = f"{one.low}-{one.high} %"
            row = (name, one.count, _percent(one.said), _percent(one.came), None, round(one.brier, 4))
            rows.append(dict(zip(_COLUMNS, row, strict=True)))
    session.output.emit(rows, _COLUMNS)


def _percent(share: float) -> float:
    return round(100 * share, 1)
