"""
The real branches of the seven LibrariesWest members, with the demo's depots, vans and trunk runs.

The lists name no hub and no van: each branch goes to the nearest of the demo's depots.
"""

from __future__ import annotations

import os
from dataclasses import replace
from math import cos, radians
from pathlib import Path

from circulation.calendar import format_spans
from circulation.errors import Unknown
from interfaces.demo.geography import demo_network
from interfaces.demo.network import DemoBranch, DemoHub, DemoNetwork
from interfaces.imports.branch_lists import read_branch_lists

__all__ = ["LIKE", "MEMBERS", "NAME", "listed_network", "lists", "real_network"]

NAME = "southwest"
LIKE = "librarieswest"
"""The preset whose depots, vans and published numbers it has."""

MEMBERS = (
    "Bath and North East Somerset",
    "Bournemouth, Christchurch and Poole",
    "Bristol",
    "Dorset",
    "North Somerset",
    "Somerset",
    "South Gloucestershire",
)
_PEOPLE = 13_500
"""2.1 million people shared evenly: the lists do not say how many a branch is there for."""


def lists() -> Path:
    """Where the branch lists lie: in the shared data that `BRANCHLINE_SHARED` names, or beside the checkout."""
    beside = Path(__file__).parents[3] / "shared"
    return Path(os.environ.get("BRANCHLINE_SHARED", beside)) / "data" / "southwest_england"


def listed_network(seed: int = 1) -> DemoNetwork:
    """The network of the lists where they lie; raises `Unknown` (`simulate.no-lists`). The seed is for the days."""
    folder = lists()
    if not folder.is_dir():
        raise Unknown("simulate.no-lists", folder=folder.name)
    return replace(real_network(folder), seed=seed)


def real_network(folder: Path) -> DemoNetwork:
    """The network of the lists in a folder."""
    names = ("libraries_geo_2023.csv", "library_hours.csv")
    listed = read_branch_lists([(name, (folder / name).read_bytes()) for name in names], members=MEMBERS)
    model = demo_network(LIKE, 1)
    codes = {record.code for record in listed.records}
    depots = [
        replace(branch, kind="depot", population=0)
        for branch in model.branches
        if branch.code in {hub.code for hub in model.hubs} and branch.code not in codes
    ]
    branches = [
        DemoBranch(
            code=record.code,
            name=record.name,
            member=record.member,
            member_name=record.member_name,
            kind="branch",
            latitude_e6=round(record.latitude * 1e6),
            longitude_e6=round(record.longitude * 1e6),
            time_zone=record.time_zone,
            hours=tuple(format_spans(day) for day in record.hours),  # type: ignore[arg-type]
            population=_PEOPLE,
        )
        for record in listed.records
    ]
    everywhere = {branch.code: branch for branch in (*depots, *branches)}
    served: dict[str, list[str]] = {hub.code: [] for hub in model.hubs}
    for code, branch in everywhere.items():
        if code not in served:
            served[min(served, key=lambda hub, b=branch: _apart(everywhere[hub], b))].append(code)  # type: ignore[misc]
    return replace(
        model,
        branches=tuple(everywhere[code] for code in sorted(everywhere)),
        hubs=tuple(DemoHub(hub, tuple(sorted(codes))) for hub, codes in served.items()),
    )


def _apart(one: DemoBranch, other: DemoBranch) -> float:
    north = one.latitude_e6 - other.latitude_e6
    east = (one.longitude_e6 - other.longitude_e6) * cos(radians(one.latitude_e6 / 1e6))
    return float(north * north + east * east)
