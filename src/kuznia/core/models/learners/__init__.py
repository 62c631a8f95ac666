"""The learners, one kind a file, behind one small protocol: fit rows, predict rows, write files."""

from kuznia.core.models.learners.protocol import Examples, Fitted
from kuznia.core.models.learners.registry import fit, fitting, read, suffix

__all__ = ["Examples", "Fitted", "fit", "fitting", "read", "suffix"]
