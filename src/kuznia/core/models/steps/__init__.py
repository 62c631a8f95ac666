"""Steps between the features and the learner, fitted inside each fold on its training rows alone."""

from kuznia.core.models.steps.chain import Chain, rank_rows

__all__ = ["Chain", "rank_rows"]
