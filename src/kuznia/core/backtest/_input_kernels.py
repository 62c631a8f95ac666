"""Compiled passes over the input of a simulation: which rows decide, what is wrong, what is paid when."""

from __future__ import annotations

import numpy as np
from numba import njit

from kuznia.core.typing import Bool, Float, Int

LARGEST = 0x7FEFFFFFFFFFFFFF
"""The bits of the largest finite number."""


@njit("Tuple((int64, int64, int64, int64))(float64[:, ::1], boolean[::1])", cache=True, nogil=True)
def decisions(weights: Float, rebalance: Bool) -> tuple[int, int, int, int]:
    """Mark the rows that decide.

    Returns the first wrong cell, what is wrong with it (1 missing, 2 infinite), and the number of cells
    that want something.
    """
    length, count = weights.shape
    some = 0
    if count == 1:
        wrong = 0
        for t in range(length):
            value = weights[t, 0]
            rebalance[t] = value == value
            wrong += 1 if abs(value) == np.inf else 0
            some += 1 if value != 0.0 and value == value else 0
        if wrong == 0:
            return -1, -1, 0, some
        some = 0
    for t in range(length):
        nothing = np.isnan(weights[t, 0])
        wrong = 0
        for n in range(count):
            value = weights[t, n]
            wrong += 1 if (value != value) != nothing or abs(value) == np.inf else 0
            some += 1 if value != 0.0 and value == value else 0
        rebalance[t] = not nothing
        if wrong > 0:
            for n in range(count):
                if np.isinf(weights[t, n]):
                    return t, n, 2, some
            for n in range(count):
                if np.isnan(weights[t, n]):
                    return t, n, 1, some
    return -1, -1, 0, some


@njit("boolean(float64[::1])", cache=True, nogil=True)
def ordinary(values: Float) -> bool:
    """Whether all are positive and finite: then, and only then, their bits lie between 1 and `LARGEST`."""
    bits, outside = values.view(np.int64), 0
    for t in range(bits.shape[0]):
        outside |= (bits[t] - 1) | (LARGEST - bits[t])
    return outside >= 0


@njit("Tuple((int64, int64, int64))(float64[:, ::1])", cache=True, nogil=True)
def first_bad(prices: Float) -> tuple[int, int, int]:
    """The first price that is neither missing nor positive and finite, and how many are missing."""
    count, length = prices.shape
    missing = 0
    for n in range(count):
        if ordinary(prices[n]):
            continue
        bad = 0
        for t in range(length):
            price = prices[n, t]
            bad += 1 if price <= 0.0 or price == np.inf else 0
            missing += 1 if price != price else 0
        if bad > 0:
            for t in range(length):
                if prices[n, t] <= 0.0 or prices[n, t] == np.inf:
                    return n, t, missing
    return -1, -1, missing


@njit("Tuple((int64[::1], int64[::1], float64[::1]))(float64[:, ::1])", cache=True, nogil=True)
def events(cells: Float) -> tuple[Int, Int, Float]:
    """What is not zero, row by row: where each row starts, columns, values."""
    length, count = cells.shape
    starts = np.zeros(length + 1, dtype=np.int64)
    for t in range(length):
        some = 0
        for n in range(count):
            some += 1 if cells[t, n] != 0.0 else 0
        starts[t + 1] = starts[t] + some
    columns = np.empty(starts[length], dtype=np.int64)
    values = np.empty(starts[length])
    for t in range(length):
        k = starts[t]
        if k == starts[t + 1]:
            continue
        for n in range(count):
            if cells[t, n] != 0.0:
                columns[k] = n
                values[k] = cells[t, n]
                k += 1
    return starts, columns, values
