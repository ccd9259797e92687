"""What a van has still to do on its run, in a sentence: for one that goes out several times."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from circulation.ledger import Ledger

__all__ = ["ahead"]


def ahead(ledger: Ledger, name: str, as_of: int | None) -> Iterator[str]:
    """The sentence of a run that is not over and has several trips; none of any other."""
    from logistics.run import fold_run

    run = None
    for fact in ledger.stream(f"run/{name}", upto_position=as_of):
        run = fold_run(run, fact)
    if run is None or run.finished or len(run.trips) == 1:
        return
    steps = [f"calls at {', '.join(run.due)}"] if run.due else []
    steps += [f"loads at {run.hub} for {', '.join(stops)}" for stops in run.ahead[run.trip :] if stops]
    steps.append(f"comes back to {run.hub}")
    yield f"{run.van} is on trip {run.trip} of {max(run.trip, len(run.trips))}: it {', then '.join(steps)}."
