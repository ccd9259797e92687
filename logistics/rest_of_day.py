"""
What is left to do of a day on which something went wrong: every tote, where it is, and how it can still travel.

A tote on a van can only come off that van; one at the hub rides with a van that has not left; one at a branch with
any. What is on a lost van another can fetch where it stands: a pair, taken over there and brought to its branch. What
no van can do any more today is set aside with its reason and the next day on which a van calls. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from circulation.errors import Refused, Unknown
from logistics.day_ground import Ground
from logistics.demand import StopDemand
from logistics.fleet import Van
from logistics.run_so_far import Call
from logistics.stop_names import another_stop, takeover
from logistics.vans_now import Mishaps, Tote, VanNow, names_at, names_for
from logistics.wall_clock import wall_time

__all__ = ["RETRY_SECONDS", "Aside", "RestOfDay", "Task", "rest_of_day", "totes", "trips_left"]

RETRY_SECONDS = 3600
"""A stop that was missed is tried again so much later, at the soonest."""

Kind = Literal["call", "stop", "fetch", "bring"]


@dataclass(frozen=True, slots=True)
class Task:
    """
    One stop of the rest of the day, or a `call` that is made or stays as it is.

    `id` is the branch, or tells two stops at one branch apart. `off` and `on` are totes. `only` is the van that has
    what comes off, `at_hub` says that it lies at the hub, or will when that van is back there. A `fetch` takes totes
    over from `from_van` at `branch`; `pair` then is the id of the stop that they are brought to. Service begins at
    `earliest` at the soonest.
    """

    id: str
    kind: Kind
    branch: str
    hub: str
    off: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    only: str | None = None
    at_hub: bool = False
    from_van: str | None = None
    pair: str | None = None
    earliest: int = 0
    call: Call | None = None


@dataclass(frozen=True, slots=True)
class Aside:
    """What cannot happen any more today, known before anything is searched; `why` is a whole sentence."""

    branch: str
    hub: str
    off: tuple[str, ...]
    on: tuple[str, ...]
    code: str
    why: str


@dataclass(frozen=True)
class RestOfDay:
    """
    The rest of a day: vans as they are, tasks by id, what is set aside, and which totes ride home on which van.

    `demand` is what was planned by branch, `stand` where a lost van stands.
    """

    at: int
    ground: Ground
    vans: tuple[VanNow, ...]
    mishaps: Mishaps
    tasks: Mapping[str, Task]
    aside: tuple[Aside, ...]
    riding_home: Mapping[str, tuple[str, ...]]
    demand: Mapping[str, StopDemand]
    stand: Mapping[str, str]

    @property
    def lost(self) -> tuple[VanNow, ...]:
        """The vans that are lost."""
        return tuple(van for van in self.vans if van.van in self.mishaps.lost)

    def riding_back(self, task: Task, code: str, why: str) -> RestOfDay:
        """The same, but what comes off at a task rides back to the hub for certain, and takes up room until then."""
        tasks = dict(self.tasks)
        if task.on:
            tasks[task.id] = replace(task, off=(), only=None)
        else:
            del tasks[task.id]
        van = task.only or ""
        home = {**self.riding_home, van: (*self.riding_home.get(van, ()), *task.off)}
        aside = Aside(task.branch, task.hub, task.off, (), code, why)
        return replace(self, tasks=tasks, riding_home=home, aside=(*self.aside, aside))

    def over_the_hub(self, task: Task) -> RestOfDay:
        """The same, but what comes off at a task is taken to the hub first and rides on a later trip of its van."""
        van = task.only or ""
        tasks = {**self.tasks, task.id: replace(task, at_hub=True)}
        home = {**self.riding_home, van: (*self.riding_home.get(van, ()), *task.off)}
        return replace(self, tasks=tasks, riding_home=home)

    def calls_of(self, van: str) -> tuple[Task, ...]:
        """What the van has done and what stays as it is, in order."""
        found = [task for task in self.tasks.values() if task.kind == "call" and task.only == van]
        return tuple(sorted(found, key=lambda task: (task.call.starts, task.call.leaves) if task.call else (0, 0)))

    def trips_of(self, van: VanNow) -> tuple[tuple[Task, ...], ...]:
        """The same, trip by trip; the last is the one that it is on, with no call yet right after it has loaded."""
        calls = self.calls_of(van.van)
        edges = [0, *(reload.after for reload in van.reloads), len(calls)]
        return tuple(calls[one:two] for one, two in pairwise(edges))


def rest_of_day(
    vans: Sequence[VanNow],
    demand: Mapping[str, StopDemand],
    *,
    mishaps: Mishaps,
    ground: Ground,
    at: int,
) -> RestOfDay:
    """
    What is left to do at `at`, seconds after local midnight; `demand` is what the plan was to bring and take.

    Raises `Unknown` (`van.unknown`) for a lost van that the plan has not, and `Refused` (`plan.was-called-at`) for a
    branch that was missed and called at all the same.
    """
    return _Sorter(vans, demand, mishaps, ground, at).sorted()


class _Sorter:
    """Takes the totes one place after the other and finds what can become of them."""

    def __init__(
        self, vans: Sequence[VanNow], demand: Mapping[str, StopDemand], mishaps: Mishaps, ground: Ground, at: int
    ) -> None:
        self._vans = tuple(vans)
        self._by_name = {van.van: van for van in vans}
        self._demand = demand
        self._mishaps = mishaps
        self._ground = ground
        self._at = at
        self._tasks: dict[str, Task] = {}
        self._aside: list[Aside] = []
        self._home: dict[str, list[str]] = defaultdict(list)
        self._called: dict[str, tuple[str, Call]] = {}
        for van in vans:
            for call in van.calls:
                self._called.setdefault(call.branch, (van.van, call))

    def sorted(self) -> RestOfDay:
        self._check()
        aboard: dict[str, list[tuple[VanNow, Tote]]] = defaultdict(list)
        for van in self._vans:
            for tote in van.aboard:
                if self._is_home(van, tote):
                    self._home[van.van].append(tote.name)
                else:
                    aboard[tote.to].append((van, tote))
        for branch in sorted({*aboard, *self._demand, *(code for van in self._vans for code in van.ahead)}):
            self._branch(branch, aboard.get(branch, []))
        for van in self._vans:
            if van.van in self._mishaps.lost:
                self._fetch_home(van)
        calls = {task.id: task for task in self._calls()}
        return RestOfDay(
            at=self._at,
            ground=self._ground,
            vans=self._vans,
            mishaps=self._mishaps,
            tasks={**calls, **self._tasks},
            aside=tuple(self._aside),
            riding_home={van: tuple(names) for van, names in self._home.items() if names},
            demand=self._demand,
            stand={van.van: self._stand(van) for van in self._vans if van.van in self._mishaps.lost},
        )

    def _check(self) -> None:
        for van in self._mishaps.lost:
            if van not in self._by_name:
                raise Unknown("van.unknown", van=van[:60])
        for branch in self._mishaps.missed:
            if branch in self._called:
                van, call = self._called[branch]
                raise Refused("plan.was-called-at", branch=branch, van=van, at=wall_time(call.starts))

    def _is_home(self, van: VanNow, tote: Tote) -> bool:
        """Whether a tote on a van rides to the hub whatever happens: it is for the hub, or was left on board."""
        here = {call.branch for call in van.this_trip}
        return tote.to in here or tote.to not in self._demand or self._hub(tote.to, van.hub) == tote.to

    # --- one branch ---

    def _branch(self, branch: str, aboard: Sequence[tuple[VanNow, Tote]]) -> None:
        hub = self._hub(branch, aboard[0][0].hub if aboard else "")
        if branch == hub or not hub:
            return
        waiting = () if branch in self._called or branch not in self._demand else self._waiting(branch)
        at_hub = self._at_hub(branch)
        shut = self._why_shut(branch, len(aboard) + len(at_hub) + len(waiting))
        if shut is not None:
            self._set_aside(branch, hub, *shut, aboard=aboard, at_hub=at_hub, waiting=waiting)
            return
        if at_hub and not self._some_van_waits(hub):
            where = f"{totes(len(at_hub))} for {branch} {_many(at_hub, 'lies', 'lie')} at {hub}"
            why = f"{where}, and every van has left; {self._next(branch)}."
            self._aside.append(Aside(branch, hub, at_hub, (), "at-hub", why))
            at_hub = ()
        by_van: dict[str, list[str]] = defaultdict(list)
        for van, tote in aboard:
            by_van[van.van].append(tote.name)
        self._call_at(branch, hub, by_van, at_hub, waiting)

    def _call_at(
        self,
        branch: str,
        hub: str,
        by_van: Mapping[str, Sequence[str]],
        at_hub: tuple[str, ...],
        waiting: tuple[str, ...],
    ) -> None:
        """
        The stops that bring and take what is there for a branch.

        The stop itself is made by the van that has most for it; what is elsewhere is brought by a stop of its own.
        """
        earliest = self._earliest(branch)
        kept = [name for name in by_van if name not in self._mishaps.lost]
        first = max(kept, key=lambda name: (branch in self._by_name[name].ahead, len(by_van[name])), default=None)
        if first is not None:
            off = tuple(by_van[first])
            self._add(Task(branch, "stop", branch, hub, off, waiting, only=first, earliest=earliest))
            if at_hub:
                self._add(Task(another_stop(branch, hub), "stop", branch, hub, at_hub, at_hub=True, earliest=earliest))
        elif at_hub or waiting or self._is_empty_handed(branch):
            self._add(Task(branch, "stop", branch, hub, at_hub, waiting, at_hub=bool(at_hub), earliest=earliest))
        elif self._is_planned(branch) and not by_van:
            why = f"Nothing is left to bring to {branch} or to take from it; {self._next(branch)}."
            self._aside.append(Aside(branch, hub, (), (), "nothing", why))
        for name, names in by_van.items():
            if name in self._mishaps.lost:
                self._fetch(self._by_name[name], branch, tuple(names), earliest)
            elif name != first:
                stop = another_stop(branch, name)
                self._add(Task(stop, "stop", branch, hub, tuple(names), only=name, earliest=earliest))

    def _add(self, task: Task) -> None:
        self._tasks[task.id] = task

    def _waiting(self, branch: str) -> tuple[str, ...]:
        return names_at(branch, self._demand[branch].collect)

    def _at_hub(self, branch: str) -> tuple[str, ...]:
        """What lies at the hub for a branch: for vans that have not left or are back, and what no van was to bring."""
        found = [tote.name for van in self._vans for tote in van.at_hub if tote.to == branch]
        on_a_route = {code for van in self._vans for code in (*van.ahead, *van.skipped)}
        if branch in self._demand and branch not in on_a_route and branch not in self._called:
            aboard = {tote.name for van in self._vans for tote in van.aboard}
            found += [name for name in names_for(branch, self._demand[branch].deliver) if name not in aboard]
        return tuple(dict.fromkeys(found))

    def _is_planned(self, branch: str) -> bool:
        return any(branch in van.ahead for van in self._vans) and branch not in self._called

    def _is_empty_handed(self, branch: str) -> bool:
        """Whether the plan has a van call there although there is nothing to bring or take."""
        its = self._demand.get(branch)
        return self._is_planned(branch) and (its is None or not (its.deliver.totes or its.collect.totes))

    def _earliest(self, branch: str) -> int:
        skipped = [van.skipped[branch] for van in self._vans if branch in van.skipped]
        if not skipped and branch not in self._mishaps.missed:
            return self._at
        return max(self._at, max(skipped, default=self._at) + RETRY_SECONDS)

    def _some_van_waits(self, hub: str) -> bool:
        """Whether a van can still load there: one that has not left, or that goes out several times."""
        fleet = self._ground.situation.vans
        return any(
            van.hub == hub
            and van.van not in self._mishaps.lost
            and (
                van.state == "waiting"
                or _turns_back(van)
                or (van.state == "out" and trips_left(van, fleet[van.van]) > 1)
            )
            for van in self._vans
        )

    def _hub(self, branch: str, otherwise: str) -> str:
        its = self._demand.get(branch)
        return otherwise if its is None else its.hub

    def _why_shut(self, branch: str, waits: int) -> tuple[str, str] | None:
        """The code and the beginning of the sentence where no van can call at a branch any more."""
        if branch in self._mishaps.closed:
            return "closed", f"{branch} is closed for the rest of {self._ground.day}"
        if not self._ground.is_served(branch):
            return "closed", f"{branch} takes no delivery on {self._ground.day} any more"
        takes = self._ground.seconds_at(branch, waits)
        windows = self._ground.windows(branch, takes)
        earliest = self._earliest(branch)
        if windows and windows[-1][1] < earliest:
            last = wall_time(windows[-1][1])
            return (
                "window",
                f"A call at {branch} can begin until {last}, and it is {wall_time(earliest)} before one can",
            )
        return None

    def _set_aside(
        self,
        branch: str,
        hub: str,
        code: str,
        why: str,
        *,
        aboard: Sequence[tuple[VanNow, Tote]],
        at_hub: tuple[str, ...],
        waiting: tuple[str, ...],
    ) -> None:
        said = []
        for van in dict.fromkeys(van.van for van, _ in aboard):
            names = [tote.name for its, tote in aboard if its.van == van]
            self._home[van] += names
            if van in self._mishaps.lost:
                said.append(f"{totes(len(names))} for it {_many(names, 'is', 'are')} on {van}")
            else:
                said.append(f"{totes(len(names))} for it {_many(names, 'rides', 'ride')} back to {hub} on {van}")
        if at_hub:
            said.append(f"{totes(len(at_hub))} for it {_many(at_hub, 'stays', 'stay')} at {hub}")
        if waiting:
            said.append(f"{totes(len(waiting))} {_many(waiting, 'waits', 'wait')} there")
        if not said and not self._is_planned(branch):
            return
        what = f": {', '.join(said)}" if said else ""
        off = (*(tote.name for _, tote in aboard), *at_hub)
        self._aside.append(Aside(branch, hub, off, waiting, code, f"{why}{what}; {self._next(branch)}."))

    def _next(self, branch: str) -> str:
        following = self._ground.next_day(branch)
        return "no van calls in the next weeks" if following is None else f"a van can call next on {following}"

    # --- a lost van ---

    def _stand(self, van: VanNow) -> str:
        return self._mishaps.lost[van.van] or (van.this_trip[-1].branch if van.this_trip else van.hub)

    def _fetch(self, lost: VanNow, branch: str, names: tuple[str, ...], earliest: int) -> None:
        fetch, bring = takeover(lost.van, branch), another_stop(branch, lost.van)
        stand = self._stand(lost)
        self._add(Task(fetch, "fetch", stand, lost.hub, on=names, from_van=lost.van, pair=bring, earliest=self._at))
        self._add(Task(bring, "bring", branch, lost.hub, names, from_van=lost.van, earliest=earliest))

    def _fetch_home(self, lost: VanNow) -> None:
        names = tuple(self._home.pop(lost.van, ()))
        if names:
            self._add(
                Task(
                    takeover(lost.van, lost.hub), "fetch", self._stand(lost), lost.hub, on=names, from_van=lost.van,
                    earliest=self._at,
                )
            )  # fmt: skip

    # --- what is done ---

    def _calls(self) -> Iterator[Task]:
        taken = set(self._tasks)
        for van in self._vans:
            for number, call in enumerate(van.calls, 1):
                name = call.branch
                if name in taken:
                    name = another_stop(call.branch, van.van)
                if name in taken:
                    name = another_stop(call.branch, f"{van.van}.{number}")
                taken.add(name)
                yield Task(name, "call", call.branch, van.hub, call.off, call.on, only=van.van, call=call)


def _turns_back(van: VanNow) -> bool:
    """A van that has left and whose first call came to nothing is taken to be at its hub still."""
    return van.state == "out" and not van.this_trip


def trips_left(now: VanNow, van: Van) -> int:
    """How many trips a van may make from now on, the one that it is on included: one at least."""
    return max(1, (van.trips or 1) - len(now.reloads))


def _many(names: Sequence[str], one: str, several: str) -> str:
    return one if len(names) == 1 else several


def totes(count: int) -> str:
    """`1 tote`, `2 totes`."""
    return f"{count} tote{'' if count == 1 else 's'}"
