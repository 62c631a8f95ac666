"""Candidate features made from prices: the first step of a pipeline that starts from a universe.

The templates, the measuring and the screening are those of a discovery
(:mod:`kuznia.core.features.engineering`), on the bars of the development alone.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from kuznia.core.errors import ModelError
from kuznia.core.expressions import Context, check
from kuznia.core.features import feature_frame, feature_values
from kuznia.core.features.engineering import Discovery, DiscoverySpec, Rules, discover
from kuznia.core.features.naming import feature_name
from kuznia.core.frames.json_values import json_values
from kuznia.core.frames.panel import KEYS, Panel
from kuznia.core.models.pipeline.book import Step
from kuznia.core.models.pipeline.plan import Generate, PipelineSpec
from kuznia.core.models.pipeline.tuning import Told

SCREEN = Rules(coverage=0.8, beyond_belief=0.2, same_sign=0.0, false_discovery_rate=1.0, correlation=0.7)
"""Cheap and lenient: known often enough, no leak, unlike the others. Selection says what is significant."""

MEASURED = 0.9


def generated(
    panel: Panel, spec: PipelineSpec, *, features: pl.DataFrame | None = None, told: Told | None = None
) -> Step:
    """Generate candidates, screen them on the development, and compute those that stay on all bars.

    Parameters
    ----------
    panel : Panel
        Bars with ``open``, ``close`` and whatever else the templates may use.
    spec : PipelineSpec
        With `generate`.
    features : DataFrame, optional
        Given features that go into the selection too.
    told : callable, optional
        Called with the fraction done and a message.

    Returns
    -------
    Step
        Facts: ``candidates``, every one that was tried with what was measured and why it fell; ``made``,
        names and expressions of those that stay; ``generated``. Frame ``values``: keys, given features, then
        those that stay.

    Notes
    -----
    The panel is cut before anything is computed, so that no value and no label of the evaluation is seen.
    Of candidates whose ranks correlate by 0.7 or more the one with the highest ``|t|`` of its rank IC stays.
    """
    asked = spec.generate or Generate()
    end = spec.development_end(panel.shape[1])
    found = discover(
        panel.between(0, end),
        DiscoverySpec(
            families=asked.families,
            windows=asked.windows,
            budget=asked.budget,
            interactions=False,
            horizon=spec.label.horizon,
            cost_bps=0.0,
            rules=SCREEN,
        ),
        np.random.default_rng(spec.seed),
        progress=(lambda share, text: told(MEASURED * share, text)) if told else None,
    )
    kept = found.kept[: asked.most]
    made = {
        feature_name(one.canonical, one.digest): one.canonical
        for one in (found.candidates[n].expression for n in kept)
    }
    if not made and features is None:
        raise ModelError(
            f"None of {len(found.candidates)} candidates passes the screening.",
            "Give a longer span, other families or shorter windows.",
        )
    facts = {"candidates": _described(found, set(kept)), "made": made, "generated": len(found.candidates)}
    return Step(facts, {"values": _values(panel, made, features)})


def _described(found: Discovery, kept: set[int]) -> list[dict[str, object]]:
    rows = []
    for n, (one, of) in enumerate(zip(found.candidates, found.measured, strict=True)):
        reason = found.reasons[n]
        rows.append(
            json_values(
                {
                    "expression": one.expression.canonical,
                    "digest": one.expression.digest,
                    "family": one.family,
                    "coverage": of.coverage,
                    "rank_ic": of.judged.mean,
                    "rank_ic_se": of.judged.error,
                    "sharpe": of.trial.sharpe,
                    "observations": of.trial.count,
                    "reason": reason if reason or n in kept else "surplus",
                }
            )
        )
    return rows


def _values(panel: Panel, made: Mapping[str, str], features: pl.DataFrame | None) -> pl.DataFrame:
    within = Context(fields=frozenset(panel.fields), series=frozenset(), groups=frozenset())
    checked = {name: check(text, within) for name, text in made.items()}
    frame = feature_frame(feature_values(checked, panel), panel)
    if features is not None:
        given = features.drop(name for name in made if name in features.columns)
        frame = given.join(frame.drop("session", "available_at"), on=["instrument", "ts"], how="left")
    rest = [name for name in frame.columns if name not in KEYS]
    return frame.select(*KEYS, *rest).sort("instrument", "ts")
