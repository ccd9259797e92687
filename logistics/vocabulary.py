"""
Every event type, registered: importing this module imports each file that defines one.

A log can only be read whole by a program that knows all of its words.
"""

from circulation import (
    actor,
    branch,
    closure,
    condition,
    due_dates,
    empties,
    foreign,
    forgetting,
    hold,
    item,
    override,
    patron,
    policy,
    question,
    scan_session,
    service,
    tote,
    unknown,
)
from circulation.offline import device
from logistics import cost_formula, counts, fleet, network, plan, run

__all__ = ["MODULES"]

MODULES = (
    actor,
    branch,
    closure,
    condition,
    due_dates,
    device,
    empties,
    foreign,
    forgetting,
    hold,
    item,
    override,
    patron,
    policy,
    question,
    scan_session,
    service,
    tote,
    unknown,
    cost_formula,
    counts,
    fleet,
    network,
    plan,
    run,
)
"""The files with events, in no order that matters."""
