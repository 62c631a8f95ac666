"""What a model is worth, where and when, and whether it knew too much.

Out-of-fold scores are measured, never those of rows that a model was fitted to.
"""

from kuznia.core.models.evaluation.information import (
    RankIC,
    luck_bound,
    mean_ic,
    on_bars,
    rank_ic,
    rank_ic_by_bar,
    rank_ic_series,
)

__all__ = ["RankIC", "luck_bound", "mean_ic", "on_bars", "rank_ic", "rank_ic_by_bar", "rank_ic_series"]
