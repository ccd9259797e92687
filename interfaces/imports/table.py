"""
CSV files from other people's systems, read so that nothing in them can do harm or get lost.

A file that is no table at all (another encoding, a spreadsheet, a column missing) is refused as a whole,
before its first row wherever the source can be read twice. A row that cannot be used is handed to `rejects`
with its line and a reason, and reading goes on behind it: an unclosed quote costs one row, not the rest.
Memory stays bounded whatever the size. No sentence repeats a value, since it may be about a person.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from difflib import get_close_matches
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, NamedTuple

from circulation.errors import Invalid, Unknown

__all__ = ["MAX_FIELD_CHARS", "Reject", "Row", "Table", "open_file", "read_columns", "row_digest"]

MAX_FIELD_CHARS = 10_000
MAX_QUOTED_LINES = 20
"""A quoted field may run over this many lines; more is an unclosed quote."""
MAX_LINE_BYTES = 1 << 20
_BLOCK_BYTES = 1 << 20

_CONTROL = bytes(code for code in range(32) if code not in (9, 10, 13)) + b"\x7f"
_CONTROL_TO_NUL = dict.fromkeys(_CONTROL, 0)
_UTF8_BOM = b"\xef\xbb\xbf"


class Row(NamedTuple):
    """One usable row: its file, the line it begins on (the header is 1) and the values asked for, trimmed."""

    file: str
    line: int
    values: tuple[str, ...]


class Reject(NamedTuple):
    """One row that cannot be used, the line it begins on, and why; `line` is 0 for a whole file."""

    file: str
    line: int
    reason: str


class Table:
    """
    One CSV file with a header, as an iterable of `Row`s that can be run through once.

    `required` and `optional` columns are found whatever their case, blanks or underscores. Values come
    in that order, `""` for an optional column that the file lacks. `ignored` are the file's other columns.
    `file` is the name used in sentences. Raises `Invalid` with the codes `file.encoding`, `file.empty`,
    `file.not-a-table` and `file.columns`.
    """

    def __init__(
        self,
        file: str,
        source: bytes | BinaryIO,
        *,
        required: Sequence[str],
        optional: Sequence[str] = (),
        rejects: Callable[[Reject], None],
    ) -> None:
        stream = io.BytesIO(source) if isinstance(source, bytes) else source
        if stream.seekable():
            start = stream.tell()
            for _ in _blocks(file, stream):
                pass
            stream.seek(start)
        self.file = file
        self._rejects = rejects
        self._given_back: deque[tuple[int, str]] = deque()
        self._lines = _numbered(_blocks(file, stream), self._given_back)
        header = _header(file, next(self._lines))
        self._width = len(header)
        self._places, self.ignored = _find_columns(file, header, required, optional)

    def __iter__(self) -> Iterator[Row]:
        file, width, places, lines = self.file, self._width, self._places, self._lines
        for numbered in lines:
            if numbered is None:
                return
            number, line = numbered
            fields = line.split(",") if '"' not in line else self._quoted(number, line)
            if len(fields) != width:
                # No fields: blank, or rejected already.
                if fields and line.strip(" ,\t"):
                    reason = f"It has {len(fields)} fields and the header has {width}."
                    self._rejects(Reject(file, number, reason))
                continue
            if "\0" in line:
                self._rejects(Reject(file, number, "It holds a NUL or another control character."))
                continue
            if len(line) > MAX_FIELD_CHARS and max(map(len, fields)) > MAX_FIELD_CHARS:
                self._rejects(Reject(file, number, _TOO_LONG))
                continue
            fields.append("")
            values = tuple([fields[place].strip() for place in places])
            if any(values) or line.strip(" ,\t"):
                yield Row(file, number, values)

    def _quoted(self, number: int, line: str) -> list[str]:
        """The fields of a row with quotes, which may run over several lines; none when it was rejected."""
        text = line
        following: list[tuple[int, str]] = []
        while True:
            try:
                fields = next(csv.reader([text], strict=True))
            except csv.Error as error:
                if "unexpected end" not in str(error):
                    reason = _TOO_LONG if "limit" in str(error) else "Text follows a closing quote."
                    break
            else:
                if "\0" in text:
                    reason = "It holds a NUL or another control character."
                elif max(map(len, fields)) > MAX_FIELD_CHARS:
                    reason = _TOO_LONG
                else:
                    return fields
                following.clear()
                break
            upcoming = next(self._lines) if len(following) < MAX_QUOTED_LINES else None
            if upcoming is None:
                reason = "A quote is opened and never closed."
                break
            following.append(upcoming)
            text = f"{text}\n{upcoming[1]}"
        # What was read in search of the closing quote are rows of their own.
        self._given_back.extendleft(reversed(following))
        self._rejects(Reject(self.file, number, reason))
        return []


_TOO_LONG = f"A field is longer than {MAX_FIELD_CHARS:,} characters."


def open_file(path: Path) -> BinaryIO:
    """The file's bytes; raises `Unknown` (`file.unknown`) when there is none that can be read."""
    try:
        return path.open("rb")
    except OSError as error:
        raise Unknown("file.unknown", path=path, why=error.strerror) from None


def read_columns(file: str, source: bytes) -> tuple[str, ...]:
    """The names in the header as they stand there; raises as `Table` does."""
    header = _header(file, next(_numbered(_blocks(file, io.BytesIO(source)), deque())))
    return tuple(name.strip() for name in header)


def row_digest(values: Sequence[str]) -> str:
    """
    32 hexadecimal digits that are the same for the same values, whichever file spells them and however.

    The values must be trimmed and free of control characters, as those of a `Row` are.
    """
    text = "\x1f".join(values)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _numbered(
    blocks: Iterator[str], given_back: deque[tuple[int, str]]
) -> Generator[tuple[int, str] | None, None, None]:
    """Lines with their numbers, first those given back; after the last, None for ever."""
    number = 0
    for text in blocks:
        for line in text.split("\n"):
            number += 1
            yield number, line
            while given_back:
                yield given_back.popleft()
    while True:
        yield given_back.popleft() if given_back else None


def _blocks(file: str, stream: BinaryIO) -> Iterator[str]:
    """The text in pieces of whole lines, without the line end of the last; control characters become NUL."""
    line = 1
    data = stream.read(_BLOCK_BYTES)
    _refuse_foreign(file, data)
    data = data.removeprefix(_UTF8_BOM)
    while data:
        block = stream.read(_BLOCK_BYTES)
        cut = len(data)
        if block:
            cut = data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, -1) + 1
            if not cut and len(data) > MAX_LINE_BYTES:
                raise Invalid("file.not-a-table:line", line=line, file=file, max_line_bytes=MAX_LINE_BYTES)
        if cut:
            text = _decode(file, data[:cut], line)
            if "\r" in text:
                text = text.replace("\r\n", "\n").replace("\r", "\n")
            if len(data.translate(None, _CONTROL)) != len(data):
                text = text.translate(_CONTROL_TO_NUL)
            line += text.count("\n")
            yield text.removesuffix("\n")
        data = data[cut:] + block


def _refuse_foreign(file: str, start: bytes) -> None:
    """Refuse what is plainly no UTF-8 text, with what to do about it."""
    if not start.removeprefix(_UTF8_BOM).strip() and len(start) < _BLOCK_BYTES:
        raise Invalid("file.empty", file=file)
    for magic, kind in ((b"PK\x03\x04", "a spreadsheet or zip file"), (b"\x1f\x8b", "a gzip file")):
        if start.startswith(magic):
            raise Invalid("file.not-a-table", file=file, kind=kind)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff") or start[:64].count(b"\0") > len(start[:64]) // 4:
        raise Invalid("file.encoding:utf-16", file=file)


def _decode(file: str, data: bytes, line: int) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line += before.count(b"\n") or before.count(b"\r")
        if "unexpected end" in error.reason:
            raise Invalid("file.encoding:cut-off", file=file, line=line) from None
        code = data[error.start]
        as_western = bytes([code]).decode("cp1252", errors="ignore")
        raise (
            Invalid("file.encoding:windows", line=line, file=file, code=code, as_western=as_western)
            if as_western.isprintable() and as_western
            else Invalid("file.encoding", line=line, file=file, code=code)
        ) from None


def _header(file: str, first: tuple[int, str] | None) -> list[str]:
    line = "" if first is None else first[1]
    if not line.strip(" ,\t"):
        raise Invalid("file.empty:first-line", file=file)
    try:
        header = next(csv.reader([line], strict=True))
    except csv.Error:
        raise Invalid("file.columns:quote", file=file) from None
    for separator, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(header) == 1 and separator in line:
            raise Invalid("file.columns:separator", file=file, name=name)
    return header


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").split()).casefold()


def _find_columns(
    file: str, header: Sequence[str], required: Sequence[str], optional: Sequence[str]
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Where the columns asked for stand (-1: nowhere) and the names of those not asked for."""
    present: dict[str, int] = {}
    twice: set[str] = set()
    for place, name in enumerate(header):
        plain = _plain(name)
        if plain in present:
            twice.add(plain)
        present.setdefault(plain, place)
    wanted = [*required, *optional]
    for name in wanted:
        if _plain(name) in twice:
            raise Invalid("file.columns:twice", file=file, column=name)
    missing = [name for name in required if _plain(name) not in present]
    if missing:
        close = get_close_matches(_plain(missing[0]), present, n=1, cutoff=0.7)
        named = ", ".join(f"'{name}'" for name in missing)
        raise (
            Invalid("file.columns:near", file=file, named=named, close=close[0])
            if close
            else Invalid("file.columns", file=file, named=named, required=", ".join(required))
        )
    asked = {_plain(name) for name in wanted}
    ignored = tuple(name.strip() for name in header if name.strip() and _plain(name) not in asked)
    return tuple(present.get(_plain(name), -1) for name in wanted), ignored
