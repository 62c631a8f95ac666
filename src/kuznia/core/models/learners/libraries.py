"""Libraries of learners that an install may lack, imported when a learner first needs them."""

from __future__ import annotations

import threading
from importlib import import_module
from types import ModuleType

from kuznia.core.errors import ModelError
from kuznia.core.models.learners.trees import UNNEEDED, hidden
from kuznia.core.models.offered import EXTRAS, lacking

_IMPORTING = threading.Lock()


def library(learner: str) -> ModuleType:
    """The library of one of :data:`kuznia.core.models.offered.EXTRAS`; its absence in one clear sentence."""
    name = EXTRAS[learner][0]
    try:
        with _IMPORTING, hidden(UNNEEDED if name == "xgboost" else ()):
            return import_module(name)
    except ImportError as error:
        raise lacking(learner) from error
    except OSError as error:
        raise ModelError(
            f"{name} cannot load a system library ({error}).",
            "Install libgomp1, or start with `kuznia up`, which uses the copy that scikit-learn carries.",
        ) from error
