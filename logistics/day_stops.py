"""
Which stops are part of a day, and which are set aside, each with its reason.

A branch that is shut, that was skipped, whose hub has no van out, or that needs more totes than any van holds
cannot be left to the search: the reason is known before. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from circulation.clock import DAY_US
from logistics.demand import Load, StopDemand
from logistics.fleet import Van
from logistics.plan import LeftBehind, Wave
from logistics.problem import Stop
from logistics.situation import Situation

__all__ = [
    "MUST_MICROS",
    "SEARCH_DAYS",
    "WEEKDAY_NAMES",
    "DayStops",
    "PlanRequest",
    "days_waited",
    "left_whole",
    "taken_out",
    "what_stays",
    "windows_of",
]

MUST_MICROS = 1_000_000_000_000
"""What leaving a stop costs that must be made: a million of the currency, more than any route."""
SEARCH_DAYS = 60
"""How far ahead the next service is looked for."""
WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """
    What a coordinator asks for.

    Without `hubs` all of them are planned together. The wave `am` is up to 13:00, `pm` from then on. Vans and
    branches are codes; stops of `must` are made even if nothing waits there. With `drain` only what a drain plan over
    so many days (0: as few as do) takes on its first day is in it.
    """

    day: date
    hubs: tuple[str, ...] = ()
    wave: Wave = "day"
    collect: Literal["waiting", "expected"] = "expected"
    without_vans: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    drain: int | None = None


class DayStops:
    """
    Sets stops into the day or aside, one after another.

    `stops` and `carried` (cut down to what a van holds) are what the day can hold; `aside` is what it cannot.
    """

    def __init__(
        self,
        request: PlanRequest,
        situation: Situation,
        hubs: tuple[str, ...],
        vans: tuple[Van, ...],
        at_us: int,
    ) -> None:
        self._request = request
        self._situation = situation
        self._hubs = hubs
        self._at_us = at_us
        self._largest: dict[str, Van] = {}
        for van in vans:
            if van.hub not in self._largest or van.totes > self._largest[van.hub].totes:
                self._largest[van.hub] = van
        self.stops: list[Stop] = []
        self.carried: dict[str, StopDemand] = {}
        self.aside: list[LeftBehind] = []

    def take(self, stop: StopDemand) -> None:
        """Set one stop into the day, or aside with the reason why it cannot be in it."""
        code, day = stop.branch, self._request.day
        if code in self._request.skip:
            self._set_aside(stop, "skipped", taken_out(stop))
            return
        call = self._situation.ways.call(code, day)
        if call is None:
            self._set_aside(stop, "closed", f"{self._why_closed(code)}; {what_stays(stop)}")
            return
        if stop.hub not in self._largest:
            self._set_aside(stop, "no-van", f"No van of {stop.hub} goes out on {day}; {what_stays(stop)}")
            return
        fits = self._cut_down(stop)
        terms = self._situation.branches[code].terms
        must = code in self._request.must
        plain = Stop(
            id=code,
            deliver=fits.deliver.totes,
            collect=fits.collect.totes,
            hub=self._hubs.index(stop.hub),
            service_seconds=terms.minutes * 60,
            seconds_per_tote=terms.tote_seconds,
            price=MUST_MICROS if must else stop.micros * self._days_until_next(code),
        )
        self.stops.append(replace(plain, windows=windows_of(self._situation, code, day, plain.seconds_at_stop)))
        self.carried[code] = fits

    def _cut_down(self, stop: StopDemand) -> StopDemand:
        """The stop as far as the largest van of its hub can hold it; what is over stays."""
        van = self._largest[stop.hub]
        fits = replace(stop, deliver=_at_most(stop.deliver, van.totes), collect=_at_most(stop.collect, van.totes))
        off, on = stop.deliver.totes - fits.deliver.totes, stop.collect.totes - fits.collect.totes
        if off or on:
            sentence = (
                f"{stop.branch} needs {stop.deliver.totes} totes brought and {stop.collect.totes} taken; the largest"
                f" van of {stop.hub}, {van.van}, holds {van.totes}, so {off + on} stay."
            )
            items = stop.items - fits.items
            whole = left_whole(stop, self._at_us, "capacity", sentence)
            self.aside.append(replace(whole, totes_off=off, totes_on=on, items=items))
        return fits

    def _set_aside(self, stop: StopDemand, code: str, sentence: str) -> None:
        if stop.items:
            self.aside.append(left_whole(stop, self._at_us, code, sentence))

    def _why_closed(self, code: str) -> str:
        day = self._request.day
        closure = self._situation.calendar.closure_on(code, day)
        following = self._next_call(code)
        after = "no van can call in the next weeks" if following is None else f"a van can call next on {following}"
        if closure is not None:
            return f"{code} is closed on {day} ({closure.reason}) and {after}"
        if self._situation.calendar.delivery_windows(code, day):
            return f"{code} takes no delivery on {day} while the vans of its hub are out and {after}"
        return f"{code} takes no delivery on a {WEEKDAY_NAMES[day.weekday()]} and {after}"

    def _next_call(self, code: str) -> date | None:
        later = (self._request.day + timedelta(days=ahead) for ahead in range(1, SEARCH_DAYS))
        return next((day for day in later if self._situation.ways.call(code, day)), None)

    def _days_until_next(self, code: str) -> int:
        following = self._next_call(code)
        return SEARCH_DAYS if following is None else (following - self._request.day).days


def windows_of(situation: Situation, branch: str, day: date, seconds_at_stop: int) -> tuple[tuple[int, int], ...]:
    """When service that takes so long may start at a branch: somebody is at the door until the van has left."""
    return _apart(
        tuple(
            (span.opens_minute * 60, max(span.opens_minute * 60, span.closes_minute * 60 - seconds_at_stop))
            for span in situation.calendar.delivery_windows(branch, day)
        )
    )


def taken_out(stop: StopDemand) -> str:
    """Why a stop is not in a plan that a coordinator took it out of."""
    return f"{stop.branch} was taken out of the plan by hand; {what_stays(stop)}"


def days_waited(stop: StopDemand, at_us: int) -> int:
    """Whole days since the first item of a stop began to wait; 0 where none does."""
    return 0 if stop.oldest_us is None else max(0, at_us - stop.oldest_us) // DAY_US


def left_whole(stop: StopDemand, at_us: int, code: str, why: str) -> LeftBehind:
    """All that a stop needs brought and taken is left behind, with the reason's code and sentence."""
    return LeftBehind(
        branch=stop.branch,
        hub=stop.hub,
        totes_off=stop.deliver.totes,
        totes_on=stop.collect.totes,
        items=stop.items,
        oldest_days=days_waited(stop, at_us),
        code=code,
        why=why,
    )


def what_stays(stop: StopDemand) -> str:
    """How many items in how many totes are left, as the end of a sentence."""
    totes = stop.deliver.totes + stop.collect.totes
    return f"{stop.items} item{'' if stop.items == 1 else 's'} in {totes} tote{'' if totes == 1 else 's'} left."


def _at_most(load: Load, totes: int) -> Load:
    """The part of a load that so many totes hold; items are shared out evenly."""
    if load.totes <= totes:
        return load
    waiting, expected = load.waiting * totes // load.totes, load.expected * totes // load.totes
    by_reason = {reason: items * totes // load.totes for reason, items in load.by_reason.items()}
    fillings = load.fillings[:totes]
    return replace(load, totes=totes, waiting=waiting, expected=expected, by_reason=by_reason, fillings=fillings)


def _apart(windows: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Windows that touch are one."""
    joined: list[tuple[int, int]] = []
    for opens, closes in windows:
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(closes, joined[-1][1]))
        else:
            joined.append((opens, closes))
    return tuple(joined)
