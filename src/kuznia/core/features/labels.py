"""Labels: the forward-looking target, the only place where a negative lag is legal."""

from __future__ import annotations

from dataclasses import replace

from kuznia.core.expressions import Checked, Context, check, evaluate
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float


def check_label(source: str, context: Context | None = None) -> Checked:
    """Check a label; unlike a feature it may look ahead.

    Examples
    --------
    >>> check_label("Ref($open, -6) / Ref($open, -1) - 1").horizon
    6
    """
    return check(source, replace(context or Context(), label=True))


def forward_return(horizon: int) -> Checked:
    """Return over `horizon` bars from the next open: what a decision now can still earn.

    Parameters
    ----------
    horizon : int
        Bars held.

    Returns
    -------
    Checked
        ``open[t + 1 + horizon] / open[t + 1] − 1``.

    Examples
    --------
    >>> forward_return(5).canonical
    'ts_delay(open, -6) / ts_delay(open, -1) - 1'
    """
    return check_label(f"ts_delay(open, {-horizon - 1}) / ts_delay(open, -1) - 1")


def label_values(label: Checked, panel: Panel) -> Float:
    """Values of a label, NaN where the data ends before they are known. (N, T)"""
    return evaluate({"label": label}, panel)["label"]
