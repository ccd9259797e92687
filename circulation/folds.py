"""
How the ledger keeps each kind of state: one line a kind.

The number is the version of the fold: raise it when a fold or its state changes, and cached states are made anew.
"""

from __future__ import annotations

from collections.abc import Mapping

from circulation.branch import Branch, fold_branch
from circulation.closure import Closed, fold_closures
from circulation.due_dates import MovedDates, fold_due_dates
from circulation.empties import Empties, fold_empties
from circulation.floating import Floating, fold_floating
from circulation.foreign import Foreign, ForeignForm, fold_foreign, fold_foreign_forms
from circulation.forgetting import (
    Destroyed,
    LegalHold,
    Retention,
    fold_destroyed,
    fold_legal_holds,
    fold_retention,
)
from circulation.hold import Title, fold_title
from circulation.item import Item, fold_item
from circulation.ledger import Fold
from circulation.offline.device import Device, fold_device
from circulation.patron import Patron, fold_patron
from circulation.policy import LoanRules, fold_loan_rules
from circulation.question import fold_questions
from circulation.queue_policy import QueueOrder, fold_queue_orders
from circulation.rotation import Rotation, fold_rotation
from circulation.scan_session import Correction, fold_corrections
from circulation.service import Suspensions, fold_suspensions
from circulation.tote import Filling, Tote, fold_filling, fold_tote
from circulation.transfer_limits import TransferLimits, fold_transfer_limits
from circulation.unknown import UnknownCodes, fold_barcode_forms, fold_unknown_codes

__all__ = [
    "BARCODE_FORMS_FOLD",
    "BRANCH",
    "CLOSURES",
    "DESTROYED",
    "DEVICE",
    "DUE_DATES",
    "EMPTIES",
    "FILLING",
    "FLOATING_FOLD",
    "FOREIGN",
    "FOREIGN_FORMS_FOLD",
    "ITEM",
    "LEGAL_HOLDS_FOLD",
    "LOAN_RULES_FOLD",
    "PATRON",
    "QUESTIONS_FOLD",
    "QUEUE_ORDERS_FOLD",
    "RETENTION_FOLD",
    "ROTATION",
    "SERVICE_FOLD",
    "SESSION",
    "TITLE",
    "TOTE",
    "TRANSFER_LIMITS_FOLD",
    "UNKNOWN_CODES",
]

ITEM = Fold("item", 7, fold_item, Item)
TITLE = Fold("title", 5, fold_title, Title)
PATRON = Fold("patron", 2, fold_patron, Patron)
TOTE = Fold("tote", 1, fold_tote, Tote)
EMPTIES = Fold("empties", 1, fold_empties, Empties)
FILLING = Fold("filling", 2, fold_filling, Filling)
BRANCH = Fold("branch", 1, fold_branch, Branch)
CLOSURES = Fold("closures", 1, fold_closures, tuple[Closed, ...])
LOAN_RULES_FOLD = Fold("loan-rules", 3, fold_loan_rules, LoanRules)
TRANSFER_LIMITS_FOLD = Fold("transfer-limits", 1, fold_transfer_limits, TransferLimits)
DUE_DATES = Fold("due-dates", 1, fold_due_dates, MovedDates)
FLOATING_FOLD = Fold("floating", 1, fold_floating, Floating)
ROTATION = Fold("rotation", 1, fold_rotation, Rotation)
BARCODE_FORMS_FOLD = Fold("barcode-forms", 1, fold_barcode_forms, tuple[tuple[str, int], ...])
QUEUE_ORDERS_FOLD = Fold("queue-orders", 1, fold_queue_orders, Mapping[str, QueueOrder])
SERVICE_FOLD = Fold("service", 1, fold_suspensions, Suspensions)
SESSION = Fold("session", 1, fold_corrections, tuple[Correction, ...])
DEVICE = Fold("device", 1, fold_device, Device)
UNKNOWN_CODES = Fold("unknown-codes", 2, fold_unknown_codes, UnknownCodes)
FOREIGN_FORMS_FOLD = Fold("foreign-forms", 1, fold_foreign_forms, tuple[ForeignForm, ...])
FOREIGN = Fold("foreign", 1, fold_foreign, Foreign)
QUESTIONS_FOLD = Fold("questions", 1, fold_questions, Mapping[str, str])
DESTROYED = Fold("destroyed", 1, fold_destroyed, Destroyed)
RETENTION_FOLD = Fold("retention", 2, fold_retention, Retention)
LEGAL_HOLDS_FOLD = Fold("legal-holds", 1, fold_legal_holds, Mapping[str, LegalHold])
