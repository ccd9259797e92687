"""Which format a file has, by how it begins."""

from __future__ import annotations

from circulation.errors import Invalid
from logistics.instances.instance import Instance
from logistics.instances.li_lim import read_li_lim
from logistics.instances.lines import lines_of
from logistics.instances.lkh import KEYWORD, read_lkh
from logistics.instances.solomon import read_solomon

__all__ = ["read_instance"]


def read_instance(file: str, content: bytes) -> Instance:
    """
    The instance in a file; its name is only used to name it.

    Raises `Invalid` (`instance.…`), naming file and line, for whatever cannot be read or cannot be true.
    """
    lines = lines_of(file, content)
    if len(lines) > 1 and lines[1].text.upper() == "VEHICLE":
        return read_solomon(lines)
    if lines[0].text[0].isdigit():
        return read_li_lim(lines)
    if KEYWORD.fullmatch(lines[0].text):
        return read_lkh(lines)
    raise Invalid("instance.format", place=lines[0].place)
