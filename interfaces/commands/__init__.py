"""
The command groups, in the order in which `branchline --help` shows them.

A group is one module here, named as in the table, with a Typer application called `app`.
It is imported only when somebody asks for it, so that the others cost nothing;
its one line of help therefore stands in the table and not in the module.
An `app` with a single command named as the group is that command itself (`branchline scan`);
a group that also does something on its own has a callback with `invoke_without_command`.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["GROUPS", "Group"]


@dataclass(frozen=True, slots=True)
class Group:
    """One line of the table: the panel of the help in which the group stands, and its one line of help."""

    panel: str
    help: str


_DESK = "At the desk"
_COURIER = "The courier's day"
_CONSORTIUM = "The consortium"
_RECORD = "The record"
_TRY = "Trying it out"

GROUPS: dict[str, Group] = {
    "scan": Group(_DESK, "Scan whatever lies on the desk and learn where it goes next."),
    "session": Group(_DESK, "Undo or move everything that was scanned under the wrong branch or date."),
    "offline": Group(_DESK, "Go on without the network, and take in what was scanned meanwhile."),
    "loan": Group(_DESK, "Lend, renew and look up loans."),
    "hold": Group(_DESK, "Place, suspend, cancel and fill holds."),
    "patron": Group(_DESK, "Register borrowers and look after their records."),
    "items": Group(_DESK, "Bring in and list titles and items."),
    "item": Group(_DESK, "Where one item is, was and will go."),
    "tote": Group(_COURIER, "Pack, seal, load, unload and receive totes."),
    "transit": Group(_COURIER, "What travels between branches."),
    "sort": Group(_COURIER, "Sort items into totes at a hub."),
    "board": Group(_COURIER, "What waits to travel, and what is expected to."),
    "plan": Group(_COURIER, "Draft, publish, show and print the vans' routes."),
    "run": Group(_COURIER, "Record what the vans did."),
    "service": Group(_COURIER, "Suspend and resume the courier, and clear away what piled up."),
    "network": Group(_CONSORTIUM, "Members, branches, hubs and roads."),
    "fleet": Group(_CONSORTIUM, "Vans: import them, take them off the road."),
    "calendar": Group(_CONSORTIUM, "Opening hours, closures and delivery windows."),
    "policy": Group(_CONSORTIUM, "Loan and hold rules."),
    "cost": Group(_CONSORTIUM, "What the courier cost, and how the members share it."),
    "queue": Group(_CONSORTIUM, "In which order holds are filled."),
    "floating": Group(_CONSORTIUM, "Where copies may float, and how many a branch keeps."),
    "rotation": Group(_CONSORTIUM, "Collections that move on from branch to branch by a standing plan."),
    "actor": Group(_CONSORTIUM, "Who may do what."),
    "why": Group(_RECORD, "Why something is as it is shown: the event, the command, the person, the rule."),
    "diff": Group(_RECORD, "What changed between two moments, and which events did it."),
    "bisect": Group(_RECORD, "The first event after which something became true."),
    "events": Group(_RECORD, "Read, search, sample and export the log."),
    "report": Group(
        _RECORD, "How long journeys took, which were late and why, how forecasts fared, how often to call, net lending."
    ),
    "projection": Group(_RECORD, "Follow, rebuild and verify what people look at."),
    "audit": Group(_RECORD, "Prove what was true at any moment."),
    "privacy": Group(_RECORD, "Forget people, age what has ended, give people their data."),
    "simulate": Group(_TRY, "Play weeks of a network forward under courier policies."),
    "demo": Group(_TRY, "Fill a store with a realistic network and play days on it."),
    "bench": Group(_TRY, "Measure the promises on this machine."),
}
