"""Setting and reading the formulas by which members share the courier's costs."""

from __future__ import annotations

from dataclasses import asdict

from circulation.command import Caller, Commands
from circulation.event import Appended
from circulation.ledger import Ledger
from logistics.cost_formula import COST_FORMULAS, CostFormula, CostFormulas, fold_cost_formulas, set_formula
from logistics.folds import COST_FORMULAS_FOLD

__all__ = ["CostDesk", "formulas"]


class CostDesk:
    """The use-case on cost formulas; it is an administrator's."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    def set(self, caller: Caller, formula: CostFormula, *, request: str | None = None) -> Appended:
        """Keep a formula as its next version; nothing where its newest says the same."""
        return self._commands.change(
            caller,
            "cost set",
            asdict(formula),
            (COST_FORMULAS, COST_FORMULAS_FOLD),
            lambda held: set_formula(held or {}, formula),
            roles=(),
            request=request,
        )


def formulas(ledger: Ledger) -> CostFormulas:
    """Every version of every formula, each with the position of its event."""
    held: CostFormulas = {}
    for fact in ledger.stream(COST_FORMULAS):
        held = fold_cost_formulas(held, fact)
    return held
