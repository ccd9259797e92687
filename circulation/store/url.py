"""
Where a store is, from what a person types.

A plain path or `sqlite:PATH` is a file, `sqlite::memory:` lives and dies with the process,
`postgresql://…` is a server; `?schema=NAME` there tells several stores in one database apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from circulation.errors import Invalid

__all__ = ["StoreUrl"]

_SCHEMA = re.compile(r"^[a-z][a-z0-9_]{0,40}$")
_OTHER_SCHEME = re.compile(r"^([a-z][a-z0-9+]+):(//)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StoreUrl:
    """
    A store's address.

    `path` is set for files only; `server` (without our `schema` parameter) and `schema` for PostgreSQL only.
    """

    kind: Literal["memory", "sqlite", "postgresql"]
    path: Path | None = None
    server: str = ""
    schema: str = ""

    @classmethod
    def parse(cls, text: str) -> StoreUrl:
        """Read an address. Raises `Invalid` (`store.address`) for anything that is not one."""
        address = text.strip()
        if not address:
            raise Invalid("store.address")
        if address in {":memory:", "sqlite::memory:", "sqlite://", "sqlite:///:memory:"}:
            return cls("memory")
        if address.startswith(("postgresql://", "postgres://")):
            return cls._server(address)
        if address.startswith("sqlite:"):
            return cls._file(address.removeprefix("sqlite:"))
        other = _OTHER_SCHEME.match(address)
        if other and len(other.group(1)) > 1:
            raise Invalid("store.address:kind", kind=other.group(1))
        return cls._file(address)

    @classmethod
    def _file(cls, path: str) -> StoreUrl:
        # `sqlite:///x` is SQLAlchemy's spelling of the relative path x, `sqlite:////x` of the absolute one.
        for prefix in ("///", "//"):
            if path.startswith(prefix):
                path = path.removeprefix(prefix)
                break
        if not path:
            raise Invalid("store.address:no-path")
        return cls("sqlite", path=Path(path).expanduser().absolute())

    @classmethod
    def _server(cls, address: str) -> StoreUrl:
        parts = urlsplit(address)
        query = parse_qsl(parts.query, keep_blank_values=True)
        schema = next((value for name, value in query if name == "schema"), "branchline")
        if not _SCHEMA.match(schema):
            raise Invalid("store.address:schema", schema=schema[:40])
        rest = urlencode([(name, value) for name, value in query if name != "schema"], safe="/")
        server = urlunsplit(("postgresql", parts.netloc, parts.path, rest, ""))
        return cls("postgresql", server=server, schema=schema)

    def beside(self, suffix: str) -> StoreUrl:
        """The address of a companion: the file with `.suffix` added, the schema with `_suffix` added."""
        if self.path is not None:
            return StoreUrl("sqlite", path=self.path.with_name(f"{self.path.name}.{suffix}"))
        if self.kind == "postgresql":
            return StoreUrl("postgresql", server=self.server, schema=f"{self.schema}_{suffix}")
        return self

    @property
    def address(self) -> str:
        """The address in a form that `parse` reads again, for another process of this machine."""
        if self.path is not None:
            return f"sqlite:{self.path}"
        if self.kind == "memory":
            return ":memory:"
        return f"{self.server}{'&' if '?' in self.server else '?'}schema={self.schema}"

    @property
    def shown(self) -> str:
        """The address for a person's eyes: without a password."""
        if self.path is not None:
            return str(self.path)
        if self.kind == "memory":
            return "memory"
        parts = urlsplit(self.server)
        host = parts.hostname or "localhost"
        return f"postgresql://{host}{parts.path} ({self.schema})"
