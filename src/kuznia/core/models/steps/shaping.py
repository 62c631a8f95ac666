"""Steps that change values: winsorising and principal components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kuznia.core.models.offered import Parameter
from kuznia.core.models.steps.protocol import none_refused
from kuznia.core.models.steps.standard import Standard
from kuznia.core.typing import Bool, Float

_ROWS = 256
"""Rows computed at once, which bounds memory."""


@dataclass(frozen=True, slots=True)
class Winsorise:
    """Values beyond two quantiles of the training rows become those quantiles (Tukey 1962).

    Parameters
    ----------
    low, high : float64 (F,)
        NaN for a feature that no training row knows, which is then left as it is.

    Examples
    --------
    >>> step = Winsorise.fit(np.arange(101.0)[:, None], {"tail": 0.05})
    >>> step.apply(np.array([[-50.0], [50.0], [500.0]])).ravel().tolist()
    [5.0, 50.0, 95.0]
    """

    low: Float
    high: Float

    @classmethod
    def fit(cls, x: Float, parameters: Mapping[str, Parameter]) -> Winsorise:
        """Learn the quantiles, interpolated linearly."""
        tail = float(parameters["tail"])
        low, high = np.full(x.shape[1], np.nan), np.full(x.shape[1], np.nan)
        known = ~np.isnan(x).all(axis=0)
        low[known], high[known] = np.nanquantile(x[:, known], [tail, 1.0 - tail], axis=0)
        return cls(low, high)

    @classmethod
    def read(cls, state: Mapping[str, Any]) -> Winsorise:
        """Load what `state` gave."""
        return cls(np.array(state["low"], dtype=np.float64), np.array(state["high"], dtype=np.float64))

    def apply(self, x: Float) -> Float:
        """NaN stays NaN."""
        held = ~np.isnan(self.low)
        out = x.copy()
        out[:, held] = np.clip(x[:, held], self.low[held], self.high[held])
        return out

    def refused(self, x: Float) -> Bool:
        return none_refused(x)

    def trace(self, shares: Float) -> Float:
        return shares

    def state(self) -> dict[str, Any]:
        return {"low": self.low.tolist(), "high": self.high.tolist()}


@dataclass(frozen=True, slots=True)
class Components:
    """Principal components of standardised features (Pearson 1901); what is not known counts as the mean.

    Parameters
    ----------
    standard : Standard
        Mean and deviation of the training rows.
    loadings : float64 (G, F)
        One row for each component, the strongest first; its largest entry is positive.

    Examples
    --------
    >>> line = np.array([[-1.0, -2.0], [0.0, 0.0], [1.0, 2.0]])
    >>> step = Components.fit(line, {"variance": 0.95})
    >>> step.apply(line).round(6).ravel().tolist()
    [-1.732051, 0.0, 1.732051]
    >>> step.trace(np.array([1.0])).round(6).tolist()
    [0.5, 0.5]
    """

    standard: Standard
    loadings: Float

    @classmethod
    def fit(cls, x: Float, parameters: Mapping[str, Parameter]) -> Components:
        """Learn the fewest components that hold the wanted share of the variance."""
        standard = Standard.fit(x)
        z = standard.apply(x)
        # einsum adds in one order; a matrix product's order depends on BLAS and its threads.
        variance, vectors = np.linalg.eigh(np.einsum("rf,rg->fg", z, z) / max(len(z), 1))
        held = np.cumsum(np.maximum(variance[::-1], 0.0))
        enough = held >= float(parameters["variance"]) * held[-1] * (1.0 - 1e-12)
        loadings = vectors[:, ::-1].T[: int(np.argmax(enough)) + 1]
        largest = loadings[np.arange(len(loadings)), np.abs(loadings).argmax(axis=1)]
        return cls(standard, np.ascontiguousarray(loadings * np.sign(largest)[:, None]))

    @classmethod
    def read(cls, state: Mapping[str, Any]) -> Components:
        """Load what `state` gave."""
        return cls(Standard.read(state), np.array(state["loadings"], dtype=np.float64))

    def apply(self, x: Float) -> Float:
        """Sums run along one row in one order, whatever stands beside it."""
        z = self.standard.apply(x)
        parts = [
            (z[at : at + _ROWS, None, :] * self.loadings[None]).sum(axis=2) for at in range(0, len(z), _ROWS)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.loadings)))

    def refused(self, x: Float) -> Bool:
        return none_refused(x)

    def trace(self, shares: Float) -> Float:
        """A component's share goes to its features by their squared loadings, which sum to 1."""
        traced: Float = (shares[:, None] * self.loadings**2).sum(axis=0)
        return traced

    def state(self) -> dict[str, Any]:
        return {**self.standard.state(), "loadings": self.loadings.tolist()}
