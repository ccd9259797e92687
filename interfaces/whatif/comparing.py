"""
The runs of a period side by side: as recorded, played under its own rules, and played under others.

The first two are there to be compared: where the play of the period's own rules is far from what happened, what it says
of other rules is worth little, and it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from circulation.calendar import zone_of
from circulation.event import Fact
from circulation.folds import ITEM
from circulation.item import Item, item_stream
from circulation.past_ledger import PastLedger
from interfaces.whatif.alternative import Alternative
from interfaces.whatif.deeds import Recorded, recorded_in
from interfaces.whatif.kilometres import Driven, Driving, days_between, rounds_of
from interfaces.whatif.measures import LEVELS, Journey, Measures, floating_among, measure
from interfaces.whatif.playing import Played, play
from logistics.situation import Situation
from projections import transits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from projections.views import Views

__all__ = ["Comparison", "Row", "compare"]

_FAR_OFF_PERCENT = 10
_TOLD_APART = ("kilometres", "loans", "returned late", "holds that got a copy", "days to the hold shelf: median")
_REASONS = ("home", "hold", "float", "rebalance", "manual")
Number = int | float | None


@dataclass(frozen=True, slots=True)
class Row:
    """One measure; `difference` is the alternative less the base. None: nothing to measure."""

    measure: str
    recorded: Number
    base: Number
    alternative: Number

    @property
    def difference(self) -> Number:
        """What the other rules change."""
        if self.base is None or self.alternative is None:
            return None
        return round(self.alternative - self.base, 1)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The measures, and the sentences that say how far the model may be trusted."""

    rows: tuple[Row, ...]
    remarks: tuple[str, ...]


def compare(
    start: PastLedger,
    end: PastLedger,
    views: Views,
    facts: Iterable[Fact],
    alternative: Alternative,
    *,
    advance: Callable[[int], None] = lambda _steps: None,
) -> Comparison:
    """
    The period from `start` to `end`, of which `facts` are all facts, under the rules that held and under others.

    Raises what `alternative.apply` does.
    """
    recorded = recorded_in(facts)

    def run(other: Alternative | None) -> Played:
        return play(start, end, views, recorded, alternative=other, advance=advance)

    other, base = run(alternative), run(None)
    touched = {
        fact.stream.removeprefix("item/")
        for facts_of_one in (recorded.facts, base.facts, other.facts)
        for fact in facts_of_one
        if fact.stream.startswith("item/")
    }

    def stood(ledger: PastLedger) -> Callable[[str], Item | None]:
        return lambda barcode: ledger.load(item_stream(barcode), ITEM).state

    under_way = [
        Journey(journey.origin, journey.destination, journey.opened_us)
        for journey in transits.open_transits(views, as_of=start.upto)
    ]
    columns = [
        _column(found, floating_among(touched, stood(ledger)), _driven(found, under_way, network, start, end))
        for found, network, ledger in (
            (measure(recorded.facts, start), base.situation, end),
            (measure(base.facts, start), base.situation, base.scratch),
            (measure(other.facts, start), other.situation, other.scratch),
        )
    ]
    rows = [Row(name, *(column[name] for column in columns)) for name in columns[0]]
    rows += _not_played(base, other)
    return Comparison(tuple(rows), tuple(_remarks(rows, recorded)))


def _column(found: Measures, floating: int, driven: Driven) -> dict[str, Number]:
    return {
        "journeys": sum(found.transits.values()),
        **{f"journeys: {reason}": found.transits[reason] for reason in _REASONS},
        "copies floating": floating,
        "kilometres": round((driven.rounds + driven.trunks) / 1000, 1),
        "kilometres: trunk runs": round(driven.trunks / 1000, 1),
        "calls without room in a van": driven.without_room,
        "loans": found.loans,
        "returned late": found.late,
        "holds placed": found.holds,
        "holds that got a copy": len(found.turnaround_us),
        "days to the hold shelf: median": found.days(50),
        "days to the hold shelf: nine of ten": found.days(90),
        **{f"per cent within {level} days": found.within(level) for level in LEVELS},
    }


def _driven(
    found: Measures, under_way: Sequence[Journey], network: Situation, start: PastLedger, end: PastLedger
) -> Driven:
    def since_start(journey: Journey) -> Journey:
        """What should have been there already is taken to set out anew, as it is when it is played."""
        arrives_us = network.ways.arrival(journey.origin, journey.destination, journey.opened_us)
        late = arrives_us is not None and arrives_us < start.now_us
        return replace(journey, opened_us=start.now_us) if late else journey

    zones = sorted({branch.time_zone for branch in network.branches.values()}) or ["UTC"]
    journeys = (*map(since_start, under_way), *found.journeys)
    days = days_between(start.now_us, end.now_us, zone_of(zones[0]))
    return Driving(network, start.attachment).all(rounds_of(journeys, network), days)


def _not_played(base: Played, other: Played) -> Iterator[Row]:
    for reason in sorted({*base.not_played, *other.not_played}):
        yield Row(f"not played: {reason}", None, base.not_played[reason], other.not_played[reason])


def _remarks(rows: list[Row], recorded: Recorded) -> Iterator[str]:
    by_name = {row.measure: row for row in rows}
    journeys = by_name["journeys"]
    told = f"{journeys.recorded} journeys were recorded and the base run makes {journeys.base}"
    off = _percent(journeys.base, journeys.recorded)
    if off is None or off > _FAR_OFF_PERCENT:
        yield f"The model does not reproduce this period: {told}. Take the difference as a direction, not as a number."
    else:
        yield f"The model reproduces this period to within {off} %: {told}."
    for name in _TOLD_APART:
        row, off = by_name[name], _percent(by_name[name].base, by_name[name].recorded)
        if off is None or off > _FAR_OFF_PERCENT:
            yield f"It is off for {name}: {row.recorded} recorded, {row.base} in the base run."
    lost = sum(int(row.base or 0) for row in rows if row.measure.startswith("not played: ") and row.recorded is None)
    if lost:
        yield f"{lost} of {len(recorded.acts)} acts could not be played in the base run either."
    yield "Limits by patron are not played: which loans one person has together stays sealed."


def _percent(base: Number, recorded: Number) -> float | None:
    if not recorded:
        return 0.0 if not base else None
    return round(100 * abs((base or 0) - recorded) / recorded, 1)
