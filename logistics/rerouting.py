"""
Vans that are out go on by the revision of their plan that holds.
"""

from __future__ import annotations

from itertools import chain

from circulation.event import NewEvents
from circulation.ledger import Ledger
from logistics.folds import RUN
from logistics.plan import PlanDrafted
from logistics.run import RunRerouted

__all__ = ["reroutes"]


def reroutes(ledger: Ledger, plan: str, revision: PlanDrafted) -> tuple[NewEvents, ...]:
    """What to append so that every run of a plan that is not over goes on by this revision."""
    routes = {route.van: route for route in revision.routes}
    changes = []
    for stream in sorted(ledger.streams(f"run/{revision.day}/")):
        loaded = ledger.load(stream, RUN)
        run = loaded.state
        if run is not None and run.plan == plan and not run.finished and run.revision != revision.revision:
            route = routes.get(run.van)
            trips = ((),) if route is None else route.branches_by_trip
            stops = tuple(dict.fromkeys(chain.from_iterable(trips)))
            event = RunRerouted(revision=revision.revision, stops=stops, trips=trips if len(trips) > 1 else None)
            changes.append(NewEvents(stream, loaded.version, (event,)))
    return tuple(changes)
