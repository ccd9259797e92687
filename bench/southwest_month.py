"""
A month played on the real branches of the seven LibrariesWest members, and plans for a Tuesday and a Wednesday.

The lists name no hub and no van: depots, vans and trunk runs are the demo's, each branch goes to the nearest depot.
`make soak` runs it where the shared data lies; the store stays in `out/southwest/` to be looked at.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from math import cos, radians
from pathlib import Path

from circulation.calendar import format_spans
from circulation.store.url import StoreUrl
from interfaces.demo import fill as demo
from interfaces.demo.geography import demo_network
from interfaces.demo.network import DemoBranch, DemoHub, DemoNetwork
from interfaces.demo.size import size_of
from interfaces.demo.summary import summary_of
from interfaces.imports.branch_lists import read_branch_lists

MEMBERS = (
    "Bath and North East Somerset",
    "Bournemouth, Christchurch and Poole",
    "Bristol",
    "Dorset",
    "North Somerset",
    "Somerset",
    "South Gloucestershire",
)
SERVICE_DAYS = 21
_PEOPLE = 13_500
"""2.1 million people shared evenly: the lists do not say how many a branch is there for."""


def shared() -> Path:
    """Where the shared data lies: `BRANCHLINE_SHARED`, or beside the checkout."""
    return Path(os.environ.get("BRANCHLINE_SHARED", Path(__file__).parents[2] / "shared")) / "data"


def real_network(folder: Path) -> DemoNetwork:
    """The real branches with the demo's depots, vans and trunk runs."""
    names = ("libraries_geo_2023.csv", "library_hours.csv")
    listed = read_branch_lists([(name, (folder / name).read_bytes()) for name in names], members=MEMBERS)
    model = demo_network("librarieswest", 1)
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


def main(arguments: Sequence[str]) -> int:
    """Play the month and print what became of it; the days may be given."""
    lists = shared() / "southwest_england"
    if not lists.is_dir():
        print(f"The lists are not there: {lists.name} (BRANCHLINE_SHARED says where).", file=sys.stderr)
        return 1
    network = real_network(lists)
    folder = Path("out") / "southwest"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    store = StoreUrl.parse(str(folder / "southwest.db"))
    days = int(arguments[0]) if arguments else SERVICE_DAYS
    filled = demo.fill(store, network, size_of("librarieswest", 0.02), service_days=days, tell=print)
    print("\n".join(summary_of(filled)))
    wednesday = demo.PLANNED_DAY + timedelta(days=1)
    print(f"Then: branchline --store {store.path} --actor … plan draft --date {wednesday} --iterations 30000")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
