"""
Titles and their copies, as they are described now.

Which copies of a title stand on a shelf is asked together with `locations.py`; descriptions are not kept
for past positions, because the log has them (`history.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import func, select

from circulation.lookups import Copy
from projections.locations import ITEM_NOW
from projections.projection import Projection, Seen
from projections.table import keyed
from projections.views import Views
from projections.working import Working

__all__ = ["CATALOGUE", "COPY", "TITLE", "CopyRow", "TitleRow", "copies", "copies_of", "copy", "find_titles", "title"]


class TitleRow(NamedTuple):
    """A title."""

    title_id: str
    title: str
    author: str


class CopyRow(NamedTuple):
    """A copy as it is described; `title` is the id of its title."""

    item: str
    title: str
    owner: str
    home: str
    item_type: str
    shelf_mark: str
    floats: bool
    holdable: bool
    row_digest: str | None
    part: str | None = None


TITLE = keyed("title", TitleRow)
COPY = keyed("copy", CopyRow, indexes=[("title",), ("home",)])


@dataclass(frozen=True, slots=True)
class Overview:
    """How many titles and copies there are."""

    titles: int
    copies: int


def title(views: Views, title_id: str) -> TitleRow | None:
    """A title by its id; None if it was never described."""
    with views.reading("catalogue") as connection:
        row = connection.execute(select(TITLE.sql).where(TITLE.sql.c.title_id == title_id)).first()
        return None if row is None else TitleRow._make(row)


def copy(views: Views, barcode: str) -> CopyRow | None:
    """A copy by its barcode."""
    with views.reading("catalogue") as connection:
        row = connection.execute(select(COPY.sql).where(COPY.sql.c.item == barcode)).first()
        return None if row is None else _copy(row)


def copies_of(views: Views, title_id: str) -> list[CopyRow]:
    """The copies of a title, by barcode."""
    with views.reading("catalogue") as connection:
        rows = connection.execute(select(COPY.sql).where(COPY.sql.c.title == title_id).order_by(COPY.sql.c.item))
        return [_copy(row) for row in rows]


def homes(views: Views) -> dict[str, str]:
    """The home branch of every copy, by barcode."""
    with views.reading("catalogue") as connection:
        rows = connection.execute(select(COPY.sql.c.item, COPY.sql.c.home))
        return {row.item: row.home for row in rows}


def copies(views: Views, title_id: str) -> list[Copy]:
    """Every copy of a title, by barcode, with the branch that it is at; only a holdable one can be on a shelf."""
    item, described = ITEM_NOW.sql.c, COPY.sql.c
    asked = (
        select(
            described.item,
            described.shelf_mark,
            described.part,
            item.kind,
            item.ref,
            item.loan,
            item.transit,
            item.capture,
            item.defect,
            described.holdable,
        )
        .join(ITEM_NOW.sql, item.item == described.item)
        .where(described.title == title_id)
        .order_by(described.item)
    )
    with views.reading("catalogue", "custody") as connection:
        found = []
        for row in connection.execute(asked):
            is_at_branch = row.kind == "branch"
            on_shelf = bool(is_at_branch and row.holdable) and not (
                row.loan or row.transit or row.capture or row.defect
            )
            found.append(Copy(row.item, row.ref if is_at_branch else None, on_shelf, row.shelf_mark, row.part))
        return found


def find_titles(views: Views, text: str, *, limit: int = 50) -> list[TitleRow]:
    """Titles whose title or author contains the text, without regard to case; at most `limit`."""
    columns = TITLE.sql.c
    pattern = text.lower()
    asked = (
        select(TITLE.sql)
        .where(
            func.lower(columns.title).contains(pattern, autoescape=True)
            | func.lower(columns.author).contains(pattern, autoescape=True)
        )
        .order_by(columns.title, columns.title_id)
        .limit(limit)
    )
    with views.reading("catalogue") as connection:
        return [TitleRow._make(row) for row in connection.execute(asked)]


def overview(views: Views) -> Overview:
    """The size of the catalogue."""
    with views.reading("catalogue") as connection:
        titles, copies = (
            connection.execute(select(func.count()).select_from(table.sql)).scalar_one() for table in (TITLE, COPY)
        )
        return Overview(titles, copies)


def _copy(row: Any) -> CopyRow:
    made = CopyRow._make(row)
    return made._replace(floats=bool(made.floats), holdable=bool(made.holdable))


# --- folds ---------------------------------------------------------------------------------------------------------


def _title_described(working: Working, seen: Seen) -> None:
    working[TITLE].put(TitleRow(seen.subject, seen.data["title"], seen.data["author"]))


def _copy_described(working: Working, seen: Seen) -> None:
    data = seen.data
    working[COPY].put(
        CopyRow(
            seen.subject, data["title"], data["owner"], data["home"], data["item_type"], data["shelf_mark"],
            data["floats"], data["holdable"], data.get("row"), data.get("part"),
        )
    )  # fmt: skip


CATALOGUE = Projection(
    "catalogue",
    2,
    (TITLE, COPY),
    {
        "TitleAdded": _title_described,
        "TitleDescribed": _title_described,
        "ItemAdded": _copy_described,
        "ItemDescribed": _copy_described,
    },
)
