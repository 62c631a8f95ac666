"""Uploaded bytes → a table: CSV and text of any delimiter and encoding, Parquet, Arrow.

Text cells stay text here; :mod:`kuznia.connectors.sources.cells` reads numbers and times. Every row
carries its ``line`` in the file, the header being line 1, so that each complaint names a place.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from kuznia.core.frames.findings import Finding, WrongFile

Format = Literal["csv", "parquet", "arrow"]
LINE = "line"
DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as the file has them.

    Parameters
    ----------
    rows : DataFrame
        The file's columns and ``line``.
    decimal : str
        Decimal sign of text cells.
    torn : tuple of (int, str)
        Lines that do not fit the header, with their text.
    findings : tuple of Finding
        What had to be assumed.
    """

    rows: pl.DataFrame
    decimal: str = "."
    torn: tuple[tuple[int, str], ...] = ()
    findings: tuple[Finding, ...] = field(default=())


def read_table(
    content: bytes,
    *,
    format: Format | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
) -> Table:
    """Read a file; what is not given is found from its bytes.

    Raises
    ------
    WrongFile
        The file is empty, is of another format, or has no table in it.
    """
    if not content.strip():
        raise WrongFile("empty_file", "The file is empty.", "Ask the source for it again.")
    found = format or _format(content)
    if found == "csv":
        return _read_text(content, delimiter, decimal, encoding)
    reader = pl.read_parquet if found == "parquet" else pl.read_ipc
    try:
        rows = reader(io.BytesIO(content))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise WrongFile(
            "unreadable_file",
            f"The file is no {found} file: {error}.",
            "Export it again, or name its format.",
        ) from error
    return _numbered(rows, [])


def _format(content: bytes) -> Format:
    if content[:4] == b"PAR1":
        return "parquet"
    return "arrow" if content[:6] == b"ARROW1" else "csv"


def _read_text(content: bytes, delimiter: str | None, decimal: str | None, encoding: str | None) -> Table:
    text, findings = _decoded(content, encoding)
    separator = delimiter or _delimiter(text)
    text, torn = _without_torn_lines(text, separator)
    try:
        rows = pl.read_csv(text.encode(), separator=separator, infer_schema=False, truncate_ragged_lines=True)
    except pl.exceptions.PolarsError as error:
        raise WrongFile(
            "unreadable_file", f"The file is no table of text: {error}.", "Name its format and delimiter."
        ) from error
    if rows.width < 2:
        raise WrongFile(
            "unreadable_file",
            f"Line 1 holds one column, {rows.columns[0]!r}, with the delimiter {separator!r}.",
            "Name the delimiter, or send a file with a header line.",
        )
    table = _numbered(rows.rename({name: name.strip().strip("\ufeff") for name in rows.columns}), torn)
    return Table(table.rows, decimal or _decimal(table.rows, separator), tuple(torn), tuple(findings))


def _decoded(content: bytes, encoding: str | None) -> tuple[str, list[Finding]]:
    if encoding is not None:
        try:
            return content.decode(encoding), []
        except (UnicodeDecodeError, LookupError) as error:
            raise WrongFile(
                "unreadable_file", f"The file is not in {encoding}: {error}.", "Name its encoding."
            ) from error
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16"), []
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        if b"\x00" in content[:1000]:
            raise WrongFile(
                "unreadable_file",
                "The file is binary, and neither Parquet nor Arrow.",
                "Send one of these or CSV.",
            ) from error
        finding = Finding(
            "encoding",
            "info",
            None,
            message=f"Line {line} is not UTF-8; the file was read as Windows-1252.",
            remedy="Name the encoding if letters are wrong.",
        )
        return content.decode("cp1252", errors="replace"), [finding]


def _delimiter(text: str) -> str:
    header = text.lstrip("\r\n").partition("\n")[0]
    return max(DELIMITERS, key=header.count)


def _without_torn_lines(text: str, separator: str) -> tuple[str, list[tuple[int, str]]]:
    """Take out lines with more or fewer cells than the header, keeping the numbers of the others."""
    lines = text.replace("\r\n", "\n").split("\n")
    quoted = '"' in text
    width = _cells(lines[0], separator, quoted)
    torn = [
        (n, line)
        for n, line in enumerate(lines[1:], start=2)
        if line.strip() and _cells(line, separator, quoted) != width
    ]
    if quoted and torn and _cells_differ_only_by_newlines(text, separator, width):
        return text, []
    for n, _ in torn:
        lines[n - 1] = ""
    return "\n".join(lines), torn


def _cells(line: str, separator: str, quoted: bool) -> int:
    if quoted and '"' in line:
        return len(next(csv.reader([line], delimiter=separator), []))
    return line.count(separator) + 1


def _cells_differ_only_by_newlines(text: str, separator: str, width: int) -> bool:
    return all(len(row) in (0, width) for row in csv.reader(io.StringIO(text), delimiter=separator))


def _numbered(rows: pl.DataFrame, torn: Sequence[tuple[int, str]]) -> Table:
    """Number the rows by line; blank lines are no rows."""
    numbered = rows.with_row_index(LINE, offset=2).with_columns(pl.col(LINE).cast(pl.Int64))
    filled = numbered.filter(~pl.all_horizontal(pl.exclude(LINE).is_null()))
    if filled.is_empty():
        raise WrongFile("empty_file", "The file has a header and no rows.", "Ask the source for it again.")
    return Table(filled, torn=tuple(torn))


def _decimal(rows: pl.DataFrame, separator: str) -> str:
    """A comma where cells look like ``1.234,5`` or ``12,5`` and the comma does not part cells."""
    if separator == ",":
        return "."
    cells = rows.head(2000).select(pl.exclude(LINE))
    comma = r"^\s*-?[\d. ]*\d,\d+\s*$"
    point = r"^\s*-?[\d, ]*\d\.\d+\s*$"
    counted = cells.select(
        commas=pl.sum_horizontal(pl.all().str.contains(comma).sum()),
        points=pl.sum_horizontal(pl.all().str.contains(point).sum()),
    )
    return "," if counted["commas"].item() > counted["points"].item() else "."
