"""The model card: what a version is, what it was made from, how sure that is, and what it is not for."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

from kuznia.domains.models.registry.schemas import CardFact, CardRead, CardSection
from kuznia.domains.models.schemas import (
    EstimateRead,
    ForecastLackRead,
    ModelVersionDetail,
    RankICRead,
)

Z = NormalDist().inv_cdf(0.975)
UNKNOWN = "not known"
NOTHING = (
    "it was imported, and what was measured elsewhere is not taken on trust. Train its specification here, or"
    " watch it beside another version on bars that come."
)
TOP = 10
"""Features that a card names."""


def write(version: ModelVersionDetail) -> CardRead:
    """Write a card from a version's own rows; nothing in it is typed by hand."""
    title = f"{version.model_name} v{version.seq}"
    sections = [
        _what(version),
        _data(version),
        _validation(version),
        _results(version),
        _statements(version),
        _importance(version),
        _use(version),
        _limits(version),
        _provenance(version),
    ]
    return CardRead(title=title, sections=sections, markdown=_markdown(title, sections))


def _what(version: ModelVersionDetail) -> CardSection:
    label = version.spec.label
    return _section(
        "What it is",
        [
            f"It scores instruments by their return over the next {label.horizon} bars, from the open after"
            f" the decision. Its learner is {version.learner.replace('_', ' ')}, its target {label.target!r},"
            f" its inputs {version.features} features; the score is the mean over its seeds"
            f" ({', '.join(map(str, version.spec.seeds))})."
        ],
        [
            ("Made", f"{_day(version.created_at)} by {version.created_by.name}"),
            ("Aliases", ", ".join(version.aliases) or "none"),
            ("Labels", ", ".join(version.labels) or "none"),
            *((name, f"{value:g}") for name, value in version.spec.parameters.items()),
        ],
    )


def _data(version: ModelVersionDetail) -> CardSection:
    if version.imported is not None:
        said = "It was trained elsewhere; what on is not known here. These are what it is scored on."
    else:
        said = "Every input is pinned to a version that never changes."
    pins = [
        (pin.role.replace("_", " "), f"{pin.name} v{pin.seq}") for pin in version.pins if pin.name is not None
    ]
    return _section(
        "Data",
        [said],
        [
            *pins,
            ("predictions out of sample", f"{version.predictions}"),
            ("their span", " to ".join(_day(at) for at in version.span) if version.span else "none"),
            (
                "training ends" if version.imported is None else "training ends, as its bundle says",
                _day(version.trained_until),
            ),
        ],
    )


def _validation(version: ModelVersionDetail) -> CardSection:
    if version.imported is not None:
        return _section("Validation", [f"None here: {NOTHING}"], [])
    asked = version.spec.validation
    sentences = [
        f"Walk-forward, {len(version.folds)} folds of {asked.test} bars, the first after"
        f" {asked.first_test} bars; labels that reach into a test fold are dropped, embargo {asked.embargo}"
        " bars. Scaling is fitted inside each fold."
    ]
    if version.paths:
        sentences.append(
            f"Beside it a combinatorial purged cross-validation with {len(version.paths)} paths,"
            f" whose rank IC lies between {_least(version.paths)} and {_most(version.paths)}."
        )
    return _section("Validation", sentences, [])


def _results(version: ModelVersionDetail) -> CardSection:
    if version.imported is not None:
        return _section("Results out of sample", [f"Verdict: unproven. {NOTHING.capitalize()}"], [])
    positive = sum((fold.rank_ic.mean or 0.0) > 0 for fold in version.folds)
    verdict = version.verdict
    probability = UNKNOWN if verdict.probability is None else f"{verdict.probability:.1%}"
    said = "not luck" if verdict.key == "not_luck" else "unproven"
    return _section(
        "Results out of sample",
        [
            f"Verdict: {said}, after {verdict.trials} trials of its question (Bonferroni). Intervals are 95 %"
            " and normal, with Newey-West errors over the horizon; gross of costs."
        ],
        [
            ("Rank IC", interval(version.rank_ic)),
            ("bars", f"{version.rank_ic.bars}"),
            ("probability that it is not luck", probability),
            ("folds with a rank IC above 0", f"{positive} of {len(version.folds)}"),
            *(
                (f"fold {fold.number + 1}, from {_day(fold.test_start)}", interval(fold.rank_ic))
                for fold in version.folds
            ),
        ],
    )


def _statements(version: ModelVersionDetail) -> CardSection:
    """How chances and intervals beside its scores were learned, and how they held."""
    made, title = version.forecast, "Chances and intervals"
    if made is None:
        return _section(title, [f"None are stated. {_lack(version.no_forecast)}"], [])
    learned = (
        "Beside each score stand the chance to beat the middle of the cross-section, the return expected over"
        f" its mean over {made.horizon} bars, and a conformal interval for {1 - made.alpha:.0%} of returns."
    )
    source = (
        f"Isotonic regressions of {made.rows:,} out-of-sample rows on {made.bars:,} bars, with outcomes known"
        f" by {_day(made.learned_until)}; the interval is of errors of regressions on earlier rows."
    )
    if version.imported is not None:
        held = "So its bundle says; how they held was not measured here."
    else:
        held = "How those held that would have been stated at the time, on average; none is promised."
    return _section(
        title,
        [learned, source, held],
        [
            ("half-width of the interval", f"{made.radius:.2%}"),
            ("returns inside such intervals", _figure(made.coverage, "{:.1%}")),
            ("Brier score saved by the chances", _figure(made.skill, "{:+.5f}")),
        ],
    )


def _lack(lack: ForecastLackRead | None) -> str:
    return "It was made before there were any." if lack is None else lack.why


def _figure(estimate: EstimateRead | None, form: str) -> str:
    """A mean with its 95 % interval, in the form of the mean.

    Examples
    --------
    >>> _figure(EstimateRead(value=0.9, error=0.01, count=100), "{:.1%}")
    '90.0% (88.0% to 92.0%)'
    """
    if estimate is None or estimate.value is None:
        return UNKNOWN
    said = form.format(estimate.value)
    if estimate.error is None:
        return said
    reach = Z * estimate.error
    return f"{said} ({form.format(estimate.value - reach)} to {form.format(estimate.value + reach)})"


def _importance(version: ModelVersionDetail) -> CardSection:
    top = sorted(version.importance, key=lambda one: -one.share)[:TOP]
    return _section(
        "What it looks at",
        [f"Share of gain, the first {len(top)} of {version.features} features."],
        [(one.feature, f"{one.share:.1%}") for one in top],
    )


def _use(version: ModelVersionDetail) -> CardSection:
    horizon = version.spec.label.horizon
    return _section(
        "Intended use",
        [
            "Ranking the instruments of its universe against each other at a bar's close, to be traded from"
            f" the next open and held for about {horizon} bars. Scores are comparable within one bar only.",
            "Not for single instruments by themselves, other universes, other frequencies, or as a forecast"
            " of the size of a return: what is expected of a place is a mean, and the interval says how wide"
            " returns lie around it.",
        ],
        [],
    )


def _limits(version: ModelVersionDetail) -> CardSection:
    sentences = ["Figures are before costs: a backtest of a strategy that follows it says what is left."]
    if version.imported is not None:
        sentences.append("That its training ended where its bundle says cannot be checked.")
    if "biased" in version.labels:
        sentences.append(
            "Its universe holds survivors only, which flatters results; the verdict is never positive."
        )
    if "backfilled" in version.labels:
        sentences.append("Some data were known only from a later snapshot.")
    if "interval" in version.verdict.reasons:
        sentences.append("The interval of its rank IC holds 0: it may have no skill at all.")
    if "trials" in version.verdict.reasons:
        sentences.append("It would convince alone, but not as the best of so many trials.")
    sentences.append("Markets change: what held in its span need not hold after it.")
    return _section("Limits", sentences, [])


def _provenance(version: ModelVersionDetail) -> CardSection:
    run = version.run
    return _section(
        "Provenance",
        [],
        [
            ("version", str(version.id)),
            ("run", str(run.id)),
            ("bundle", version.digest),
            ("code", run.code),
            ("environment", run.environment),
            ("digest of the numbers", run.result_digest),
            ("seeds", ", ".join(map(str, version.spec.seeds))),
            ("took", f"{run.duration_s:.1f} s"),
            *([("imported from", version.imported.filename)] if version.imported else []),
        ],
    )


def interval(ic: RankICRead) -> str:
    """A mean with its 95 % interval.

    Examples
    --------
    >>> interval(RankICRead(mean=0.05, standard_error=0.01, bars=500))
    '+0.0500 (+0.0304 to +0.0696)'
    """
    if ic.mean is None:
        return UNKNOWN
    if ic.standard_error is None:
        return f"{ic.mean:+.4f}"
    reach = Z * ic.standard_error
    return f"{ic.mean:+.4f} ({ic.mean - reach:+.4f} to {ic.mean + reach:+.4f})"


def _least(paths: Sequence[RankICRead]) -> str:
    known = [path.mean for path in paths if path.mean is not None]
    return f"{min(known):+.4f}" if known else UNKNOWN


def _most(paths: Sequence[RankICRead]) -> str:
    known = [path.mean for path in paths if path.mean is not None]
    return f"{max(known):+.4f}" if known else UNKNOWN


def _day(at: object) -> str:
    return str(at)[:10]


def _section(title: str, sentences: list[str], facts: Sequence[tuple[str, str]]) -> CardSection:
    return CardSection(
        title=title, sentences=sentences, facts=[CardFact(name=name, value=value) for name, value in facts]
    )


def _markdown(title: str, sections: Sequence[CardSection]) -> str:
    lines = [f"# Model card: {_plain(title)}", ""]
    for section in sections:
        lines += [f"## {section.title}", ""]
        for sentence in section.sentences:
            lines += [sentence, ""]
        if section.facts:
            lines += ["| | |", "|---|---|"]
            lines += [f"| {_plain(fact.name)} | {_plain(fact.value)} |" for fact in section.facts]
            lines.append("")
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Text that stays in its cell: names are typed by people."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
