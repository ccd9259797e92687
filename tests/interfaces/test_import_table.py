"""CSV from other systems: what is read, what is rejected with its line, what is refused as a whole."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circulation.errors import Invalid, Unknown
from interfaces.imports import table as table_module
from interfaces.imports.table import MAX_FIELD_CHARS, Reject, Row, Table, open_file, read_columns, row_digest

HEAD = b"barcode,title,branch\n"


def read(
    source: bytes, *, required: tuple[str, ...] = ("barcode", "branch"), optional: tuple[str, ...] = ()
) -> tuple[list[Row], list[Reject]]:
    rejects: list[Reject] = []
    rows = list(Table("items.csv", source, required=required, optional=optional, rejects=rejects.append))
    return rows, rejects


def lines_of(rows: list[Row] | list[Reject]) -> list[int]:
    return [row.line for row in rows]


def test_rows_carry_their_line_and_the_columns_asked_for_in_that_order() -> None:
    rows, rejects = read(
        HEAD + b" 301 ,Dune,bath\n302,Emma,wells\n", required=("branch", "barcode"), optional=("note",)
    )
    assert [
        Row("items.csv", 2, ("bath", "301", "")),
        Row("items.csv", 3, ("wells", "302", "")),
    ] == rows
    assert [] == rejects


@pytest.mark.parametrize(
    "source",
    [
        b"\xef\xbb\xbf" + HEAD + b"301,Dune,bath\n",
        HEAD.replace(b"\n", b"\r\n") + b"301,Dune,bath\r\n",
        HEAD.replace(b"\n", b"\r") + b"301,Dune,bath\r",
        HEAD + b"301,Dune,bath",
        b'"barcode","title","branch"\n"301","Dune","bath"\n',
        b" Barcode,TITLE,Branch \n301,Dune,bath\n",
        HEAD + b"\n301,Dune,bath\n,,\n   \n",
    ],
    ids=["byte order mark", "crlf", "cr", "no last line end", "quotes", "case and blanks", "blank lines"],
)
def test_the_same_row_is_read_however_the_file_was_written(source: bytes) -> None:
    rows, rejects = read(source)
    assert [("301", "bath")] == [row.values for row in rows]
    assert [] == rejects


def test_a_quoted_field_may_hold_commas_quotes_and_line_ends() -> None:
    source = HEAD + b'301,"Dune, ""the"" book\nof 1965",bath\n302,Emma,wells\n'
    rows, rejects = read(source, required=("barcode", "title"))
    assert [("301", 'Dune, "the" book\nof 1965'), ("302", "Emma")] == [row.values for row in rows]
    assert [2, 4] == lines_of(rows)
    assert [] == rejects


def test_a_quote_inside_a_plain_field_is_itself() -> None:
    rows, rejects = read(HEAD + b'301,7" single,bath\n', required=("title",))
    assert [('7" single',)] == [row.values for row in rows]
    assert [] == rejects


def test_an_unclosed_quote_costs_its_own_row_only() -> None:
    rows, rejects = read(HEAD + b'301,"Dune,bath\n302,Emma,wells\n303,Ulysses,bath\n')
    assert [3, 4] == lines_of(rows)
    assert [Reject("items.csv", 2, "A quote is opened and never closed.")] == rejects


def test_two_unclosed_quotes_far_apart_cost_two_rows_only() -> None:
    plain = b"".join(b"%d,Emma,wells\n" % number for number in range(100))
    rows, rejects = read(HEAD + b'301,"Dune,bath\n' + plain + b'302,"Dune,bath\n' + plain)
    assert 200 == len(rows)
    assert [2, 103] == lines_of(rejects)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"301,Dune", "It has 2 fields and the header has 3."),
        (b"301,Dune,bath,", "It has 4 fields and the header has 3."),
        (b"30\x001,Dune,bath", "It holds a NUL or another control character."),
        (b"301,\x1b[2J,bath", "It holds a NUL or another control character."),
        (b'301,"\x00",bath', "It holds a NUL or another control character."),
        (b'301,"Dune"s,bath', "Text follows a closing quote."),
        (b"301," + b"x" * (MAX_FIELD_CHARS + 1) + b",bath", "A field is longer than 10,000 characters."),
        (b'301,"' + b"x" * (MAX_FIELD_CHARS + 1) + b'",bath', "A field is longer than 10,000 characters."),
        (b'301,"' + b"x" * 200_000 + b'",bath', "A field is longer than 10,000 characters."),
    ],
)
def test_a_row_that_cannot_be_used_is_rejected_with_line_and_reason(row: bytes, reason: str) -> None:
    rows, rejects = read(HEAD + b"300,Emma,wells\n" + row + b"\n302,Emma,wells\n")
    assert [Reject("items.csv", 3, reason)] == rejects
    assert [2, 4] == lines_of(rows)


@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        (b"", "file.empty", "items.csv is empty"),
        (b"\xef\xbb\xbf\n", "file.empty", "items.csv is empty"),
        (b"\n301,Dune,bath\n", "file.empty", "first line of items.csv is empty"),
        (b"barcode,title\n", "file.columns", "'branch'"),
        (b"barcode,branch,Branch\n", "file.columns", "'branch' twice"),
        (b"barcode;title;branch\n", "file.columns", "semicolons"),
        (b"barcode\ttitle\tbranch\n", "file.columns", "tabs"),
        (b'barcode,"title,branch\n', "file.columns", "broken quote"),
        (
            HEAD + b"301,Dune,bath\n302,Caf\xe9,bath\n",
            "file.encoding",
            "Line 3 of items.csv has the byte 0xE9",
        ),
        (HEAD + b"301,\x81,bath\n", "file.encoding", "0x81, which"),
        (HEAD + "301,Café".encode()[:-1], "file.encoding", "ends in the middle of a character, in line 2"),
        (HEAD.decode().encode("utf-16"), "file.encoding", "UTF-16"),
        (HEAD.decode().encode("utf-16-le"), "file.encoding", "UTF-16"),
        (b"PK\x03\x04" + b"\x00\x07" * 10, "file.not-a-table", "spreadsheet"),
        (b"\x1f\x8b\x08zzz", "file.not-a-table", "gzip"),
        (b"x" * 3_000_000, "file.not-a-table", "Line 1 of items.csv is longer"),
    ],
)
def test_a_file_that_is_no_utf8_table_is_refused_with_place_and_advice(source: bytes, code: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(source)
    assert code == refused.value.code
    assert said in refused.value.sentence
    assert refused.value.hint


def test_windows_text_is_recognised_and_the_way_out_named() -> None:
    with pytest.raises(Invalid) as refused:
        read(HEAD + "301,Café,bath\n".encode("cp1252"))
    assert "'é' in Windows-1252" in refused.value.sentence
    assert "iconv -f WINDOWS-1252 -t UTF-8 items.csv" in refused.value.hint


def test_a_wrong_encoding_far_down_is_found_before_the_first_row_is_given() -> None:
    source = HEAD + b"301,Dune,bath\n" * 200_000 + b"302,Caf\xe9,bath\n"
    with pytest.raises(Invalid) as refused:
        Table("items.csv", source, required=("barcode",), rejects=lambda _: None)
    assert "Line 200002 " in refused.value.sentence


def test_a_source_that_cannot_be_read_twice_is_read_up_to_the_fault() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    source = Pipe(HEAD + b"301,Dune,bath\n" * 200_000 + b"302,Caf\xe9,bath\n")
    rows = iter(Table("-", source, required=("barcode",), rejects=lambda _: None))
    assert ("301",) == next(rows).values
    with pytest.raises(Invalid):
        list(rows)


def test_a_column_spelt_nearly_right_is_suggested() -> None:
    with pytest.raises(Invalid) as refused:
        read(b"barcodes,branch\n")
    assert "Is it the one called 'barcodes'?" == refused.value.hint


def test_columns_not_asked_for_are_named_so_that_a_misspelling_is_noticed() -> None:
    table = Table("i.csv", HEAD, required=("barcode",), optional=("titel",), rejects=lambda _: None)
    assert ("title", "branch") == table.ignored


def test_the_header_alone_can_be_asked_for() -> None:
    assert ("barcode", "title", "branch") == read_columns("items.csv", HEAD)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unknown) as unknown:
        open_file(tmp_path / "absent.csv")
    assert "absent.csv" in unknown.value.sentence
    with pytest.raises(Unknown):
        open_file(tmp_path)


def test_the_digest_of_a_row_is_fixed_and_tells_every_change() -> None:
    assert "a23f7cd0a59a0a55b56552c0bca4202b" == row_digest(("301", "Café"))
    assert row_digest(("301", "Café")) == row_digest(("301", "Cafe\u0301"))
    assert row_digest(("301", "")) != row_digest(("", "301"))


fields = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters='\n",'), max_size=12).map(str.strip)


@given(
    rows=st.lists(st.tuples(fields, fields, fields), max_size=12),
    block=st.integers(1, 40),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_a_correct_writer_writes_is_read_back(
    rows: list[tuple[str, str, str]], block: int, line_end: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "b", "c"), *rows])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table_module, "_BLOCK_BYTES", block)  # so that every line end falls on an edge some time
        read_rows, rejects = read(text.getvalue().encode(), required=("a", "b", "c"))
    assert [] == rejects
    assert [row for row in rows if any(row)] == [row.values for row in read_rows if any(row.values)]


@given(st.binary(max_size=400))
def test_no_bytes_at_all_make_it_fail_otherwise_than_by_a_refusal(data: bytes) -> None:
    try:
        rows, rejects = read(HEAD + data)
    except Invalid:
        return
    assert sorted({*lines_of(rows), *lines_of(rejects)}) == sorted([*lines_of(rows), *lines_of(rejects)])
