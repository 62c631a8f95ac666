"""What a candidate is worth, by hand, beside independent code, and under simulated luck."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, false_discovery_control, spearmanr

from kuznia.core.features import FeatureError, forward_return, label_values
from kuznia.core.features.engineering.measurement import (
    Judge,
    MeanTest,
    Measured,
    Trial,
    overlapping_mean,
)
from kuznia.core.features.engineering.screening import REASONS, Rules, fault, grouped, screened
from kuznia.core.features.statistics import feature_statistics, rank_ic_series
from kuznia.core.metrics.false_discovery import benjamini_yekutieli
from tests.support.noise_markets import noise


def test_adjusted_p_values_agree_with_scipy() -> None:
    rng = np.random.default_rng(0)
    for count in (1, 2, 17, 400):
        p = rng.uniform(size=count) ** 3
        np.testing.assert_allclose(benjamini_yekutieli(p), false_discovery_control(p, method="by"))
    assert benjamini_yekutieli(np.array([])).shape == (0,)
    assert benjamini_yekutieli(np.array([np.nan, 0.001])).tolist() == pytest.approx([1.0, 0.003])


def test_coefficients_are_spearman_s_over_the_pairs_of_each_bar() -> None:
    rng = np.random.default_rng(1)
    panel = noise(rng, 9, 120)
    panel.fields["open"][2, 50:60] = np.nan
    values = rng.standard_normal(panel.shape)
    values[rng.uniform(size=panel.shape) < 0.2] = np.nan
    values[:, 7] = 1.0
    label = label_values(forward_return(2), panel)
    found = rank_ic_series(values, label)
    for t in range(120):
        known = ~np.isnan(values[:, t]) & ~np.isnan(label[:, t])
        if t == 7 or known.sum() < 5:
            assert np.isnan(found[t])
        else:
            assert found[t] == pytest.approx(spearmanr(values[known, t], label[known, t]).statistic)
    whole = feature_statistics(values, label, np.ones(panel.shape, dtype=bool), 2)
    measure = Judge(panel, 2, 0.0, 0).measure(values, 0)
    assert measure.judged.mean == pytest.approx(float(np.nanmean(found))) == whole.rank_ic


def test_what_is_held_and_paid_by_hand() -> None:
    """Five instruments whose order turns about halfway: one whole turn of a portfolio of gross 1."""
    rng = np.random.default_rng(2)
    panel = noise(rng, 5, 100)
    up = np.arange(5.0)[:, None] * np.ones(100)
    turned = np.where(np.arange(100) < 50, up, -up)
    judge = Judge(panel, 1, 10.0, 0)
    found = judge.measure(turned, 0)
    # Weights -1/3, -1/6, 0, 1/6, 1/3: bought once (1), turned once (2), over 100 bars.
    assert found.turnover == pytest.approx(3.0 / 100.0)
    opens = panel.fields["open"]
    weights = np.array([-2.0, -1.0, 0.0, 1.0, 2.0]) / 6.0
    earned = sum(
        (1 if t < 50 else -1) * float(weights @ (opens[:, t + 2] / opens[:, t + 1] - 1.0)) for t in range(98)
    )
    assert found.gross == pytest.approx(np.sign(found.judged.mean) * earned / 100.0)
    assert found.net == pytest.approx(found.gross - 10e-4 * 0.03)
    slow = Judge(panel, 4, 10.0, 0).measure(turned, 0)
    assert slow.turnover == pytest.approx(3.0 / 100.0), "over four bars in quarters, as much in all"
    assert found.trial.count == 98 and (found.trial.first, found.trial.last) == (0, 97)
    assert float(np.prod(1.0 + found.trial.monthly)) == pytest.approx(
        float(
            np.prod(
                [
                    1 + (1 if t < 50 else -1) * weights @ (opens[:, t + 2] / opens[:, t + 1] - 1.0)
                    for t in range(98)
                ]
            )
        ),
        rel=1e-5,
    )


def test_years_and_coverage_by_hand() -> None:
    rng = np.random.default_rng(3)
    panel = noise(rng, 8, 365 + 366 + 365)
    label = label_values(forward_return(1), panel)
    years = panel.session.astype("datetime64[Y]").astype(int)
    values = np.nan_to_num(label) * np.where(years == years[0], -1.0, 1.0)
    values[0, :] = np.nan
    found = Judge(panel, 1, 0.0, 0).measure(values, 100)
    assert (found.periods, found.same_sign) == (3, 2)
    assert found.coverage == pytest.approx(7 / 8)
    assert found.judged.mean == pytest.approx((365 - 2 + 365 - 366) / (365 - 2 + 365 + 366), abs=1e-3)
    short = Judge(panel, 1, 0.0, 400).measure(values, 0)
    assert (short.periods, short.same_sign) == (4, 4), "under three years: quarters of the span"


def test_what_teaches_is_blind_to_what_judges() -> None:
    rng = np.random.default_rng(4)
    panel = noise(rng, 10, 400)
    values = rng.standard_normal(panel.shape)
    first = 200
    scrambled = {name: array.copy() for name, array in panel.fields.items()}
    scrambled["open"][:, first:] *= np.exp(rng.standard_normal((10, 200)))
    one, other = (
        Judge(world, 5, 5.0, first).measure(values, 0) for world in (panel, replace(panel, fields=scrambled))
    )
    assert one.taught == other.taught and one.taught.count == first - 6
    assert one.judged != other.judged


def test_too_few_bars_are_refused_with_the_number_that_is_needed() -> None:
    with pytest.raises(FeatureError, match="Give at least 240"):
        Judge(noise(np.random.default_rng(0), 10, 250), 20, 5.0, 50)


@pytest.mark.parametrize(("horizon", "bars"), [(1, 500), (5, 500), (20, 1_000)])
def test_the_test_of_an_overlapping_mean_is_as_sharp_as_it_says(horizon: int, bars: int) -> None:
    """Worthless labels over `horizon` bars, in calm and wild times: p < a in a share a of the draws."""
    rng = np.random.default_rng(11)
    draws, wild = 3_000, np.exp(0.5 * np.sin(np.arange(bars + horizon) / 40))
    p = np.empty(draws)
    for n in range(draws):
        total = np.cumsum(np.concatenate([[0.0], rng.standard_normal(bars + horizon) * wild]))
        p[n] = overlapping_mean(total[horizon:-1] - total[: -horizon - 1], horizon).p
    for level in (0.1, 0.01, 0.001):
        rejected = int((p < level).sum())
        low, high = binom.ppf([0.0005, 0.9995], draws, level * np.array([0.6, 1.35]))
        assert low <= rejected <= high, (level, rejected)


def measured(**more: object) -> Measured:
    trial = Trial(1.0, np.zeros(1, dtype=np.float32), 0, 1, 2)
    good = Measured(
        MeanTest(0, 1, 0, 1, 0), MeanTest(0.05, 0.005, 10.0, 1e-12, 500), 1.0, 5, 5, 0.1, 2e-4, 1e-4, trial
    )
    return replace(good, **more)  # type: ignore[arg-type]


FAULTS = [
    ("flat", measured(judged=MeanTest(np.nan, np.nan, np.nan, np.nan, 0))),
    ("coverage", measured(coverage=0.5)),
    ("suspicious", measured(judged=MeanTest(-0.4, 0.005, -80.0, 0.0, 500))),
    ("unstable", measured(same_sign=2)),
    ("costly", measured(net=-1e-9)),
]


@pytest.mark.parametrize(("reason", "found"), FAULTS)
def test_each_fault_is_named(reason: str, found: Measured) -> None:
    assert fault(measured(), Rules()) is None
    assert fault(found, Rules()) == reason


def test_what_fell_counts_in_the_family_and_is_not_tested() -> None:
    weak = measured(judged=MeanTest(0.01, 0.0043, 2.3, 0.02, 500))
    reasons, adjusted = screened([measured(), weak, *(found for _, found in FAULTS)], Rules())
    assert reasons == [None, "insignificant", *(name for name, _ in FAULTS)]
    p = np.array([1e-12, 0.02, 1, 1, 1, 1, 1])
    np.testing.assert_allclose(adjusted[:2], false_discovery_control(p, method="by")[:2])
    assert np.isnan(adjusted[2:]).all()
    assert screened([measured(), weak], Rules())[0] == [None, None], "alone it would have stood"
    assert set(REASONS) == {"insignificant", "redundant", *(name for name, _ in FAULTS)}


def test_the_best_of_those_that_say_the_same_is_kept() -> None:
    rng = np.random.default_rng(5)
    a, b = rng.standard_normal((2, 1_000))
    ranks = np.column_stack([a + 0.3 * rng.standard_normal(1_000), b, a, 0.8 * a + 0.2 * b])
    numbers, best = grouped(ranks, np.array([4.0, -6.0, 5.0, 3.0]), Rules())
    assert best == [1, 2] and numbers.tolist() == [2, 1, 2, 2]
    assert grouped(np.empty((0, 0)), np.empty(0), Rules())[1] == []


def test_rules_are_shares() -> None:
    with pytest.raises(FeatureError, match="coverage is 80"):
        Rules(coverage=80.0)
