"""
From a request on a copy to the decision that undoes it: what is read for `undo.py`, and the append that it makes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from circulation.borrower import Borrowers
from circulation.command import Decision
from circulation.condition_rules import counts_as
from circulation.errors import Refused, Unknown
from circulation.event import Fact, NewEvents
from circulation.folds import ITEM, TITLE
from circulation.hold import Title, fold_title, title_stream
from circulation.item import Item, ItemLent, ItemSetAside, ScanUndone, fold_item, item_stream
from circulation.ledger import Claim, ClaimChanges, Ledger
from circulation.undo import UNDOABLE, Wrong, decide_undo, promises_moved

__all__ = ["decide_undo_of"]


def decide_undo_of(
    ledger: Ledger,
    borrowers: Borrowers,
    dated: Callable[[Item], Item],
    barcode: str,
    why: str,
    *,
    of: int | None = None,
) -> Decision:
    """
    What undoes the command that recorded position `of` on a copy, or the last scan, loan or renewal of it.

    `dated` gives a copy the dates that closures have moved since: what is restored ends when it would end now.

    Raises `Unknown` (`item.unknown`) and what `decide_undo` refuses; `undo.already` where `of` is undone.
    """
    loaded = ledger.load(item_stream(barcode), ITEM)
    if loaded.state is None:
        raise Unknown("item.unknown", item=barcode)
    item = loaded.state
    facts = [fact for fact in ledger.stream(item_stream(barcode)) if fact.version <= loaded.version]
    mine = _command_of(facts, _last_of(facts, barcode) if of is None else of)
    if not mine:
        raise Refused("undo.nothing", item=barcode)
    wrong = _wrong(ledger, item, dated, facts, mine)
    for fact in facts:
        undone = fact.event
        if isinstance(undone, ScanUndone) and (undone.request, undone.undone_version) == (wrong.request, wrong.version):
            raise Refused("undo.already", barcode=barcode)
    queue = ledger.load(title_stream(item.title), TITLE)
    others = {name: ledger.load(item_stream(name), ITEM) for name in sorted(promises_moved(wrong))}
    copies = {name: other.state for name, other in others.items() if other.state is not None}
    undoing = decide_undo(item, wrong, queue.state or Title(title_id=item.title), copies, why)
    changes = [NewEvents(item_stream(barcode), loaded.version, undoing.item)]
    if undoing.title:
        changes.append(NewEvents(title_stream(item.title), queue.version, undoing.title))
    changes.extend(
        NewEvents(item_stream(name), others[name].version, events) for name, events in undoing.others.items()
    )
    opened: tuple[Claim, ...] = ()
    loan = undoing.reopens
    if loan is not None:
        kind = (counts_as(wrong.before.custody) if wrong.before is not None else None) or "loan"
        borrower = borrowers.of_link(key=loan.key, sealed=loan.patron, context=loan.loan)
        opened = () if borrower is None else (Claim(loan.loan, borrower.holder, kind),)
    return Decision(tuple(changes), ClaimChanges(opened=opened, closed=undoing.closes))


def _last_of(facts: Sequence[Fact], barcode: str) -> int:
    """Where the last scan, loan or renewal stands; what was undone is not undone twice."""
    for fact in reversed(facts):
        if isinstance(fact.event, UNDOABLE):
            return fact.position
        if isinstance(fact.event, ScanUndone):
            break
    raise Refused("undo.nothing", item=barcode)


def _command_of(facts: Sequence[Fact], position: int) -> list[Fact]:
    """The copy's facts of the command that recorded a position; two devices may have used the same request id."""
    at = next((fact for fact in facts if fact.position == position), None)
    if at is None:
        return []
    return [fact for fact in facts if (fact.request, fact.recorded_us) == (at.request, at.recorded_us)]


def _wrong(
    ledger: Ledger, item: Item, dated: Callable[[Item], Item], facts: Sequence[Fact], mine: Sequence[Fact]
) -> Wrong:
    before: Item | None = None
    for fact in facts[: mine[0].version - 1]:
        before = fold_item(before, fact)
    after = before
    for fact in mine:
        after = fold_item(after, fact)
    events = tuple(fact.event for fact in mine)
    queue = None
    if any(isinstance(event, ItemSetAside | ItemLent) for event in events):
        queue = _queue_around(ledger, item.title, mine[0])
    earlier = None if before is None else dated(before)
    return Wrong(mine[0].request, mine[0].version - 1, events, earlier, after or item, queue)


def _queue_around(ledger: Ledger, title: str, mine: Fact) -> tuple[Title, Title] | None:
    """The title before and after the command that recorded a fact of the copy; None if it left the title alone."""
    before: Title | None = None
    after: Title | None = None
    for fact in ledger.stream(title_stream(title)):
        if (fact.request, fact.recorded_us) == (mine.request, mine.recorded_us):
            after = fold_title(after or before, fact)
        elif after is None:
            before = fold_title(before, fact)
        else:
            break
    return None if before is None or after is None else (before, after)
