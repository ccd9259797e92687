"""
Branches from lists: opened, described anew where a list says something new, and otherwise left alone.

Reading the lists is `branch_lists.py`'s; here its records become events, all in one command.
A branch that a list does not name any more stays: lists leave things out, only people close branches.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from circulation.actor import Role
from circulation.administration import check_branch, describe_branch, set_delivery_terms
from circulation.branch import Branch, BranchOpened, DeliveryTerms, branch_stream, fold_branch
from circulation.calendar import format_spans
from circulation.command import Caller, Commands, Decision
from circulation.event import Event, Fact, NewEvents
from circulation.folds import BRANCH
from interfaces.imports.branch_lists import read_branch_lists
from interfaces.imports.branch_record import BranchRecord
from interfaces.imports.outcome import Outcome
from interfaces.imports.table import row_digest

__all__ = ["import_places"]


def import_places(
    commands: Commands,
    caller: Caller,
    files: Sequence[tuple[str, bytes]],
    *,
    members: Sequence[str] = (),
    request: str | None = None,
) -> Outcome:
    """
    Take in lists of branches (name and content), of all members or of those chosen.

    Raises as `read_branch_lists` does; what it cannot use is among the rejects.
    """
    listed = read_branch_lists(files, members=members)
    outcome = Outcome(rejects=list(listed.rejects))
    described = [(record, _described(record), _terms(record)) for record in listed.records]
    for record, branch, _ in described:
        check_branch(record.code, branch)

    def decide(_at_us: int) -> Decision:
        outcome.added = outcome.changed = outcome.unchanged = 0
        changes = []
        for record, branch, terms in described:
            stream = branch_stream(record.code)
            loaded = commands.ledger.load(stream, BRANCH)
            events = _events(loaded.state, branch, terms, stream)
            outcome.count(known=loaded.state is not None, recorded=bool(events))
            if events:
                changes.append(NewEvents(stream, loaded.version, events))
        return Decision(tuple(changes))

    digests = {name: sha256(content).hexdigest() for name, content in files}
    arguments = {"files": digests, "members": sorted(members)}
    commands.run(caller, "network import", arguments, decide, roles=(Role.COORDINATOR,), request=request)
    return outcome


def _events(
    branch: Branch | None, described: BranchOpened, terms: DeliveryTerms | None, stream: str
) -> tuple[Event, ...]:
    events = list(describe_branch(branch, described))
    if terms is not None:
        known = branch
        for event in events:
            known = fold_branch(known, Fact(stream, 0, event, 0, "", "system", "", ""))
        if known is not None:
            events.extend(set_delivery_terms(known, terms, described.row))
    return tuple(events)


def _described(record: BranchRecord) -> BranchOpened:
    hours = tuple(format_spans(day) for day in record.hours)
    latitude_e6, longitude_e6 = round(record.latitude * 1e6), round(record.longitude * 1e6)
    told = (record.name, record.member, record.kind, str(latitude_e6), str(longitude_e6), record.time_zone, *hours)
    return BranchOpened(
        name=record.name,
        member=record.member,
        kind=record.kind,
        latitude_e6=latitude_e6,
        longitude_e6=longitude_e6,
        time_zone=record.time_zone,
        hours=hours,  # type: ignore[arg-type]
        island=record.island,
        row=row_digest((*told, "island" if record.island else "")),
        source=record.source,
    )


def _terms(record: BranchRecord) -> DeliveryTerms | None:
    """What the list says about deliveries; None where it says nothing, so that terms set otherwise stay."""
    if record.delivery is None and not record.door_note and record.stop_minutes is None:
        return None
    usual = DeliveryTerms()
    windows = None if record.delivery is None else tuple(format_spans(day) for day in record.delivery)
    return DeliveryTerms(
        windows=windows,  # type: ignore[arg-type]
        door=record.door_note,
        minutes=usual.minutes if record.stop_minutes is None else record.stop_minutes,
    )
