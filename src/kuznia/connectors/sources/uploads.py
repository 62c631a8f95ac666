"""An uploaded file → rows of a dataset's kind, with the line and reason of every row that cannot be one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from kuznia.connectors.sources import cells, columns, symbols, tables
from kuznia.connectors.sources.columns import WANTED, Wanted
from kuznia.connectors.sources.plan import UploadPlan
from kuznia.connectors.sources.tables import LINE, Table
from kuznia.connectors.sources.times import TIMES, calendar_of, with_known_time
from kuznia.core.frames.adjust import SHARE_BASES
from kuznia.core.frames.findings import Checked, Finding, WrongFile, parted, passed
from kuznia.core.frames.kinds import KINDS

MEND = "Correct the cell and upload the line again."
RAW = "raw"
"""Column that holds a row's cells as they came, for rows that become no row of the kind."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """Rows of the kind with their ``line``, those that are none, and what was met on the way.

    Parameters
    ----------
    checked : Checked
        ``good`` has the kind's columns and ``line``; ``bad`` also ``raw``.
    extras : DataFrame
        ``line`` and columns of the file that the kind has no place for, as numbers.
    calendar : DataFrame or None
        Sessions over the span of the rows.
    fresh : mapping of str to str
        Instrument keys to be registered, with their symbols.
    """

    checked: Checked
    extras: pl.DataFrame
    calendar: pl.DataFrame | None
    fresh: Mapping[str, str]


def read_upload(content: bytes, plan: UploadPlan) -> Parsed:
    """Read a file by its plan.

    Raises
    ------
    WrongFile
        The file as a whole cannot be used.
    """
    table = tables.read_table(
        content,
        format=plan.format,
        delimiter=plan.delimiter,
        decimal=plan.decimal,
        encoding=plan.encoding,
    )
    found = columns.matched(plan.kind, table.rows.columns, plan.columns, plan.constants)
    step = _cells(table, plan, found)
    step = _each(step, lambda rows: _melted(rows, plan))
    step = _each(step, lambda rows: _with_entity(rows, plan))
    fresh: dict[str, str] = {}
    if "symbol" in step.good.columns:
        owned, fresh = symbols.resolved(_with_day(step.good), plan.registered, plan.exchange)
        step = step.then(owned)
    calendar = calendar_of(step.good, plan)
    step = _each(step, lambda rows: TIMES[plan.kind](rows, plan, calendar))
    step = _each(step, lambda rows: with_known_time(rows, plan))
    step = _each(step, lambda rows: _completed(rows, plan))
    left = unused(table, found, plan)
    step = step.then(passed(step.good, *left))
    return Parsed(step, _extras(table, found), calendar, fresh)


def _each(step: Checked, check: Callable[[pl.DataFrame], Checked]) -> Checked:
    return step.then(check(step.good)) if step.good.height else step


def _cells(table: Table, plan: UploadPlan, found: Mapping[str, str]) -> Checked:
    """Read every cell by the type of its column; rows with a cell that is not of it are kept out."""
    rows = table.rows
    header = {"instrument": "symbol"}
    typed = {LINE: rows[LINE]}
    for name, want in _wanted(plan).items():
        if name in found:
            typed[header.get(name, name)] = _read(rows[found[name]], want, plan, table.decimal)
    for name, value in plan.constants.items():
        typed[header.get(name, name)] = pl.Series([value]).new_from_index(0, rows.height)
    if plan.known_rule["rule"] == "column":
        typed["available_at"] = _known_column(rows, plan)
    for source in _wide(plan, rows, found):
        typed[f"wide:{source}"] = cells.number(rows[source], table.decimal)
    names = [name for name in rows.columns if name != LINE]
    raw = rows.select(pl.struct(pl.col(names).cast(pl.String)).alias(RAW))[RAW]
    frame = pl.DataFrame([*(column.alias(name) for name, column in typed.items()), raw.alias(RAW)])
    return _unreadable(frame, rows, plan, found, table)


def _wanted(plan: UploadPlan) -> dict[str, Wanted]:
    wanted = dict(WANTED[plan.kind])
    if plan.kind == "bars" and plan.frequency == "day":
        wanted["time"] = columns.DAY
    return wanted


def _read(column: pl.Series, want: Wanted, plan: UploadPlan, decimal: str) -> pl.Series:
    if want.reads == "number":
        return cells.number(column, decimal)
    if want.reads == "flag":
        return cells.flag(column)
    if want.reads == "day":
        return cells.day(column, column.name, plan.date_format)
    if want.reads == "moment":
        return cells.moment(column, column.name, plan.timezone, plan.date_format)
    return cells.text_of(column)


def _known_column(rows: pl.DataFrame, plan: UploadPlan) -> pl.Series:
    name = str(plan.known_rule.get("column", "available_at"))
    if name not in rows.columns:
        raise WrongFile(
            "no_known_time",
            f"The dataset's rule takes the known time from column {name!r}, which the file lacks.",
            "Add the column, or declare another rule of known time on a new dataset.",
        )
    column = rows[name]
    known = cells.moment(column, name, plan.timezone, None)
    dates_only = column.dtype == pl.Date or (
        column.dtype == pl.String and not column.drop_nulls().str.contains(":").any()
    )
    # A date alone says no hour: the row counts as known when that day is over.
    return known.dt.offset_by("1d") if dates_only else known


def _wide(plan: UploadPlan, rows: pl.DataFrame, found: Mapping[str, str]) -> list[str]:
    """Columns of a file with a column for each series or field."""
    if plan.kind not in ("series", "fundamentals") or ("value" in found and not plan.values):
        return []
    if plan.values:
        missing = [name for name in plan.values if name not in rows.columns]
        if missing:
            raise WrongFile("missing_column", f"The file has no columns {missing}.", "Correct 'values'.")
        return list(plan.values)
    taken = {LINE, *found.values(), str(plan.known_rule.get("column", ""))}
    numeric = [
        name
        for name in rows.columns
        if name not in taken and cells.number(rows[name].head(1000), plan.decimal or ".").is_not_null().any()
    ]
    if not numeric:
        raise WrongFile("missing_column", "No column of the file holds numbers.", "Name them in 'values'.")
    return numeric


def _unreadable(
    frame: pl.DataFrame, rows: pl.DataFrame, plan: UploadPlan, found: Mapping[str, str], table: Table
) -> Checked:
    """Keep out rows whose cell is not blank and yet was not understood; and torn lines."""
    reasons = []
    for name, want in _wanted(plan).items():
        typed = {"instrument": "symbol"}.get(name, name)
        if name not in found or want.reads == "text" or rows[found[name]].dtype != pl.String:
            continue
        shown = cells.text_of(rows[found[name]]).alias("cell")
        wrong = shown.is_not_null() & frame[typed].is_null()
        reasons.append(
            pl.select(
                pl.when(wrong).then(pl.format(f"column '{found[name]}': '{{}}' is no {_noun(want)}", shown))
            ).to_series()
        )
    text = (
        pl.select(pl.concat_str(reasons, separator="; ", ignore_nulls=True)).to_series()
        if reasons
        else pl.Series([""]).new_from_index(0, frame.height)
    )
    marked = frame.with_columns(text.fill_null("").alias("_why"))
    step = parted(marked, pl.col("_why") != "", "unreadable", pl.col("_why"), MEND)
    torn = pl.DataFrame(
        {
            LINE: [line for line, _ in table.torn],
            "check": ["torn_line"] * len(table.torn),
            "reason": ["The line has more or fewer cells than the header" for _ in table.torn],
            "remedy": ["Correct the line and upload it again."] * len(table.torn),
        },
        schema_overrides={LINE: pl.Int64},
    )
    bad = pl.concat([step.bad.drop("_why"), torn], how="diagonal_relaxed")
    return Checked(step.good.drop("_why"), bad, table.findings)


def _noun(want: Wanted) -> str:
    return {"number": "number", "flag": "yes or no", "day": "date", "moment": "time"}[want.reads]


def _melted(rows: pl.DataFrame, plan: UploadPlan) -> Checked:
    """One row for each series or field of a wide file."""
    wide = [name for name in rows.columns if name.startswith("wide:")]
    if not wide:
        return passed(rows)
    label = "series" if plan.kind == "series" else "field"
    kept = [name for name in rows.columns if name not in wide and name not in (label, "value")]
    long = rows.unpivot(wide, index=kept, variable_name=label, value_name="value")
    prefix = f"{plan.symbol}." if plan.symbol and plan.kind == "series" and not plan.values else ""
    names = {f"wide:{name}": plan.values.get(name, prefix + name) for name in (w[5:] for w in wide)}
    named = long.with_columns(pl.col(label).replace(names)).sort(LINE, label)
    told = named.filter(pl.col("value").is_not_null())
    blanks = named.height - told.height
    if not blanks:
        return passed(told)
    finding = Finding(
        "blank_cells",
        "info",
        None,
        f"{blanks} of {named.height} cells are blank and became no rows.",
        "Nothing, unless the source should have had values there.",
        rows=blanks,
    )
    return passed(told, finding)


def _with_entity(rows: pl.DataFrame, plan: UploadPlan) -> Checked:
    """The instrument or series of a file that names one for all its rows."""
    column = "series" if plan.kind == "series" else "symbol"
    if column in rows.columns:
        return parted(
            rows,
            pl.col(column).is_null(),
            "null",
            pl.lit(f"the {column} is blank"),
            MEND,
        )
    if plan.symbol is None:
        raise WrongFile(
            "missing_column",
            f"The file names no {column} and the upload gave none.",
            "Name it in the option 'symbol'.",
        )
    return passed(rows.with_columns(pl.lit(plan.symbol).alias(column)))


def _with_day(rows: pl.DataFrame) -> pl.DataFrame:
    if "time" not in rows.columns:
        return rows.with_columns(pl.lit(None, pl.Date).alias("day"))
    return rows.with_columns(pl.col("time").cast(pl.Date).alias("day"))


def _completed(rows: pl.DataFrame, plan: UploadPlan) -> Checked:
    """Exactly the kind's columns, typed, and the line."""
    kind = KINDS[plan.kind]
    absent: dict[str, Any] = {name: None for name in kind.columns if name not in rows.columns}
    if plan.kind == "actions" and "applied" in absent:
        absent["applied"] = False
    filled = rows.with_columns(
        pl.lit(value, kind.columns[name]).alias(name) for name, value in absent.items()
    )
    if plan.per_share:
        filled = filled.with_columns(_share_basis(filled, plan))
    typed = filled.select(LINE, *(pl.col(name).cast(dtype) for name, dtype in kind.columns.items()))
    return passed(typed)


def _share_basis(rows: pl.DataFrame, plan: UploadPlan) -> pl.Expr:
    """Amounts for one share stand on the shares of their day; other fields have no share basis."""
    if plan.kind != "fundamentals":
        raise WrongFile(
            "no_share_basis", f"A file of {plan.kind} has no amounts for one share.", "Leave out 'per_share'."
        )
    missing = sorted(set(plan.per_share) - set(rows["field"]))
    if missing:
        raise WrongFile("missing_column", f"The file has no fields {missing}.", "Correct 'per_share'.")
    basis = pl.col("share_basis").fill_null(SHARE_BASES[0])
    return pl.when(pl.col("field").is_in(list(plan.per_share))).then(basis).alias("share_basis")


def _extras(table: Table, found: Mapping[str, str]) -> pl.DataFrame:
    """Adjusted close, dividends and splits that came with bars: not loaded, but they can contradict."""
    wanted = {"adjclose": "adj_close", "dividends": "dividend", "stocksplits": "split"}
    taken = set(found.values())
    chosen = {
        wanted[columns.plain(name)]: cells.number(table.rows[name], table.decimal)
        for name in table.rows.columns
        if columns.plain(name) in wanted and name not in taken
    }
    return pl.DataFrame([table.rows[LINE], *(column.alias(name) for name, column in chosen.items())])


def unused(table: Table, found: Mapping[str, str], plan: UploadPlan) -> list[Finding]:
    """Say which columns were left out."""
    taken = {LINE, *found.values(), *_wide(plan, table.rows, found), str(plan.known_rule.get("column", ""))}
    left = [name for name in table.rows.columns if name not in taken]
    if not left:
        return []
    finding = Finding(
        "columns_left_out",
        "info",
        None,
        f"The kind has no place for {', '.join(left)}; they were not loaded.",
        "Nothing, unless one of them was meant.",
        detail={"columns": left},
    )
    return [finding]
