"""
One copy on one card: what it is, where it is, how that is known, and what it is there for, at one position.
"""

from __future__ import annotations

from circulation.condition_rules import CONDITIONS
from circulation.errors import Unknown
from interfaces.context import Session
from interfaces.moment import instant_asked
from projections import catalogue, conditions, hold_shelf, loans, locations, transits

__all__ = ["COLUMNS", "item_card"]

COLUMNS = (
    "item", "title", "author", "owner", "home", "shelf_mark",
    "kind", "place", "filling", "known", "since_us",
    "defect", "defect_since_us", "absence", "absence_since_us", "last_custody", "to_search",
    "lent_at", "lent_us", "due_us", "overdue", "renewals",
    "to", "reason", "sent_us", "expected_us",
    "hold", "pickup", "shelf_until_us", "pickup_code",
    "position", "as_of_us",
)  # fmt: skip
"""What a card says; None where it does not apply. Descriptions are those of now, all else is as of `position`."""


def item_card(session: Session, barcode: str) -> dict[str, object]:
    """The card of a copy at the moment that is asked about. Raises `Unknown` (`item.unknown`)."""
    views, as_of, now_us = session.part("views"), session.position, instant_asked(session)
    where = locations.where(views, barcode, as_of=as_of)
    if where is None:
        raise (
            Unknown("item.unknown", item=barcode)
            if as_of is None
            else Unknown("item.unknown:then", as_of=as_of, item=barcode)
        )
    card: dict[str, object] = dict.fromkeys(COLUMNS)
    card |= {
        "item": barcode,
        "kind": where.kind,
        "place": where.place or None,
        "filling": where.filling,
        "known": where.known,
        "since_us": where.since_us,
        "position": _position(session),
        "as_of_us": now_us,
    }
    copy = catalogue.copy(views, barcode)
    if copy is not None:
        title = catalogue.title(views, copy.title)
        card |= {
            "title": copy.title if title is None else title.title,
            "author": None if title is None else title.author or None,
            "owner": copy.owner,
            "home": copy.home,
            "shelf_mark": copy.shelf_mark or None,
        }
    held = conditions.conditions_of(views, barcode, as_of=as_of)
    for kind, condition in held.items():
        card |= {kind: condition.what, f"{kind}_since_us": condition.since_us}
    absence = held.get("absence")
    if absence is not None:
        card["last_custody"] = " ".join(part for part in (absence.last_kind, absence.last_place) if part) or None
        card["to_search"] = list(absence.to_search) or None
    loan = loans.loan_of(views, barcode, as_of=as_of)
    if loan is not None:
        card |= {
            "lent_at": loan.branch,
            "lent_us": loan.lent_us,
            "due_us": loan.due_us,
            "overdue": loan.due_us < now_us and not (absence is not None and CONDITIONS[absence.what].stops_overdue),
            "renewals": loan.renewals,
        }
    journey = transits.transit_of(views, barcode, as_of=as_of)
    if journey is not None:
        card |= {
            "to": journey.destination,
            "reason": journey.reason,
            "sent_us": journey.opened_us,
            "hold": journey.hold,
        }
        if as_of is None and where.kind == "branch":
            card["expected_us"] = session.part("courier").arrival(where.place, journey.destination, now_us)
    capture = hold_shelf.capture_of(views, barcode, as_of=as_of)
    if capture is not None:
        card |= {
            "hold": capture.hold,
            "pickup": capture.pickup,
            "shelf_until_us": capture.until_us,
            "pickup_code": capture.code,
        }
    return card


def _position(session: Session) -> int | None:
    """The position at which a card is true; what is now known to have happened by a moment has none."""
    if session.options.as_happened:
        return None
    head: int = session.part("ledger").head().position
    return head if session.position is None else session.position
