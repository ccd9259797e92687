"""
A month played on the real branches of the seven LibrariesWest members, and plans for a Tuesday and a Wednesday.

The lists name no hub and no van: depots, vans and trunk runs are the demo's, each branch goes to the nearest depot.
`make soak` runs it where the shared data lies; the store stays in `out/southwest/` to be looked at.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from circulation.store.url import StoreUrl
from interfaces.demo import fill as demo
from interfaces.demo.size import size_of
from interfaces.demo.southwest import lists, real_network
from interfaces.demo.summary import summary_of

SERVICE_DAYS = 21


def main(arguments: Sequence[str]) -> int:
    """Play the month and print what became of it; the days may be given."""
    folder = lists()
    if not folder.is_dir():
        print(f"The lists are not there: {folder.name} (BRANCHLINE_SHARED says where).", file=sys.stderr)
        return 1
    network = real_network(folder)
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
