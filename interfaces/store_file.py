"""
Whether a path can hold a store, asked before anything is opened.

SQLite would report each of these as a database error without the path.
"""

from __future__ import annotations

from pathlib import Path

from circulation.errors import Invalid, Unknown

__all__ = ["check_store_file"]

_SQLITE_HEADER = b"SQLite format 3\x00"


def check_store_file(path: Path) -> None:
    """
    Pass where a store is or can be made at `path`.

    Raises `Unknown` (`store.no-folder`) and `Invalid` (`store.is-folder`, `store.not-a-store`).
    """
    if not path.parent.is_dir():
        raise Unknown("store.no-folder", parent=path.parent, path=path.name)
    if path.is_dir():
        raise Invalid("store.is-folder", path=path, example=path / "branchline.db")
    if path.exists() and path.stat().st_size:
        with path.open("rb") as file:
            if file.read(len(_SQLITE_HEADER)) != _SQLITE_HEADER:
                raise Invalid("store.not-a-store:file", path=path)
