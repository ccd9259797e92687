"""
Events as a file for other programs: CSV, JSON lines or Parquet, always the same columns in the same order.

Beside the file stands `<file>.manifest.json`, which says what was asked, whether the file was cut short, and its
SHA-256. Parquet is written by `arro3` (Arrow in Rust, MIT or Apache-2.0, 12 MB and no further packages): pyarrow is
four times as large, and fastparquet brings pandas. It is an extra: `pip install branchline[parquet]`.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from circulation.errors import Invalid
from circulation.event import Fact
from interfaces.cells import as_csv, as_json, name_of, value_of
from interfaces.facts import RECORD, record_of, row_of

__all__ = ["COLUMNS", "FORMS", "Exported", "export"]

COLUMNS = tuple(name_of(column) for column in RECORD)
"""The columns of every export, in their order; a new one is added at the end."""

_ROWS_AT_ONCE = 10_000


@dataclass(slots=True)
class Exported:
    """How many events were written, and whether there were more."""

    rows: int = 0
    truncated: bool = False

    def first(self, facts: Iterable[Fact], limit: int | None) -> Iterator[Fact]:
        """At most `limit` of the facts, counted as they are consumed."""
        rest = iter(facts)
        for fact in islice(rest, limit):
            self.rows += 1
            yield fact
        self.truncated = next(rest, None) is not None


def export(facts: Iterable[Fact], to: Path, *, limit: int | None, about: Mapping[str, object]) -> Exported:
    """
    Write facts to a file whose ending says the form, and its manifest; `about` says what was asked for.

    The file appears whole or not at all. Raises `Invalid` (`export.format`, `export.no-parquet`).
    """
    write = FORMS.get(to.suffix)
    if write is None:
        raise Invalid("export.format", to=to.name, forms=", ".join(FORMS))
    done = Exported()
    unfinished = to.with_name(f"{to.name}.unfinished")
    try:
        write(done.first(facts, limit), unfinished)
        manifest = {
            "file": to.name,
            "columns": COLUMNS,
            "rows": done.rows,
            "truncated": done.truncated,
            "sha256": _sha256(unfinished),
            **about,
        }
        unfinished.replace(to)
    finally:
        unfinished.unlink(missing_ok=True)
    text = json.dumps(as_json(manifest), ensure_ascii=False, indent=2)
    to.with_name(f"{to.name}.manifest.json").write_text(text + "\n", encoding="utf-8")
    return done


def _csv(facts: Iterable[Fact], to: Path) -> None:
    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([as_csv(value_of(row_of(fact), column)) for column in RECORD] for fact in facts)


def _json_lines(facts: Iterable[Fact], to: Path) -> None:
    with to.open("w", encoding="utf-8") as file:
        for fact in facts:
            row = record_of(fact)
            record = {name: as_json(value_of(row, column)) for name, column in zip(COLUMNS, RECORD, strict=True)}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def _parquet(facts: Iterable[Fact], to: Path) -> None:
    try:
        from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema
        from arro3.io import write_parquet
    except ImportError:
        raise Invalid("export.no-parquet") from None
    number, text = DataType.int64(), DataType.string()
    instant = DataType.timestamp("us", tz="UTC")
    numbers = {"position", "version", "schema"}

    def kind_of(column: str) -> Any:
        return instant if column.endswith("_us") else number if column in numbers else text

    schema = Schema([Field(name_of(column), kind_of(column), nullable=False) for column in RECORD])

    def batches() -> Iterator[Any]:
        rest = iter(facts)
        while some := [row_of(fact) for fact in islice(rest, _ROWS_AT_ONCE)]:
            arrays = [
                Array([row[column] for row in some], type=text if kind_of(column) is text else number).cast(
                    kind_of(column)
                )
                for column in RECORD
            ]
            yield RecordBatch.from_arrays(arrays, schema=schema)

    write_parquet(RecordBatchReader.from_batches(schema, batches()), to, compression="zstd(3)")


FORMS: dict[str, Callable[[Iterable[Fact], Path], None]] = {
    ".csv": _csv,
    ".jsonl": _json_lines,
    ".parquet": _parquet,
}
"""By the file's ending, how its form is written."""


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
