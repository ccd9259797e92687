"""The floating policy as lines of a list: what kind of rule, its name, and what it says."""

from __future__ import annotations

from collections.abc import Iterator

from circulation.floating import Floating, FloatingGroup

__all__ = ["COLUMNS", "floating_lines"]

COLUMNS = ("rule", "name", "branches", "excludes", "owners", "item_types", "copies", "says")


def floating_lines(policy: Floating) -> Iterator[dict[str, object]]:
    """One line for each group, limit, set of walked lanes and technical services, in that order, by name."""
    empty: dict[str, object] = dict.fromkeys(COLUMNS)
    for name, group in sorted(policy.groups.items()):
        yield empty | {
            "rule": "group",
            "name": name,
            "branches": " ".join(group.branches),
            "excludes": " ".join(group.excludes) or None,
            "owners": " ".join(group.owners) or None,
            "item_types": " ".join(group.item_types) or None,
            "copies": group.title_copies,
            "says": _sentence(group),
        }
    for branch, by_type in sorted(policy.limits.items()):
        for item_type, copies in sorted(by_type.items()):
            says = f"{'Every other branch' if branch == '*' else branch} keeps {copies} from elsewhere."
            yield empty | {
                "rule": "limit",
                "name": f"{item_type} at {branch}",
                "branches": branch,
                "item_types": item_type,
                "copies": copies,
                "says": says,
            }
    for lanes, branches in sorted(policy.lanes.items()):
        says = "Things are carried between them on foot."
        yield empty | {"rule": "walk", "name": lanes, "branches": " ".join(branches), "says": says}
    for member, branch in sorted(policy.services.items()):
        says = "Withdrawn copies go there."
        yield empty | {"rule": "services", "name": member, "branches": branch, "owners": member, "says": says}


def _sentence(group: FloatingGroup) -> str:
    says = "Copies with the float flag float there." if group.flagged else "Copies float there."
    if group.homing_days is not None:
        says += f" After {group.homing_days} days away they go home."
    if group.title_copies is not None:
        says += f" A branch keeps {group.title_copies} of a title."
    return says
