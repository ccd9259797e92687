"""
Search whatever a store consists of for texts that must not be in it, in every form in which they could be written.

Files are read byte by byte, so what a database has deleted and not overwritten is found as well. The texts are
searched as UTF-8, UTF-16, Latin-1, JSON escapes, percent and base64 encoding, whatever their case.
"""

from __future__ import annotations

import base64
import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from circulation.store.url import StoreUrl

__all__ = ["COLUMNS", "Searched", "forms_of", "search_store"]

COLUMNS = ("place", "read", "found")
_CHUNK = 8 << 20
_ROWS_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Searched:
    """A file or table: how many bytes of it were read, and how many of the texts are in it."""

    place: str
    read: int
    found: int

    def told(self) -> dict[str, object]:
        """As a row of a listing."""
        return {"place": self.place, "read": self.read, "found": self.found}


@dataclass(frozen=True, slots=True)
class _Forms:
    """How a text may stand in bytes: `folded` without regard to case, `exact` as it is."""

    folded: frozenset[bytes]
    exact: frozenset[bytes]

    def are_in(self, data: bytes, lowered: bytes) -> bool:
        return any(form in lowered for form in self.folded) or any(form in data for form in self.exact)


def forms_of(text: str) -> _Forms:
    """The forms of one text. In base64 it may begin at any of three places, so its ends are left out."""
    folded: set[bytes] = set()
    exact: set[bytes] = set()
    # Bytes fold only ASCII; other capitals are tried as they are written.
    for shape in {
        unicodedata.normalize(form, spelt) for form in ("NFC", "NFD") for spelt in (text, text.lower(), text.upper())
    }:
        spellings = [shape, json.dumps(shape)[1:-1], quote(shape), quote(shape, safe="")]
        folded.update(spelling.encode().lower() for spelling in spellings)
        folded.update(shape.encode(encoding).lower() for encoding in ("utf-16-le", "utf-16-be"))
        if all(ord(letter) < 256 for letter in shape):
            folded.add(shape.encode("latin-1").lower())
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            for before in range(3):
                whole = encode(bytes(before) + shape.encode())
                middle = whole[4 if before else 0 :].rstrip(b"=")[:-1]
                if len(middle) >= 6:
                    exact.add(middle)
    return _Forms(frozenset(folded - {b""}), frozenset(exact))


def search_store(url: StoreUrl, also: Sequence[Path], texts: Sequence[str]) -> list[Searched]:
    """Search the store's own files or tables, and files and folders besides; one row for each."""
    forms = [forms_of(text) for text in texts]
    found = []
    if url.path is not None:
        found += [_file(path, forms) for path in sorted(url.path.parent.glob(f"{url.path.name}*")) if path.is_file()]
    elif url.kind == "postgresql":
        found += list(_tables(url, forms))
    for place in also:
        files = sorted(path for path in place.rglob("*") if path.is_file()) if place.is_dir() else [place]
        found += [_file(path, forms) for path in files]
    return found


def _file(path: Path, forms: Sequence[_Forms]) -> Searched:
    with path.open("rb") as file:
        return _searched(str(path), iter(lambda: file.read(_CHUNK), b""), forms)


def _searched(place: str, chunks: Iterable[bytes], forms: Sequence[_Forms]) -> Searched:
    """Each chunk together with the end of the one before it, in which a text may have begun."""
    overlap = max((len(form) for one in forms for form in (*one.folded, *one.exact)), default=1)
    hits: set[int] = set()
    read, tail = 0, b""
    for chunk in chunks:
        read += len(chunk)
        data = tail + chunk
        lowered = data.lower()
        hits.update(number for number, one in enumerate(forms) if number not in hits and one.are_in(data, lowered))
        tail = data[-overlap:]
    return Searched(place, read, len(hits))


def _tables(url: StoreUrl, forms: Sequence[_Forms]) -> Iterator[Searched]:
    """Every row of every table of the four schemas; what the server has deleted but not overwritten is not seen."""
    import psycopg
    from psycopg import sql

    schemas = [companion.schema for companion in (url, *map(url.beside, ("keys", "views", "tree")))]
    with psycopg.connect(url.server) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY(%s) ORDER BY 1, 2", (schemas,)
        ).fetchall()
        for schema, table in tables:
            with connection.cursor(name="search") as cursor:
                cursor.itersize = _ROWS_AT_ONCE
                cursor.execute(sql.SQL("SELECT * FROM {}.{}").format(sql.Identifier(schema), sql.Identifier(table)))
                yield _searched(f"{schema}.{table}", map(_bytes_of, cursor), forms)


def _bytes_of(row: Sequence[Any]) -> bytes:
    return b"\0".join(bytes(one) if isinstance(one, bytes | memoryview) else str(one).encode() for one in row) + b"\0"
