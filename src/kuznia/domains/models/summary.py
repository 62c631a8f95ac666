"""What is kept of a training in its version's row and in the trial ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kuznia.core.frames.json_values import json_values
from kuznia.core.metrics.performance import sharpe
from kuznia.core.models.training import FoldResult, SeedResult, Training
from kuznia.domains.models.service import judge
from kuznia.domains.trials.service import NewTrial
from kuznia.store.store import Stored


def summarise(training: Training, trials: int, *, biased: bool, backfilled: bool) -> dict[str, Any]:
    """JSON of the results, with what may be said of them."""
    ic = training.rank_ic
    labels = [name for name, is_so in (("biased", biased), ("backfilled", backfilled)) if is_so]
    ts = training.predictions["ts"]
    first, last = ts.min(), ts.max()
    return {
        "rank_ic": json_values(ic),
        "per_seed": [
            {"seed": seed, "rank_ic": json_values(one)}
            for seed, one in zip(training.bundle.spec.seeds, training.seeds, strict=True)
        ],
        "folds": [_fold(fold) for fold in training.folds],
        "importance": [[name, share] for name, share in training.importance.items()],
        "paths": [json_values(path) for path in training.paths],
        "predictions": training.predictions.height,
        "span": [str(first), str(last)],
        "verdict": judge(ic.mean, ic.standard_error, trials, biased=biased).model_dump(),
        "labels": labels,
        "forecast": _forecast(training),
        "no_forecast": None if (lack := training.lack) is None else {**json_values(lack), "why": str(lack)},
    }


def _forecast(training: Training) -> dict[str, Any] | None:
    """What the bundle states beside its scores, and how it held."""
    made = training.bundle.forecaster
    return None if made is None else {**made.facts(), **json_values(training.held)}


def trial_of(
    made: SeedResult,
    made_with: Mapping[str, Any],
    returns: Stored,
    periods: float,
    account_id: UUID,
    run_id: UUID | None,
    universe_version_id: UUID,
) -> NewTrial:
    """The trial of one seed: the returns of its best names, gross."""
    judged = made.returns["judged"].to_numpy().astype("float64")
    ts = made.returns["ts"].to_list()
    return NewTrial(
        kind="model",
        name=f"{made.learner}, seed {made.seed}",
        config={**made_with, "seed": made.seed},
        account_id=account_id,
        run_id=run_id,
        universe_version_id=universe_version_id,
        first_ts=ts[0] if ts else None,
        last_ts=ts[-1] if ts else None,
        observations=len(ts),
        periods_per_year=periods,
        statistics={
            "rank_ic": json_values(made.rank_ic.mean),
            "rank_ic_standard_error": json_values(made.rank_ic.standard_error),
            "sharpe": json_values(sharpe(judged, periods)),
        },
        returns=returns,
    )


def _fold(fold: FoldResult) -> dict[str, Any]:
    times = ("train_start", "train_end", "test_start", "test_end")
    counts = ("number", "train_rows", "test_rows")
    return {
        **{name: getattr(fold, name).isoformat() for name in times},
        **{name: getattr(fold, name) for name in counts},
        "rank_ic": json_values(fold.rank_ic),
        "seeds": [json_values(one) for one in fold.seeds],
    }
