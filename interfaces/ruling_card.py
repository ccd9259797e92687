"""
One ruling as a card: each value with the rule behind it, every version of every rule and why it gave no more.
"""

from __future__ import annotations

from typing import Any

from circulation.barcode import parse_barcode
from circulation.errors import Unknown
from circulation.folds import ITEM
from circulation.item import item_stream
from circulation.policy import VALUES
from circulation.ruling import ANY, Asked, LoanLimit, consider, rule_on
from circulation.transfer_limits import may_travel
from interfaces.context import Session
from projections import network

__all__ = ["kind_of", "ruling_card"]


def ruling_card(session: Session, asked: Asked, to: str | None) -> dict[str, Any]:
    """What was asked, `values`, `considered`, and in `journey` whether a copy may travel from the branch `to` there."""
    rules = network.loan_rules(session.part("views"), as_of=session.position)
    ruling = rule_on(rules, asked)
    values = [
        {"value": name, "is": getattr(ruling, name), "rule": ruling.by[name]} for name in VALUES if name != "loan_limit"
    ]
    values += [{"value": _name_of(limit), "is": limit.most, "rule": limit.rule} for limit in ruling.loan_limits]
    considered = [
        {
            "rule": one.rule.cited,
            "from_day": one.rule.from_day,
            "until_day": one.rule.until_day,
            "for": " ".join(one.rule.scope),
            "gave": one.gave,
            "why": one.why,
        }
        for one in consider(rules, asked)
    ]
    journey = None if to is None else _journey(session, asked, to)
    return {**asked._asdict(), "values": values, "considered": considered, "journey": journey}


def kind_of(session: Session, barcode: str) -> tuple[str, str]:
    """Owner and type of a copy. Raises `Unknown` (`item.unknown`)."""
    code = parse_barcode(barcode)
    item = session.part("ledger").load(item_stream(code), ITEM).state
    if item is None:
        raise Unknown("item.unknown", item=code)
    return item.owner, item.item_type


def _name_of(limit: LoanLimit) -> str:
    of = [part for part in (limit.owner, limit.item_type) if part != ANY]
    return f"loan_limit of {' '.join(of)}" if of else "loan_limit"


def _journey(session: Session, asked: Asked, to: str) -> str:
    places = network.branches(session.part("views"), as_of=session.position)
    limit = may_travel(
        network.transfer_limits(session.part("views"), as_of=session.position),
        origin=asked.branch,
        destination=to,
        owner=asked.owner,
        item_type=asked.item_type,
        day=asked.day,
        member_of=lambda code: places[code].member if code in places else "",
    )
    if limit is None:
        return f"It may travel from {asked.branch} to {to}."
    return f"It may not travel from {asked.branch} to {to}: limit '{limit.cited}'. {limit.reason}"
