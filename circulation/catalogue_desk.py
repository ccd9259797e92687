"""
Editing one copy: its description is replaced, and those who wait for its title are thought of in the same command.

Lists of copies come by `items import`; after one, or after a rule about holdable copies, waiting holds are looked
at again with `hold retarget`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from circulation.actor import Role
from circulation.barcode import parse_barcode, parse_name
from circulation.command import Caller, Commands, Decision
from circulation.errors import Invalid, Unknown
from circulation.folds import ITEM
from circulation.hold_desk import HoldDesk
from circulation.item import Item, ItemDescribed, item_stream
from circulation.ledger import Ledger
from circulation.places import Places
from circulation.receipt import Receipt, receipt_of

__all__ = ["CatalogueDesk", "Edit", "decide_edit"]

_STAFF = (Role.DESK, Role.COORDINATOR)


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to be said of a copy; what is None stays as it is, and an empty `part` is a whole copy."""

    home: str | None = None
    item_type: str | None = None
    shelf_mark: str | None = None
    floats: bool | None = None
    holdable: bool | None = None
    part: str | None = None


def decide_edit(item: Item, edit: Edit) -> tuple[Item, ItemDescribed] | None:
    """The copy after the edit and the fact of it; None where nothing changes. Raises `Invalid` (`item.no-type`)."""
    if edit.item_type is not None and not edit.item_type.strip():
        raise Invalid("item.no-type", item=item.barcode)
    after = replace(
        item,
        home=item.home if edit.home is None else edit.home,
        item_type=item.item_type if edit.item_type is None else edit.item_type.strip(),
        shelf_mark=item.shelf_mark if edit.shelf_mark is None else edit.shelf_mark.strip(),
        floats=item.floats if edit.floats is None else edit.floats,
        holdable=item.holdable if edit.holdable is None else edit.holdable,
        part=item.part if edit.part is None else edit.part.strip() or None,
    )
    if after == item:
        return None
    return after, ItemDescribed(
        title=after.title,
        owner=after.owner,
        home=after.home,
        item_type=after.item_type,
        shelf_mark=after.shelf_mark,
        floats=after.floats,
        holdable=after.holdable,
        part=after.part,
        added=after.added,
        row=after.row,
    )


class CatalogueDesk:
    """The commands about descriptions of copies."""

    def __init__(self, ledger: Ledger, commands: Commands, places: Places, holds: HoldDesk) -> None:
        self._ledger = ledger
        self._commands = commands
        self._places = places
        self._holds = holds

    def edit(self, caller: Caller, barcode: str, edit: Edit, *, request: str | None = None) -> Receipt:
        """
        Replace what is said of a copy; one that became holdable is promised to who waits first.

        Raises `Unknown` (`item.unknown`, `branch.unknown`) and as `decide_edit` does.
        """
        code = parse_barcode(barcode)
        if edit.home is not None:
            self._places.branch(parse_name(edit.home, what="branch"))

        def decide(at_us: int) -> Decision:
            loaded = self._ledger.load(item_stream(code), ITEM)
            if loaded.state is None:
                raise Unknown("item.unknown", item=code)
            edited = decide_edit(loaded.state, edit)
            return Decision(() if edited is None else self._holds.edited(loaded, *edited, at_us))

        arguments = {"item": code, "edit": repr(edit)}
        return receipt_of(self._commands.run(caller, "item edit", arguments, decide, roles=_STAFF, request=request))
