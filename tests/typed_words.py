"""
A store in which somebody has typed a person's name and card as every reason and every note that can be typed.
"""

from __future__ import annotations

import dataclasses
from contextlib import closing
from datetime import date

from circulation.administration import Administration
from circulation.calendar_desk import CalendarDesk
from circulation.policy_changes import RuleChange
from circulation.policy_desk import PolicyDesk
from circulation.service_desk import ServiceDesk
from logistics.day_stops import PlanRequest
from logistics.dispatcher import Dispatcher
from logistics.edits import Fix, Move
from logistics.find_plan import find_plan
from logistics.fleet import VanSet
from logistics.garage import Garage
from logistics.paper import Deviation
from logistics.plan_desk import PlanDesk
from logistics.run_desk import RunDesk
from logistics.solver import Budget
from projections.endings import EndingsOfViews
from projections.registry import open_views
from tests.cast import BATH_COPY, BRANCHES, CLEVEDON_COPY, WELLS_COPY
from tests.logistics.courier_day import Board, served
from tests.logistics.small_network import waiting
from tests.tote_world import TOTE, ToteWorld
from tests.world import World

__all__ = ["CARD", "DAY", "NAME", "PLAN", "WHY", "type_everything"]

NAME, CARD = "Zoë Ní Bhriain", "29876000000987"
WHY = f"{NAME} ({CARD}) rang"
DAY, PLAN = date(2026, 11, 24), "2026-11-24/bristol/day"


def type_everything(world: World) -> None:
    """One of each command that takes a reason or a note."""
    here, commands = world.at("bristol"), world.commands
    administration, services, policy = Administration(commands), ServiceDesk(commands), PolicyDesk(commands)
    moves, troubles = world.desk.moves, world.desk.troubles
    # A tote whose seal is broken, that is opened with an item too much, and one that is lost.
    totes = ToteWorld.sealed(world)
    troubles.unsealed(here, TOTE, note=WHY)
    totes.drive()
    world.scan(CLEVEDON_COPY, "wells", out_of=TOTE)
    troubles.close(world.at("wells"), TOTE, CLEVEDON_COPY, why=WHY)
    world.scan(WELLS_COPY, "bristol", tote="T9")
    troubles.lost(here, "T9", why=WHY)
    # Moves.
    moves.send(here, BATH_COPY, to="wells", why=WHY, stay_until="2026-12-24")
    moves.cancel(here, BATH_COPY, why=WHY)
    moves.send(here, BATH_COPY, to="wells", why=WHY, stay_until="2026-12-24")
    # The calendar, the courier's service, the network, the rules.
    with closing(open_views(world.ledger)) as views:
        CalendarDesk(commands, EndingsOfViews(views)).close(here, "branch/bath", "2026-12-15", "2026-12-16", WHY)
    administration.declare_closure(here, "all", "2026-12-25", "2026-12-26", WHY)
    services.suspend(here, "yeovil", reason=WHY)
    administration.describe_branch(here, "popup", dataclasses.replace(BRANCHES["bath"], name="Pop-up"))
    administration.retire_branch(here, "popup", WHY)
    policy.set_rule(here, RuleChange("short", values={"days": 7}, reason=WHY))
    policy.remove_rule(here, "short", from_day="2027-01-01", reason=WHY)
    # What stays because of the suspension cites it.
    world.lend(BATH_COPY, "ada", "bath")
    services.suspend(here, "wells", reason=WHY)
    world.scan(BATH_COPY, "yeovil")
    services.resume(here, "wells")
    # Vans, a plan that leaves a closed branch out and breaks a rule, its runs, and its end.
    garage = Garage(commands)
    van = VanSet(
        hub="bristol", totes=12, shift_starts_minute=480, shift_ends_minute=960, days=(0, 1, 2, 3, 4),
        cost_per_km_cents=45, cost_per_hour_cents=1800,
    )  # fmt: skip
    for name in ("v1", "v2"):
        garage.set_van(here, name, van)
    garage.take_van_out(here, "v2", "2026-12-01", "2026-12-02", WHY)
    administration.declare_closure(here, "branch/clevedon", f"{DAY}", f"{DAY}", WHY)
    rows = [waiting(20, "bristol", branch, "hold", since="23 10:00") for branch in ("bath", "wells", "clevedon")]
    board = Board(world.ledger, rows=rows)
    plans = Dispatcher(world.ledger, commands, board)
    plans.draft(here, PlanRequest(day=DAY, hubs=("bristol",)), budget=Budget(iterations=20))
    planning = PlanDesk(world.ledger, commands, lambda: board)
    (first, *_) = served(find_plan(world.ledger, PLAN).revisions[1]).items()
    planning.keep(here, PLAN, Fix("bath"))
    planning.keep(here, PLAN, Move("bath", "v2" if first[0] == "v1" else "v1"), because=WHY)
    plans.publish(here, PLAN)
    runs = RunDesk(world.ledger, commands, board)
    ahead = served(find_plan(world.ledger, PLAN).revisions[3])
    for number, (name, stops) in enumerate(ahead.items()):
        runs.start(here, day=DAY, van=name, wave="day")
        run = f"{DAY}/{name}/day"
        runs.stop(here, run, "yeovil", note=WHY)
        runs.stop(here, run, "bristol", note=WHY)
        last = stops[-1]
        if number:
            runs.skip(here, run, last, why=WHY)
        skipped = [] if number else [Deviation(last, "skipped", why=WHY)]
        runs.finish_as_planned(here, day=DAY, van=name, wave="day", deviations=skipped)
    plans.withdraw(here, PLAN, why=WHY)
