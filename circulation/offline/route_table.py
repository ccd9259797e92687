"""
What a branch needs to go on when the network is gone: where each copy that may come must go from here.

The table holds the copies that belong to the branch, lie there, are on their way or may come back there: grouped by
what a check-in asks of them, and one by one only where more is known than that: a journey, a capture, a title that
somebody waits for. So it is small, and the same check-in decides on it as online (`circulation/checkin.py`).
It names no patron. Its digest is that of its content, and `position` says up to where of the log it is true.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from circulation.custody import Custody, Place
from circulation.errors import Invalid
from circulation.hold import Hold, Title
from circulation.item import Item
from circulation.offline.barcode_list import pack, unpack
from circulation.outcome import Rulings
from circulation.placing import Stray, floats_at
from circulation.transfer_limits import TransferLimit

__all__ = ["OfflineDay", "RouteTable", "Setting", "make_table", "may_come"]

FORM = 1
_MORE_HOLDS = 5
"""So many waiting holds are taken along beyond one for each copy: some may want another copy, or be suspended."""

_CUSTODY = TypeAdapter(Custody)
_HOLD: TypeAdapter[Hold] = TypeAdapter(Hold)
_SECRET = {"key", "patron", "row", "missed"}
"""What a hold on a device does not need."""


@dataclass(frozen=True, slots=True)
class OfflineDay:
    """A local day (`2026-11-24`), until when a hold shelved on it waits, and when a loan made on it is due."""

    day: str
    shelf_until_us: int
    due_us: int


@dataclass(frozen=True, slots=True)
class Setting:
    """
    Where and when the table was made, and what holds at the branch whatever is scanned.

    `boxes` says for each destination where the tote for a hold and the tote for anything else goes next; `names` are
    the branches' names; `forms` are the registered forms of barcodes; `box_key` seals what must not stand in the clear.
    """

    store: str
    branch: str
    position: int
    made_us: int
    time_zone: str
    box_key: str
    days: tuple[OfflineDay, ...]
    boxes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    forms: tuple[tuple[str, int], ...] = ()


_SETTING: TypeAdapter[Setting] = TypeAdapter(Setting)
_Kept = tuple[str, int, str]
"""A transfer limit: its name, version and reason."""

_Group = tuple[str, str, str, bool, bool, _Kept | None]
"""
What a check-in asks of any copy: owner, home, item type, whether it floats here, whether it can be held, and the
transfer limit that denies it the way home from here.
"""


@dataclass(frozen=True, slots=True)
class RouteTable:
    """
    A branch's table; see the top of this file. Make it with `make_table`, read it with `RouteTable.read`.

    `bars` says for a hold which copies a rule keeps from it, and which rule.
    """

    setting: Setting
    groups: Mapping[str, _Group]
    known: Mapping[str, tuple[str, Custody]]
    titles: Mapping[str, Title]
    bars: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    digest: str = ""

    def item(self, barcode: str) -> Item | None:
        """The copy as far as the table knows it, None for one that was not expected here."""
        group = self.groups.get(barcode)
        if group is None:
            return None
        owner, home, item_type, floats, holdable, _ = group
        title, custody = self.known.get(barcode, ("", Custody(place=Place(kind="nowhere"), custody_us=0)))
        return Item(
            barcode=barcode,
            title=title,
            owner=owner,
            home=home,
            item_type=item_type,
            shelf_mark="",
            floats=floats,
            holdable=holdable,
            custody=custody,
        )

    def title(self, title: str) -> Title:
        """The title with the holds that this branch may have to serve."""
        return self.titles.get(title) or Title(title_id=title)

    def rulings(self, barcode: str, shelf_until: Callable[[str], int]) -> Rulings:
        """What held for a copy at this branch when the table was made, for the check-in."""
        kept = self.groups[barcode][5]

        def bars(hold: Hold, copy: str) -> str:
            return self.bars.get(hold.hold, {}).get(copy, "")

        limit = None if kept is None else TransferLimit(limit=kept[0], version=kept[1], reason=kept[2])
        return Rulings(shelf_until=shelf_until, bars=bars, keeps=lambda: limit)

    def write(self) -> bytes:
        """The table as a file: JSON with the digest of its content."""
        body = self._body()
        return json.dumps({"form": FORM, "digest": _digest(body), "table": body}, separators=(",", ":")).encode()

    @classmethod
    def read(cls, data: bytes) -> RouteTable:
        """
        The table of a file.

        Raises `Invalid` (`table.unreadable`, `table.newer`, `table.damaged`) for another file, one of a later version,
        or one that was changed since it was written.
        """
        try:
            whole = json.loads(data)
            form, digest, body = whole["form"], whole["digest"], whole["table"]
        except (ValueError, KeyError, TypeError):
            raise Invalid("table.unreadable") from None
        if form != FORM:
            raise Invalid("table.newer", form=form, known=FORM)
        if _digest(body) != digest:
            raise Invalid("table.damaged:cut-off")
        try:
            return _read_body(body, digest)
        except (ValidationError, KeyError, TypeError, ValueError):
            raise Invalid("table.damaged") from None

    def _body(self) -> dict[str, Any]:
        by_group: dict[_Group, list[str]] = {}
        for barcode, group in self.groups.items():
            by_group.setdefault(group, []).append(barcode)
        return {
            "setting": _SETTING.dump_python(self.setting, mode="json"),
            "groups": [
                [*group, pack(barcodes)] for group, barcodes in sorted(by_group.items(), key=lambda one: repr(one[0]))
            ],
            "known": {
                barcode: [title, _CUSTODY.dump_python(custody, mode="json", exclude_defaults=True)]
                for barcode, (title, custody) in sorted(self.known.items())
            },
            "titles": {
                name: [
                    _HOLD.dump_python(hold, mode="json", exclude_defaults=True, exclude=_SECRET)
                    for hold in title.holds.values()
                ]
                for name, title in sorted(self.titles.items())
            },
            "bars": {hold: dict(sorted(copies.items())) for hold, copies in sorted(self.bars.items())},
        }


def make_table(
    setting: Setting,
    items: Iterable[Item],
    titles: Mapping[str, Title],
    rulings: Callable[[Item], Rulings] | None = None,
) -> RouteTable:
    """
    The table of a branch from the copies of the network and the titles that have open holds.

    Of the copies only those that may come to the branch are taken, of the holds only as many as they can fill.
    `rulings` says what the rules hold for a copy at this branch; without it none does.
    """
    groups: dict[str, _Group] = {}
    known: dict[str, tuple[str, Custody]] = {}
    copies: dict[str, list[Item]] = {}
    for item in items:
        if not may_come(item, setting.branch):
            continue
        groups[item.barcode] = _group(item, setting.branch, None if rulings is None else rulings(item))
        wanted = item.title in titles and bool(titles[item.title].holds)
        custody = item.custody
        if wanted or custody.transit is not None or custody.capture is not None or custody.moves is not None:
            # Neither the loan nor the time is taken along: they name a patron, and another clock.
            known[item.barcode] = (item.title if wanted else "", replace(custody, loan=None, custody_us=0))
        if wanted:
            copies.setdefault(item.title, []).append(item)
    few = {name: _few(titles[name], len(its), groups) for name, its in sorted(copies.items())}
    bars = {} if rulings is None else _bars(few, copies, rulings)
    return RouteTable(setting, groups, known, few, bars)


def _group(item: Item, branch: str, rulings: Rulings | None) -> _Group:
    """What a check-in asks; whether there is room for a copy that floats is for the upload to say."""
    by_rule = None if rulings is None else rulings.floats()
    floats = item.floats if by_rule is None else by_rule
    if rulings is not None:
        stray = Stray(item.owner, item.home, item.item_type, floats)
        floats = floats_at(stray, branch, rulings.shelves())
    limit = None if rulings is None or floats else rulings.keeps()
    kept = None if limit is None else (limit.limit, limit.version, limit.reason)
    return (item.owner, item.home, item.item_type, floats, item.holdable, kept)


def _bars(
    titles: Mapping[str, Title], copies: Mapping[str, Sequence[Item]], rulings: Callable[[Item], Rulings]
) -> dict[str, dict[str, str]]:
    """Which copies a rule keeps from which hold."""
    bars: dict[str, dict[str, str]] = {}
    for name, title in titles.items():
        for item in copies[name]:
            asked = rulings(item)
            for hold in title.holds.values():
                by = asked.bars(hold, item.barcode)
                if by:
                    bars.setdefault(hold.hold, {})[item.barcode] = by
    return bars


def may_come(item: Item, branch: str) -> bool:
    """Whether a copy belongs to a branch, lies there, is on its way there or from there, or may be returned there."""
    custody = item.custody
    loan, transit = custody.loan, custody.transit
    return (
        item.home == branch
        or (custody.place.kind == "branch" and custody.place.ref == branch)
        or (loan is not None and branch in (loan.branch, loan.patron_home))
        or (transit is not None and branch in (transit.origin, transit.destination))
    )


def _few(title: Title, copies: int, here: Mapping[str, object]) -> Title:
    """The title with the holds that these copies have or may fill, in the order of the queue."""
    left = copies + _MORE_HOLDS
    holds = {}
    for name, hold in title.holds.items():
        if hold.captured is not None:
            if hold.captured in here:
                holds[name] = hold
        elif left or (hold.item is not None and hold.item in here):
            holds[name] = hold
            left -= 0 if hold.suspended or hold.item is not None else 1
    return replace(title, title="", author="", row=None, holds=holds)


def _read_body(body: Mapping[str, Any], digest: str) -> RouteTable:
    groups: dict[str, _Group] = {}
    for owner, home, item_type, floats, holdable, kept, packed in body["groups"]:
        group = (owner, home, item_type, floats, holdable, None if kept is None else (kept[0], kept[1], kept[2]))
        groups.update((barcode, group) for barcode in unpack(packed))
    return RouteTable(
        _SETTING.validate_python(body["setting"]),
        groups,
        {barcode: (title, _CUSTODY.validate_python(custody)) for barcode, (title, custody) in body["known"].items()},
        {name: _title(name, holds) for name, holds in body["titles"].items()},
        body["bars"],
        digest,
    )


def _title(name: str, holds: Sequence[Mapping[str, Any]]) -> Title:
    read = [_HOLD.validate_python({**hold, "key": 0, "patron": ""}) for hold in holds]
    return Title(title_id=name, holds={hold.hold: hold for hold in read})


def _digest(body: object) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
