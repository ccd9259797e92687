"""
How the ledger keeps the state of what the courier owns: one line a kind.

The number is the version of the fold: raise it when a fold or its state changes, and cached states are made anew.
"""

from __future__ import annotations

from circulation.ledger import Fold
from logistics.cost_formula import CostFormulas, fold_cost_formulas
from logistics.counts import DailyCountsImported, fold_daily_counts
from logistics.fleet import Van, fold_van
from logistics.network import Courier, fold_courier
from logistics.plan import DayPlan, fold_plan
from logistics.run import Run, fold_run

__all__ = ["COST_FORMULAS_FOLD", "COURIER_FOLD", "DAILY_COUNTS", "PLAN", "RUN", "VAN"]

COST_FORMULAS_FOLD = Fold("cost-formulas", 1, fold_cost_formulas, CostFormulas)
COURIER_FOLD = Fold("courier", 1, fold_courier, Courier)
VAN = Fold("van", 2, fold_van, Van)
PLAN = Fold("plan", 2, fold_plan, DayPlan)
RUN = Fold("run", 3, fold_run, Run)
DAILY_COUNTS = Fold("daily-counts", 1, fold_daily_counts, DailyCountsImported)
