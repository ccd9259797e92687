"""A new file for somebody's personal data: only its owner may read it, and it is there whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from circulation.errors import Refused

__all__ = ["new_private_file"]


@contextmanager
def new_private_file(path: Path) -> Iterator[Callable[[object], None]]:
    """
    Make the file at once, and let the block write one JSON value into it; if the block fails the file is gone.

    Raises `Refused` (`file.exists`): what is there is never written over.
    """
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Refused("file.exists", path=path) from None
    with os.fdopen(opened, "w", encoding="utf-8") as file:

        def write(value: object) -> None:
            json.dump(value, file, ensure_ascii=False, indent=2)
            file.write("\n")

        try:
            yield write
        except BaseException:
            path.unlink()
            raise
