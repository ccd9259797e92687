"""A drafted Tuesday, made by hand: two vans from Bristol and one from Taunton, and Wells left behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from circulation.branch import Branch, DeliveryTerms, branch_stream, fold_branch
from logistics.plan import LeftBehind, PlanDrafted, PlanInputs, PlannedRoute, PlannedStop, PlanTotals, TightLimit
from tests.cast import BRANCHES, DAY, TUESDAY, fact

HOSTILE = """</script><script>alert('1')</script><img src=x onerror="alert(2)"> & Sons"""
"""A branch name that tries every way out of a page."""
BELL = "Ring twice; key box 14 by the bins"


def named_branches(**names: str) -> dict[str, Branch]:
    """The branches of the cast, some under another name; Bath has a note on its door."""
    branches = {
        code: fold_branch(None, fact(branch_stream(code), 1, opened, TUESDAY)) for code, opened in BRANCHES.items()
    }
    branches["bath"] = replace(branches["bath"], terms=DeliveryTerms(door=BELL))
    for code, name in names.items():
        branches[code] = replace(branches[code], name=name)
    return branches


def at(hour: int, minute: int = 0, second: int = 0) -> int:
    """Seconds after midnight."""
    return hour * 3600 + minute * 60 + second


def stop(
    branch: str, arrives: int, *, off: int = 0, on: int = 0, load_after: int = 0, fillings: tuple[str, ...] = ()
) -> PlannedStop:
    """A call of ten minutes."""
    return PlannedStop(
        branch=branch,
        arrives=arrives,
        starts=arrives,
        leaves=arrives + 600,
        totes_off=off,
        totes_on=on,
        load_after=load_after,
        items_off=off * 20,
        items_on=on * 20,
        fillings_off=fillings,
    )


BATH_AND_CLEVEDON = PlannedRoute(
    van="BRS-1",
    hub="bristol",
    leaves=at(8, 30),
    returns=at(12, 5, 30),
    metres=74_350,
    drive_seconds=7_200,
    load_at_start=5,
    break_at=at(10, 30),
    stops=(
        stop("bath", at(9, 12, 45), off=3, on=4, load_after=6, fillings=("T1001/17", "T1002/3", "T1003/8")),
        stop("clevedon", at(11, 2), off=2, on=1, load_after=5, fillings=("T1004/2",)),
    ),
)
YEOVIL = PlannedRoute(
    van="TAU-1",
    hub="taunton",
    leaves=at(9),
    returns=at(11),
    metres=82_000,
    drive_seconds=6_000,
    load_at_start=2,
    stops=(stop("yeovil", at(9, 50), off=2, on=3, load_after=3),),
)
WELLS_LEFT = LeftBehind(
    branch="wells",
    hub="bristol",
    totes_off=2,
    totes_on=1,
    items=44,
    oldest_days=3,
    code="shift",
    why="Wells would bring BRS-1 back at 13:20, 20 min after its shift ends.",
)


def drafted(
    *routes: PlannedRoute,
    left: tuple[LeftBehind, ...] = (WELLS_LEFT,),
    day: str = DAY,
    hubs: tuple[str, ...] = ("bristol", "taunton"),
) -> PlanDrafted:
    """Revision 2 of the day's plan; without routes given, both vans'."""
    routes = routes or (BATH_AND_CLEVEDON, YEOVIL)
    return PlanDrafted(
        revision=2,
        day=day,
        hubs=hubs,
        wave="am",
        inputs=PlanInputs(
            position=40,
            network="n",
            fleet="f",
            rules="r",
            problem="p",
            seed=1,
            solver="s",
            budget="1 s",
            roads="estimated",
            collect="waiting",
        ),
        routes=routes,
        left=left,
        tight=(TightLimit(limit="shift", van="BRS-1", branch="clevedon", spare=120, unit="seconds"),),
        totals=PlanTotals(
            vans=len(routes),
            stops=sum(len(route.stops) for route in routes),
            totes=15,
            items=300,
            metres=sum(route.metres for route in routes),
            drive_seconds=sum(route.drive_seconds for route in routes),
            cost_cents=12_000,
            left_behind=len(left),
            by_reason={"hold": 200, "home": 100},
        ),
    )


def long_day(stops: int) -> tuple[PlanDrafted, Mapping[str, Branch]]:
    """One van with that many stops around Bristol, three known totes off at each."""
    branches = named_branches()
    calls = []
    for number in range(1, stops + 1):
        code = f"stop-{number:02d}"
        branches[code] = replace(
            branches["bath"],
            code=code,
            name=f"Stop {number} Community Library",
            latitude_e6=51_452_000 + (number % 7 - 3) * 21_000,
            longitude_e6=-2_601_000 + number * 9_000,
        )
        fillings = tuple(f"T{number:04d}{extra}/5" for extra in range(3))
        calls.append(stop(code, at(8, 30) + number * 1_200, off=3, on=2, load_after=60 - number, fillings=fillings))
    last = calls[-1].leaves + 900
    route = PlannedRoute(
        van="BRS-9",
        hub="bristol",
        leaves=at(8, 30),
        returns=last,
        metres=120_400,
        drive_seconds=9_000,
        load_at_start=60,
        break_at=at(12, 15),
        stops=tuple(calls),
    )
    return drafted(route, left=()), branches
