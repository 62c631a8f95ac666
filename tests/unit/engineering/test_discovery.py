"""Whole searches: luck is kept at bay, what is there is found, what leaks is flagged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from kuznia.core.features import FeatureError, forward_return, label_values
from kuznia.core.features.engineering import Discovery, DiscoverySpec, Rules, discover
from tests.support.noise_markets import noise

SMALL = DiscoverySpec(
    families=("momentum", "level", "relative"), windows=(5, 20), budget=40, horizon=1, cost_bps=0.0
)
RUNS = 100


@pytest.mark.long
def test_pure_noise_is_kept_no_more_often_than_stated() -> None:
    """With nothing to find, any discovery is false: a run with one happens in at most `q` of the runs."""
    level = 0.2
    rules = Rules(false_discovery_rate=level, same_sign=0.0, coverage=0.0)
    wrong, uncontrolled, tested = 0, 0, 0
    for seed in range(RUNS):
        rng = np.random.default_rng(seed)
        panel = noise(rng, 10, 260)
        spec = replace(SMALL, rules=rules, search=seed % 4 == 0, horizon=1 + 2 * (seed % 2))
        found = discover(panel, spec, rng)
        wrong += bool(found.kept)
        p = np.array([one.judged.p for one in found.measured])
        uncontrolled += int((p < 0.05).sum())
        tested += int((~np.isnan(p)).sum())
    assert wrong <= binom.ppf(0.999, RUNS, level)
    # One by one they look significant as often as luck says: the p-values are neither lame nor generous.
    assert 0.03 < uncontrolled / tested < 0.07


PLANTED = "ts_mean(close / open - 1, 5)"


def strong(found: Discovery) -> tuple[bool, float]:
    """Whether the planted formula, or one that says the same, is kept; its IC."""
    place = [one.expression.canonical for one in found.candidates].index(PLANTED)
    same = {n for n in range(len(found.reasons)) if found.clusters[n] == found.clusters[place] > 0}
    return bool(same & set(found.kept)), found.measured[place].judged.mean


@pytest.mark.long
def test_a_planted_signal_is_found_with_the_stated_power() -> None:
    """An IC of 0.04 among 40 instruments in 1,000 bars is found in nine of ten searches or more."""
    spec = DiscoverySpec(
        families=("momentum",), windows=(5, 20), budget=400, interactions=False, horizon=1, cost_bps=1.0
    )
    found, strength = [], []
    for seed in range(10):
        rng = np.random.default_rng(1_000 + seed)
        hit, ic = strong(discover(noise(rng, 40, 1_000, drift=0.055), spec, rng))
        found.append(hit)
        strength.append(ic)
    assert 0.03 < np.mean(strength) < 0.055
    assert sum(found) >= 9


def test_a_leaked_label_is_flagged_and_not_kept() -> None:
    rng = np.random.default_rng(7)
    panel = noise(rng, 12, 300)
    leak = np.nan_to_num(label_values(forward_return(1), panel)) + 1.0
    panel = replace(panel, fields={**panel.fields, "leak": leak})
    spec = replace(SMALL, families=("level",), budget=200, interactions=False)
    found = discover(panel, spec, rng)
    of_leak = [n for n, one in enumerate(found.candidates) if "leak" in one.expression.fields]
    flagged = [n for n, reason in enumerate(found.reasons) if reason == "suspicious"]
    assert len(of_leak) > 8 and set(flagged) <= set(of_leak) and len(flagged) > len(of_leak) / 2
    assert not set(found.kept) & set(flagged)
    place = [one.expression.canonical for one in found.candidates].index("ts_zscore(leak, 20)")
    assert found.reasons[place] == "suspicious"


def test_what_is_generated_does_not_know_the_bars_that_judge() -> None:
    rng = np.random.default_rng(8)
    panel = noise(rng, 12, 400)
    spec = replace(SMALL, search=True, teaching=0.5)
    other = noise(np.random.default_rng(9), 12, 400)
    later = {
        name: np.concatenate([panel.fields[name][:, :200], other.fields[name][:, 200:]], axis=1)
        for name in panel.fields
    }
    one, two = (
        discover(world, spec, np.random.default_rng(1)) for world in (panel, replace(panel, fields=later))
    )
    assert one.first_judged == 200
    assert {"interaction", "evolved"} <= {candidate.family for candidate in one.candidates}
    assert [c.expression.digest for c in one.candidates] == [c.expression.digest for c in two.candidates]
    assert [m.judged for m in one.measured] != [m.judged for m in two.measured]


def test_one_seed_gives_one_result_whatever_the_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = noise(np.random.default_rng(10), 10, 260)
    spec = replace(SMALL, search=True)

    def result() -> list[tuple[object, ...]]:
        found = discover(panel, spec, np.random.default_rng(2))
        return [
            (one.expression.digest, repr(of.judged), of.trial.monthly.tobytes(), reason)
            for one, of, reason in zip(found.candidates, found.measured, found.reasons, strict=True)
        ]

    whole = result()
    monkeypatch.setattr("kuznia.core.features.engineering.discovery.CHUNK", 3)
    assert result() == whole


def test_the_funnel_counts_every_step_and_progress_tells_of_them() -> None:
    told: list[tuple[float, str]] = []
    rng = np.random.default_rng(11)
    found = discover(
        noise(rng, 40, 700, drift=0.2), SMALL, rng, progress=lambda share, text: told.append((share, text))
    )
    counts = [count for _, count in found.funnel]
    assert counts[0] == len(found.candidates) == 40
    assert counts == sorted(counts, reverse=True) and counts[-1] == len(found.kept) >= 1
    assert [share for share, _ in told] == sorted(share for share, _ in told)
    assert any("combine" in text for _, text in told) and "significant" in told[-1][1]
    ratios = [abs(found.measured[n].judged.t) for n in found.kept]
    assert ratios == sorted(ratios, reverse=True)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"families": ("magic",)}, "Choose among momentum"),
        ({"families": ("relative",)}, "No family"),
        ({"windows": (1,)}, "too small"),
        ({"teaching": 0.95}, "cannot teach"),
    ],
)
def test_a_wrong_search_is_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(FeatureError, match=said):
        DiscoverySpec(**wrong)  # type: ignore[arg-type]


def test_data_that_no_template_fits_is_refused() -> None:
    panel = noise(np.random.default_rng(0), 10, 200)
    spec = replace(SMALL, families=("macro",))
    with pytest.raises(FeatureError, match="no candidate"):
        discover(panel, spec, np.random.default_rng(0))
