"""Drift against exact values of normal distributions, and against its own spans."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from kuznia.core.features.drift import stability_index
from kuznia.core.models.drift import column_drift, spans

PSI, KS = 0.23775, 0.19741
"""N(0.5, 1) against N(0, 1): the index over deciles, and 2 Φ(1/4) − 1."""


def test_the_index_of_a_moved_normal_is_known_exactly() -> None:
    edges = norm.ppf(np.arange(1, 10) / 10)
    moved = np.diff(np.r_[0.0, norm.cdf(edges - 0.5), 1.0])
    assert stability_index(np.full(10, 0.1), moved) == pytest.approx(PSI, abs=5e-6)
    assert 2 * norm.cdf(0.25) - 1 == pytest.approx(KS, abs=5e-6)


def test_rows_of_a_moved_normal_give_the_same() -> None:
    """Quantiles in place of draws: what is left is the step of 1/200,000."""
    standard = norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    rows = np.column_stack([standard, standard])
    moved, still = column_drift(["moved", "still"], rows, rows + np.array([0.5, 0.0]))
    assert (moved.psi, moved.ks) == (pytest.approx(PSI, abs=2e-4), pytest.approx(KS, abs=2e-5))
    assert (still.psi, still.ks) == (pytest.approx(0.0, abs=1e-8), pytest.approx(0.0, abs=1e-5))
    assert sum(moved.shares) == pytest.approx(1.0)
    assert moved.shares[0] == pytest.approx(float(norm.cdf(norm.ppf(0.1) - 0.5)), abs=1e-5)


def test_draws_come_near_in_their_error() -> None:
    rng = np.random.default_rng(5)
    (found,) = column_drift(["a"], rng.normal(0, 1, (400_000, 1)), rng.normal(0.5, 1, (400_000, 1)))
    assert (found.psi, found.ks) == (pytest.approx(PSI, abs=0.004), pytest.approx(KS, abs=0.003))


def test_what_is_missing_is_told_apart_from_what_moved() -> None:
    values = np.random.default_rng(6).standard_normal((4000, 1))
    holes = values.copy()
    holes[::4] = np.nan
    (found,) = column_drift(["a"], values, holes)
    assert (found.missing_before, found.missing_after) == (0.0, 0.25)
    assert found.psi < 0.01
    (empty,) = column_drift(["a"], values, np.full((4000, 1), np.nan))
    assert np.isnan(empty.psi) and empty.missing_after == 1.0 and empty.shares == ()


def test_the_reference_ends_where_training_did_and_before_what_is_recent() -> None:
    bar = np.repeat(np.arange(100), 3)
    reference, recent = spans(bar, bar, trained=80, recent=10)
    assert (np.unique(bar[reference]).tolist(), np.unique(bar[recent]).tolist()) == (
        list(range(81)),
        list(range(90, 100)),
    )
    reference, _ = spans(bar, bar, trained=99, recent=10)
    assert bar[reference].max() == 89
    thinned, _ = spans(bar, bar, trained=80, recent=10, most=90)
    assert np.unique(bar[thinned]).tolist() == list(range(0, 81, 3))
