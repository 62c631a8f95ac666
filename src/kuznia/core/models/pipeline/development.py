"""Development: the bars before the evaluation, in purged folds, where everything is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from kuznia.core.errors import ModelError
from kuznia.core.models.evaluation import RankIC, rank_ic
from kuznia.core.models.examples import examples_of, training_rows
from kuznia.core.models.learners import fitting
from kuznia.core.models.pipeline.plan import PipelineSpec
from kuznia.core.models.purging import Split, in_test, purged_kfold, training_mask
from kuznia.core.models.rows import Rows
from kuznia.core.models.spec import ModelSpec
from kuznia.core.models.splits import label_end
from kuznia.core.typing import Bool, Float


@dataclass(frozen=True, slots=True)
class Development:
    """Rows before the evaluation and their folds.

    Parameters
    ----------
    rows : Rows
        All rows; those of the evaluation are never touched.
    spec : PipelineSpec
        What is asked.
    end : int
        First bar that is not developed on: labels of earlier ones end before the evaluation.
    first_test : int
        First bar of the evaluation.
    splits : tuple of Split
        Purged folds of the bars before `end`.
    """

    rows: Rows
    spec: PipelineSpec
    end: int
    first_test: int
    splits: tuple[Split, ...]

    @classmethod
    def of(cls, rows: Rows, spec: PipelineSpec) -> Development:
        """Cut the development off the evaluation."""
        end = spec.development_end(rows.bars)
        made = cls(rows, spec, end, spec.first_test(rows.bars), tuple(purged_kfold(end, spec.folds)))
        for split in made.splits:
            if not made.training(split).any():
                raise ModelError(
                    f"Fold {split.number + 1} of {spec.folds} has no training row.",
                    "Give a longer span, a shorter horizon or a smaller embargo.",
                )
        return made

    def model(self, learner: str, parameters: dict[str, int | float]) -> ModelSpec:
        """A learner with its parameters, evaluated from the first bar that is not developed on."""
        return self.spec.model(learner, parameters, first_test=self.first_test)

    @property
    def known(self) -> Bool:
        """Rows that may be learned from, (R,)."""
        return training_rows(self.rows, self.model(self.spec.learners[0], {}), 0, self.end)

    def training(self, split: Split) -> Bool:
        """Rows that a fold may learn from: no label of theirs touches its test, on either side."""
        reach = self.rows.bar + label_end(0, self.spec.label.horizon)
        return self.known & training_mask(self.rows.bar, reach, split, embargo=self.spec.embargo)

    def tested(self, split: Split) -> Bool:
        """Rows that a fold predicts, (R,)."""
        return in_test(self.rows.bar, split)

    def fold_scores(self, model: ModelSpec, split: Split, seeds: Sequence[int]) -> Float:
        """What each seed says of a fold's test rows after learning from the others, (n, S)."""
        scaler, examples = examples_of(self.rows, self.training(split), model)
        scaled = scaler.apply(self.rows.x[self.tested(split)])
        with_seed = fitting(model, examples)
        return np.column_stack([with_seed(seed).predict(scaled) for seed in seeds])

    def out_of_fold(
        self, model: ModelSpec, splits: Sequence[Split], seeds: Sequence[int], threads: int
    ) -> Float:
        """Scores of all rows, (R, S); NaN outside the folds. Threads change the time alone."""
        scores = np.full((len(self.rows.bar), len(seeds)), np.nan)
        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(lambda split: self.fold_scores(model, split, seeds), splits))
        for split, of_fold in zip(splits, found, strict=True):
            scores[self.tested(split)] = of_fold
        return scores

    def measured(self, scores: Float) -> RankIC:
        """Rank IC of the rows that have a score, (R,)."""
        said = ~np.isnan(scores) & (self.rows.bar < self.end)
        return rank_ic(scores[said], self.rows.forward[said], self.rows.bar[said], self.spec.label.horizon)
