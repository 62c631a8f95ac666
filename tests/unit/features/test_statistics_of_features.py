"""Statistics of features against values by hand, from papers, and from plain implementations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kuznia.core.features.correlation import neighbours, rank_correlations, sampled_bars
from kuznia.core.features.distribution import QUANTILES, distribution
from kuznia.core.features.drift import drift, stability_index
from kuznia.core.features.information import Coefficients, by_period, coefficients, mean_of, same_sign
from kuznia.core.features.statistics import paired_correlations, ranked
from kuznia.core.features.steadiness import coverage_by_period, turnover_by_period
from kuznia.core.metrics.paired import newey_west_error

SMALL = st.integers(0, 2**32 - 1)


def holed(rng: np.random.Generator, shape: tuple[int, int], share: float = 0.2) -> np.ndarray:
    values = rng.normal(size=shape).round(1)
    values[rng.random(shape) < share] = np.nan
    return values


class TestDrift:
    def test_half_a_deviation_of_a_normal_moves_the_index_by_its_known_size(self) -> None:
        cuts = stats.norm.ppf(np.arange(1, 10) / 10)
        shares = np.diff(np.r_[0.0, stats.norm.cdf(cuts - 0.5), 1.0])
        assert stability_index(np.full(10, 0.1), shares) == pytest.approx(0.23775, abs=5e-6)

    def test_samples_of_them_come_near_both_known_sizes(self) -> None:
        grid = stats.norm.ppf((np.arange(100_000) + 0.5) / 100_000)
        found = drift(grid, grid + 0.5)
        assert found.psi == pytest.approx(0.23775, abs=2e-4)
        assert found.ks == pytest.approx(2 * stats.norm.cdf(0.25) - 1, abs=2e-5)
        assert found.ks == pytest.approx(0.19741, abs=3e-5)

    @given(SMALL)
    def test_the_distance_is_scipys(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        one, two = rng.normal(size=70).round(1), rng.normal(0.3, 1.2, size=90).round(1)
        assert drift(one, two).ks == pytest.approx(stats.ks_2samp(one, two).statistic, abs=1e-12)

    def test_values_all_equal_before_and_after_did_not_drift(self) -> None:
        assert drift(np.zeros(60), np.zeros(60)).psi == 0.0
        assert drift(np.zeros(60), np.ones(60)).ks == 1.0
        assert drift(np.zeros(60), np.ones(60)).psi > 9.0

    def test_few_values_say_nothing(self) -> None:
        assert np.isnan(drift(np.zeros(60), np.r_[np.zeros(49), np.full(20, np.nan)]).psi)


class TestDistribution:
    def test_by_hand(self) -> None:
        found = distribution(np.array([[0.0, 0.0, 3.0], [5.0, np.nan, 2.0]]), bins=2)
        assert (found.mean, found.zeros) == (2.0, 0.4)
        # Deviations −2, −2, 1, 3, 0: squares sum to 18, cubes to 12, fourth powers to 114.
        assert found.deviation == pytest.approx(np.sqrt(18 / 4))
        assert found.skew == pytest.approx((12 / 5) / (18 / 5) ** 1.5)
        assert found.kurtosis == pytest.approx((114 / 5) / (18 / 5) ** 2)
        assert found.counts.tolist() == [3, 2]
        assert found.edges == pytest.approx([0.0, 2.48, 4.96])

    @given(SMALL)
    def test_quantiles_and_moments_are_numpys_and_scipys(self, seed: int) -> None:
        values = holed(np.random.default_rng(seed), (5, 40))
        known = values[~np.isnan(values)]
        found = distribution(values)
        assert found.quantiles == pytest.approx(np.quantile(known, QUANTILES), abs=1e-12)
        assert found.skew == pytest.approx(stats.skew(known), abs=1e-9)
        assert found.kurtosis == pytest.approx(stats.kurtosis(known, fisher=False), abs=1e-9)
        assert found.counts.sum() == known.size

    def test_an_outlier_is_far_in_robust_deviations(self) -> None:
        values = np.r_[np.linspace(-1, 1, 99), 50.0]
        assert distribution(values).outliers == 0.01
        assert np.isnan(distribution(np.ones(10)).outliers)

    def test_equal_values_have_one_bin_and_huge_ones_no_overflow(self) -> None:
        equal = distribution(np.full((3, 4), 7.0))
        assert (equal.counts.tolist(), equal.deviation) == ([12], 0.0)
        huge = distribution(np.array([1e200, 2e200, 4e200]))
        assert np.isfinite([huge.mean, huge.deviation, huge.skew, huge.kurtosis]).all()

    def test_nothing_known_is_nothing(self) -> None:
        found = distribution(np.full(3, np.nan))
        assert np.isnan(found.mean)
        assert found.counts.size == 0


class TestInformation:
    @given(SMALL)
    def test_correlations_are_scipys_over_the_instruments_that_have_both(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        x, y = holed(rng, (9, 12)), holed(rng, (9, 12))
        ic, rank_ic = paired_correlations(ranked(x), ranked(y))
        for t in range(12):
            both = ~np.isnan(x[:, t]) & ~np.isnan(y[:, t])
            a, b = x[both, t], y[both, t]
            if both.sum() < 5 or len(set(a)) < 2 or len(set(b)) < 2:
                assert np.isnan(ic[t])
                continue
            assert ic[t] == pytest.approx(stats.pearsonr(a, b).statistic, abs=1e-9)
            assert rank_ic[t] == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-9)

    def test_the_error_is_newey_and_wests_by_hand(self) -> None:
        # Mean 2; deviations −1, 0, 1; γ0 = 2/3, γ1 = 0; with one lag nothing is added.
        assert newey_west_error(np.array([1.0, 2.0, 3.0]), 1) == pytest.approx(np.sqrt(2 / 9))
        # Deviations −1, −1, 1, 1: γ0 = 1, γ1 = (1 − 1 + 1)/4; weight 1/2 each side.
        assert newey_west_error(np.array([0.0, 0.0, 2.0, 2.0]), 1) == pytest.approx(np.sqrt(1.25 / 4))

    def test_a_feature_that_is_the_next_return_decays_with_the_horizon(self) -> None:
        rng = np.random.default_rng(4)
        steps = rng.normal(size=(30, 300))
        ahead = {n: np.full(steps.shape, np.nan) for n in (1, 5)}
        for n, label in ahead.items():
            for t in range(300 - n):
                label[:, t] = steps[:, t + 1 : t + 1 + n].sum(axis=1)
        feature = np.c_[steps[:, 1:], np.full(30, np.nan)]
        over = {n: coefficients(ranked(feature), ranked(label)) for n, label in ahead.items()}
        found = {n: mean_of(one, n) for n, one in over.items()}
        assert found[1].rank_ic == pytest.approx(1.0)
        assert found[5].ic == pytest.approx(1 / np.sqrt(5), abs=0.03)
        assert found[5].bars == 295

    def test_years_and_months_split_the_same_series(self) -> None:
        sessions = np.arange("2022-12-01", "2023-02-01", dtype="datetime64[D]")
        series = np.where(sessions < np.datetime64("2023-01-01"), 0.1, -0.1)
        series[0] = np.nan
        found = Coefficients(series, series)
        years, months = by_period(found, sessions, 0), by_period(found, sessions, 0, "M")
        assert [(label, round(one.ic, 9), one.bars) for label, one in years] == [
            ("2022", 0.1, 30), ("2023", -0.1, 31)
        ]  # fmt: skip
        assert [label for label, _ in months] == ["2022-12", "2023-01"]
        assert same_sign(years) == 0.5
        assert mean_of(found, 0).bars == 61

    def test_a_bar_with_four_instruments_has_no_coefficient(self) -> None:
        values = ranked(np.arange(8.0).reshape(4, 2))
        assert np.isnan(coefficients(values, values).rank_ic).all()


class TestCorrelation:
    @given(SMALL)
    def test_pairs_are_averaged_over_the_bars_that_have_both(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        cube = np.stack([holed(rng, (8, 6), 0.25) for _ in range(3)])
        found = rank_correlations(cube)
        for i in range(3):
            for j in range(3):
                single = []
                for t in range(6):
                    a, b = cube[i, :, t], cube[j, :, t]
                    both = ~np.isnan(a) & ~np.isnan(b)
                    if both.sum() >= 5 and len(set(a[both])) > 1 and len(set(b[both])) > 1:
                        single.append(np.corrcoef(a[both], b[both])[0, 1])
                if i == j:
                    assert found[i, j] == 1.0
                elif single:
                    assert found[i, j] == pytest.approx(np.mean(single), abs=1e-9)
                else:
                    assert np.isnan(found[i, j])

    def test_neighbours_leave_out_the_feature_itself_and_what_is_not_known(self) -> None:
        matrix = np.array([[1.0, np.nan, -0.3], [np.nan, 1.0, 0.2], [-0.3, 0.2, 1.0]])
        assert neighbours(["a", "b", "c"], matrix, "a") == [("c", -0.3)]

    def test_the_sample_ends_with_the_last_bar(self) -> None:
        assert sampled_bars(1259)[[0, -1]].tolist() == [0, 1258]
        assert len(np.unique(sampled_bars(1259))) == 250


class TestSteadiness:
    SESSIONS = np.array(["2022-12-30", "2023-01-02", "2023-01-03"], dtype="datetime64[D]")

    def test_coverage_counts_only_cells_with_a_bar(self) -> None:
        values = np.array([[1.0, np.nan, 3.0], [1.0, 2.0, 3.0]])
        present = np.array([[True, True, True], [False, True, False]])
        assert coverage_by_period(values, present, self.SESSIONS) == {"2022": 1.0, "2023": 2 / 3}

    def test_a_move_belongs_to_the_later_bar_and_gaps_are_no_moves(self) -> None:
        ranks = np.array([[0.0, 0.5, np.nan], [1.0, 0.5, 0.25]])
        found = turnover_by_period(ranks, self.SESSIONS)
        assert found["2023"] == pytest.approx((0.5 + 0.5 + 0.25) / 3)
        assert np.isnan(found["2022"])
