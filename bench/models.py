"""A model end to end beside Qlib: the same bars, Alpha158, label, split and LightGBM, single-threaded both.

``python -m bench.models``; ``--write`` puts the table into docs/benchmarks.md. It reads the product's own
sample, or the daily bars that ``KUZNIA_BENCH_BARS`` points to: a Parquet file with ``symbol``, ``date``,
``open``, ``high``, ``low``, ``close`` and ``volume``. From bars in memory (Qlib: in its own files) to scores
of the test span; fitting is LightGBM's on both sides and is told apart. On such a panel an IC of nothing is
to be expected: what counts is that both agree.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from bench._features import FIELDS
from bench._measure import Differs, cpu, duration, interleaved, judged, report
from bench._peers import Peer, missing
from kuznia.core.expressions import Context
from kuznia.core.features import feature_frame, feature_values
from kuznia.core.features.ready_made import alpha158
from kuznia.core.frames.panel import Panel
from kuznia.core.metrics.bootstrap import draw_blocks
from kuznia.core.models.evaluation import rank_ic_series
from kuznia.core.models.examples import examples_of, rows_of, training_rows
from kuznia.core.models.learners import fit
from kuznia.core.models.learners.trees import FIXED
from kuznia.core.models.predicting import predictions
from kuznia.core.models.spec import Label, ModelSpec, WalkForward
from kuznia.core.models.splits import Fold, walk_forward
from kuznia.core.models.targets import forward_returns
from kuznia.core.typing import Float

SAMPLE = Path(__file__).resolve().parents[1] / "src" / "kuznia" / "cli" / "sample" / "bars.parquet"
HORIZON, SEED = 1, 1
TRAINED = 0.6
"""Share of the bars before the test span."""
PARAMETERS = {
    "num_leaves": 31,
    "learning_rate": 0.05,
    "min_data_in_leaf": 200,
    "lambda_l2": 10.0,
    "feature_fraction": 0.8,
    "bagging_fraction": 0.8,
}
TREES = 100


@dataclass(frozen=True)
class Scored:
    """Scores of the test span, (N, T), and the CPU seconds that LightGBM took of all."""

    scores: Float
    fitting: float


def bars() -> Panel:
    """A panel of float32 values, which is what Qlib's files hold; the average price of a bar is made up."""
    path = Path(os.environ.get("KUZNIA_BENCH_BARS", SAMPLE))
    frame = pl.read_parquet(path).sort("symbol", "date")
    days, names = frame["date"].unique().sort(), frame["symbol"].unique().sort()
    row = frame["symbol"].replace_strict(
        dict(zip(names, range(len(names)), strict=True)), return_dtype=pl.Int64
    )
    column = frame["date"].replace_strict(
        dict(zip(days, range(len(days)), strict=True)), return_dtype=pl.Int64
    )
    fields = {}
    for name in FIELDS[:-1]:
        values = np.full((len(names), len(days)), np.nan)
        values[row.to_numpy(), column.to_numpy()] = frame[name].cast(pl.Float64).to_numpy()
        fields[name] = values.astype(np.float32).astype(np.float64)
    average = (fields["high"] + fields["low"] + fields["close"]) / 3
    fields["vwap"] = average.astype(np.float32).astype(np.float64)
    session = days.to_numpy().astype("datetime64[D]")
    ts = session.astype("datetime64[us]").astype(np.int64)
    return Panel(tuple(names), ts, session, ts, fields)


def specification(length: int) -> ModelSpec:
    first = int(TRAINED * length)
    return ModelSpec(
        "lightgbm_regressor",
        {**PARAMETERS, "trees": TREES},
        (SEED,),
        Label(horizon=HORIZON, target="return"),
        WalkForward(first_test=first, test=length - first),
    )


def ours(panel: Panel, spec: ModelSpec, fold: Fold) -> Scored:
    """Features, rows, one fit, scores."""
    frame = feature_frame(feature_values(alpha158().checked(Context(fields=frozenset(FIELDS))), panel), panel)
    rows = rows_of(frame, panel, spec)
    scaler, examples = examples_of(rows, training_rows(rows, spec, fold.train_start, fold.train_end), spec)
    started = time.process_time()
    member = fit(spec, examples, SEED)
    fitting = time.process_time() - started
    tested = rows.bar >= fold.test_start
    scores = np.full(panel.shape, np.nan)
    said = predictions(spec, rows.features, scaler, [member], rows.x[tested])[:, 0]
    scores[rows.row[tested], rows.bar[tested]] = said
    return Scored(scores, fitting)


def daily_ic(scores: Float, panel: Panel, spec: ModelSpec) -> Float:
    """Rank IC of each bar of the test span."""
    forward, start = forward_returns(panel, spec.label), spec.validation.first_test
    bar = np.repeat(np.arange(panel.shape[1]), panel.shape[0])
    keep = bar >= start
    return rank_ic_series(scores.T.ravel()[keep], forward.T.ravel()[keep], bar[keep])


def asked(qlib: Peer, arrays: Mapping[str, Float], fold: Fold, *, full: bool = False):  # type: ignore[no-untyped-def]
    horizon = HORIZON + 1
    return qlib.ask(
        "model",
        arrays,
        full=full,
        label=f"Ref($open, -{horizon}) / Ref($open, -1) - 1",
        train_until=fold.train_end,
        test_from=fold.test_start,
        trees=TREES,
        parameters={**PARAMETERS, **FIXED, "seed": SEED},
    )


def main() -> None:
    if missing(["qlib"]):
        raise SystemExit(1)
    panel = bars()
    spec = specification(panel.shape[1])
    (fold,) = walk_forward(panel.shape[1], spec.label, spec.validation)
    with Peer("qlib") as qlib:
        arrays, version = dict(panel.fields), qlib.version()
        mine, theirs = ours(panel, spec, fold), asked(qlib, arrays, fold, full=True).arrays["scores"]
        taken = interleaved(
            {"ours": cpu(lambda: ours(panel, spec, fold)), "qlib": lambda: asked(qlib, arrays, fold).cpu}, 3
        )
    ic, other = daily_ic(mine.scores, panel, spec), daily_ic(theirs, panel, spec)
    if len(ic) != len(other):
        raise Differs(f"{len(ic)} bars of ours have an IC, {len(other)} of Qlib's.")
    gap = ic - other
    blocks = draw_blocks(len(gap), np.random.default_rng(1))
    error = float((blocks.sums(gap) / len(gap)).std())
    alone = float((blocks.sums(ic) / len(ic)).std())
    fitting = ours(panel, spec, fold).fitting
    within = abs(gap.mean()) <= 2 * error
    count, length = panel.shape
    lines = [
        f"| {count} instruments × {length:,} bars, {TREES} trees on the first {TRAINED:.0%} | measured |",
        "|---|---|",
        f"| ours, bars to scores | {duration(taken['ours'])} CPU, of which LightGBM {duration(fitting)} |",
        f"| {version}, its files to scores | {duration(taken['qlib'])} CPU |",
        f"| faster, end to end | {judged(taken['qlib'] / taken['ours'], 5, at_most=False)} |",
        f"| faster, without LightGBM's own {duration(fitting)} on both sides | "
        f"{judged((taken['qlib'] - fitting) / (taken['ours'] - fitting), None, at_most=False)} |",
        f"| daily rank IC of the test span, {len(ic)} bars | ours {ic.mean():.4f} "
        f"(standard error {alone:.4f}), Qlib {other.mean():.4f} |",
        f"| paired difference | {gap.mean():+.4f}, standard error {error:.4f} (within two: "
        f"{'met' if within else '**not met**'}) |",
        f"| rank correlation of both scores over all rows | {agreement(mine.scores, theirs):.3f} |",
    ]
    report("models", "\n".join(lines))


def agreement(one: Float, other: Float) -> float:
    """Pearson correlation of ranks of the cells that both know."""
    both = ~np.isnan(one) & ~np.isnan(other)
    ranks = [values[both].argsort().argsort() for values in (one, other)]
    return float(np.corrcoef(*ranks)[0, 1])


if __name__ == "__main__":
    main()
