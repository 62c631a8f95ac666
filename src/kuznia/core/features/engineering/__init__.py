"""Automated feature engineering: candidates are generated, each is judged once, few are kept.

``discover`` does all of it. What learns from labels (which candidates are combined, how formulas
evolve) sees the first bars alone; every candidate is judged on the bars after them, and the level of
false discoveries counts all that were generated.
"""

from kuznia.core.features.engineering.discovery import Discovery, DiscoverySpec, discover
from kuznia.core.features.engineering.grammar import FAMILIES
from kuznia.core.features.engineering.screening import REASONS, Rules

__all__ = ["FAMILIES", "REASONS", "Discovery", "DiscoverySpec", "Rules", "discover"]
