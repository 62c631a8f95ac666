"""A gated recurrent network over the bars of a row's history: PyTorch fits it, plain numbers are kept.

Cho et al. 2014, in PyTorch's form: the reset gate acts on the hidden part of the candidate. Scores are
computed here, in double precision, so that a service needs no PyTorch.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit

from kuznia.core.models.learners.libraries import library
from kuznia.core.models.learners.protocol import Examples, Parameters, shares
from kuznia.core.typing import Float

LEARNER = "gru"
_ROWS = 256
"""Rows computed at once, which bounds memory."""
_ARRAYS = ("inner", "inner_intercept", "hidden", "hidden_intercept", "output")


@dataclass(frozen=True, slots=True)
class Recurrent:
    """Weights of the network; a feature that is not known counts as its mean.

    Parameters
    ----------
    bars : int
        Bars of each row, the newest first in its columns.
    inner, inner_intercept : float64 (3 H, F), (3 H,)
        From features to the reset gate, the update gate and the candidate.
    hidden, hidden_intercept : float64 (3 H, H), (3 H,)
        The same from the state.
    output : float64 (H + 1,)
        From the last state to the score; its last number is the intercept.
    """

    bars: int
    inner: Float
    inner_intercept: Float
    hidden: Float
    hidden_intercept: Float
    output: Float

    def predict(self, x: Float) -> Float:
        """Output behind the newest bar; sums run along one row in one order, whatever stands beside it."""
        parts = [
            self._forward(in_order(np.nan_to_num(x[at : at + _ROWS]), self.bars))
            for at in range(0, len(x), _ROWS)
        ]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _forward(self, sequence: Float) -> Float:
        units = len(self.output) - 1
        state = np.zeros((len(sequence), units))
        for bar in range(self.bars):
            given = _weighed(sequence[:, bar], self.inner) + self.inner_intercept
            kept = _weighed(state, self.hidden) + self.hidden_intercept
            gates = expit(given[:, : 2 * units] + kept[:, : 2 * units])
            reset, update = gates[:, :units], gates[:, units:]
            candidate = np.tanh(given[:, 2 * units :] + reset * kept[:, 2 * units :])
            state = (1.0 - update) * candidate + update * state
        said: Float = (state * self.output[:-1]).sum(axis=1) + self.output[-1]
        return said

    def importance(self) -> Float:
        """Share of each feature in the absolute weights that read it, the same for all its bars."""
        return shares(np.tile(np.abs(self.inner).sum(axis=0), self.bars))

    def content(self) -> bytes:
        """Weights as JSON numbers that read back to the same bits."""
        arrays = {name: getattr(self, name).tolist() for name in _ARRAYS}
        return json.dumps({"bars": self.bars, **arrays}).encode()


def in_order(x: Float, bars: int) -> Float:
    """Rows as sequences (R, L, F), the oldest bar first."""
    return np.ascontiguousarray(x.reshape(len(x), bars, -1)[:, ::-1])


def _weighed(values: Float, weights: Float) -> Float:
    """Products of rows and weights, each added up along the row."""
    products: Float = (values[:, None, :] * weights[None]).sum(axis=2)
    return products


def fit(parameters: Parameters, bars: int, examples: Examples, seed: int) -> Recurrent:
    """Fit by Adam on the squared error of the target, centred in each bar; on a GPU where there is one."""
    torch = library(LEARNER)
    torch.set_num_threads(1)  # sums of one thread have one order
    torch.backends.cudnn.deterministic = True
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    rng = np.random.default_rng(seed)
    target = examples.centred
    x, y, weight = (
        torch.tensor(values.astype(np.float32), device=device)
        for values in (
            in_order(examples.known, bars),
            target / (float(target.std()) or 1.0),
            examples.weight,
        )
    )
    network, output = _fresh(torch, x.shape[2], int(parameters["units"]), rng, device)
    both = [*network.parameters(), *output.parameters()]
    optimiser = torch.optim.AdamW(
        both, lr=float(parameters["learning_rate"]), weight_decay=float(parameters["penalty"])
    )
    size = int(parameters["batch"])
    for _ in range(int(parameters["epochs"])):
        order = torch.tensor(rng.permutation(len(x)), device=device)
        for at in range(0, len(x), size):
            rows = order[at : at + size]
            said = output(network(x[rows])[0][:, -1])[:, 0]
            loss = (weight[rows] * (said - y[rows]) ** 2).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return _kept(network, output, bars)


def _fresh(torch: Any, features: int, units: int, rng: np.random.Generator, device: Any) -> tuple[Any, Any]:
    """An untrained network; its weights come from our generator, as PyTorch's own is one for all threads."""
    network = torch.nn.GRU(features, units, batch_first=True, device=device)
    output = torch.nn.Linear(units, 1, device=device)
    reach = units**-0.5
    with torch.no_grad():
        for weights in (*network.parameters(), *output.parameters()):
            drawn = rng.uniform(-reach, reach, tuple(weights.shape)).astype(np.float32)
            weights.copy_(torch.tensor(drawn))
    return network, output


def _kept(network: Any, output: Any, bars: int) -> Recurrent:
    def plain(weights: Any) -> Float:
        return np.asarray(weights.detach().cpu().numpy(), dtype=np.float64)

    return Recurrent(
        bars,
        plain(network.weight_ih_l0),
        plain(network.bias_ih_l0),
        plain(network.weight_hh_l0),
        plain(network.bias_hh_l0),
        np.append(plain(output.weight)[0], plain(output.bias)),
    )


def read(content: bytes) -> Recurrent:
    """Load the weights."""
    given = json.loads(content)
    return Recurrent(given["bars"], *(np.array(given[name], dtype=np.float64) for name in _ARRAYS))
