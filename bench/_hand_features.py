"""Alpha158 by hand: one minimal fused kernel for each family of its formulas, the limit to measure against.

Not known is skipped as in the language, but sums are running ones: each value carries the rounding of all
that came before it, so these keep neither the prefix law nor the increment law to the bit.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numba import njit

from kuznia.core.typing import Float

WINDOWS = (5, 10, 20, 30, 60)
EPS = 1e-12
NAN = np.nan


@njit(cache=True, error_model="numpy")
def bars(o: Float, h: Float, low: Float, c: Float, w: Float, out: Float) -> None:
    """KMID to KSFT2 and the four prices."""
    for i in range(o.shape[0]):
        for j in range(o.shape[1]):
            a, b, d, e, whole = o[i, j], h[i, j], low[i, j], c[i, j], h[i, j] - low[i, j] + EPS
            top, bottom, middle = max(a, e), min(a, e), 2 * e - b - d
            out[0, i, j], out[1, i, j], out[2, i, j] = (e - a) / a, (b - d) / a, (e - a) / whole
            out[3, i, j], out[4, i, j] = (b - top) / a, (b - top) / whole
            out[5, i, j], out[6, i, j] = (bottom - d) / a, (bottom - d) / whole
            out[7, i, j], out[8, i, j] = middle / a, middle / whole
            out[9, i, j], out[10, i, j], out[11, i, j], out[12, i, j] = a / e, b / e, d / e, w[i, j] / e


@njit(cache=True, error_model="numpy")
def line(c: Float, d: int, out: Float) -> None:
    """ROC, MA, STD, BETA, RSQR, RESI."""
    for i in range(c.shape[0]):
        n = k = kk = s = ss = ks = 0.0
        about = 0.0  # near the values, so that squares lose little
        for j in range(c.shape[1]):
            n, k, kk, ks = n, k - n, kk - 2.0 * k + n, ks - s
            v = c[i, j]
            if about == 0.0 and v == v:
                about = v
            if j >= d and c[i, j - d] == c[i, j - d]:
                u = c[i, j - d] - about
                n, k, kk, s, ss, ks = n - 1, k + d, kk - d * d, s - u, ss - u * u, ks + d * u
            if v == v:
                u = v - about
                n, s, ss = n + 1, s + u, ss + u * u
            xx, yy, xy = kk - k * k / n, ss - s * s / n, ks - k * s / n
            slope = xy / xx if n > 1 else NAN
            out[0, i, j] = c[i, j - d] / v if j >= d else NAN
            out[1, i, j] = (about + s / n) / v if n > 0 else NAN
            out[2, i, j] = np.sqrt(max(yy, 0.0) / (n - 1)) / v if n > 1 else NAN
            out[3, i, j] = slope / v
            out[4, i, j] = slope * xy / yy
            out[5, i, j] = (v - about - s / n + slope * k / n) / v


@njit(cache=True, error_model="numpy")
def extremes(h: Float, low: Float, c: Float, d: int, out: Float) -> None:
    """MAX, MIN, RSV, IMAX, IMIN, IMXD by two monotonic queues."""
    t = h.shape[1]
    high, deep = np.empty(t, np.int64), np.empty(t, np.int64)
    for i in range(h.shape[0]):
        a = b = x = y = 0
        for j in range(t):
            if h[i, j] == h[i, j]:
                while b > a and h[i, high[b - 1]] < h[i, j]:
                    b -= 1
                high[b] = j
                b += 1
            if low[i, j] == low[i, j]:
                while y > x and low[i, deep[y - 1]] > low[i, j]:
                    y -= 1
                deep[y] = j
                y += 1
            while b > a and high[a] <= j - d:
                a += 1
            while y > x and deep[x] <= j - d:
                x += 1
            v = c[i, j]
            top = h[i, high[a]] if b > a else NAN
            bottom = low[i, deep[x]] if y > x else NAN
            at = d - j + high[a] if b > a else NAN
            place = d - j + deep[x] if y > x else NAN
            out[0, i, j], out[1, i, j], out[2, i, j] = (
                top / v,
                bottom / v,
                (v - bottom) / (top - bottom + EPS),
            )
            out[3, i, j], out[4, i, j], out[5, i, j] = at / d, place / d, (at - place) / d


@njit(cache=True)
def fraction_of(held: Float, n: int, fraction: float) -> float:
    place = fraction * (n - 1)
    low = int(place)
    high = min(low + 1, n - 1)
    return held[low] + (held[high] - held[low]) * (place - low)


@njit(cache=True, error_model="numpy")
def order(c: Float, d: int, out: Float) -> None:
    """QTLU, QTLD, RANK out of one sorted window."""
    held = np.empty(d + 1)
    for i in range(c.shape[0]):
        n = 0
        for j in range(c.shape[1]):
            if j >= d and c[i, j - d] == c[i, j - d]:
                at = np.searchsorted(held[:n], c[i, j - d])
                for m in range(at, n - 1):
                    held[m] = held[m + 1]
                n -= 1
            v = c[i, j]
            if v == v:
                at = np.searchsorted(held[:n], v)
                for m in range(n, at, -1):
                    held[m] = held[m - 1]
                held[at] = v
                n += 1
            out[0, i, j] = fraction_of(held, n, 0.8) / v if n > 0 else NAN
            out[1, i, j] = fraction_of(held, n, 0.2) / v if n > 0 else NAN
            if v == v:
                last = at
                while last < n and held[last] == v:
                    last += 1
                out[2, i, j] = (at + (last - at + 1) / 2.0) / n
            else:
                out[2, i, j] = NAN


@njit(cache=True, error_model="numpy")
def correlation(a: Float, b: Float, d: int, out: Float) -> None:
    """CORR, CORD."""
    for i in range(a.shape[0]):
        n = x = y = xx = yy = xy = 0.0
        for j in range(a.shape[1]):
            if j >= d:
                u, v = a[i, j - d], b[i, j - d]
                if u == u and v == v:
                    n, x, y, xx, yy, xy = n - 1, x - u, y - v, xx - u * u, yy - v * v, xy - u * v
            u, v = a[i, j], b[i, j]
            if u == u and v == v:
                n, x, y, xx, yy, xy = n + 1, x + u, y + v, xx + u * u, yy + v * v, xy + u * v
            below = np.sqrt((xx - x * x / n) * (yy - y * y / n))
            out[i, j] = (xy - x * y / n) / below if n > 1 else NAN


@njit(cache=True, error_model="numpy")
def moves(x: Float, d: int, counted: bool, out: Float) -> None:
    """SUMP, SUMN, SUMD, and CNTP, CNTN, CNTD when counted."""
    for i in range(x.shape[0]):
        n = up = down = gain = loss = 0.0
        for j in range(1, x.shape[1]):
            if j > d:
                v = x[i, j - d] - x[i, j - d - 1]
                if v == v:
                    n, up, down = n - 1, up - (v > 0), down - (v < 0)
                    gain, loss = gain - max(v, 0.0), loss - max(-v, 0.0)
            v = x[i, j] - x[i, j - 1]
            if v == v:
                n, up, down = n + 1, up + (v > 0), down + (v < 0)
                gain, loss = gain + max(v, 0.0), loss + max(-v, 0.0)
            whole = gain + loss + EPS if n > 0 else NAN
            out[0, i, j], out[1, i, j], out[2, i, j] = gain / whole, loss / whole, (gain - loss) / whole
            if counted:
                out[3, i, j], out[4, i, j], out[5, i, j] = up / n, down / n, (up - down) / n
        out[:, i, 0] = NAN


@njit(cache=True, error_model="numpy")
def spread(x: Float, by: Float, d: int, itself: bool, out: Float) -> None:
    """VMA and VSTD, or WVMA when divided by its own mean."""
    for i in range(x.shape[0]):
        n = s = ss = 0.0
        for j in range(x.shape[1]):
            if j >= d and x[i, j - d] == x[i, j - d]:
                u = x[i, j - d]
                n, s, ss = n - 1, s - u, ss - u * u
            u = x[i, j]
            if u == u:
                n, s, ss = n + 1, s + u, ss + u * u
            deviation = np.sqrt(max(ss - s * s / n, 0.0) / (n - 1)) if n > 1 else NAN
            if itself:
                out[0, i, j] = deviation / (s / n + EPS)
            else:
                out[0, i, j], out[1, i, j] = s / n / (by[i, j] + EPS), deviation / (by[i, j] + EPS)


@njit(cache=True, error_model="numpy")
def changes(c: Float, v: Float, out: Float) -> None:
    """log(v + 1), ratio of closes, log(ratio of volumes + 1), |return| times volume."""
    out[1:, :, 0] = NAN
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            out[0, i, j] = np.log(v[i, j] + 1)
        for j in range(1, c.shape[1]):
            ratio = c[i, j] / c[i, j - 1]
            out[1, i, j], out[2, i, j] = ratio, np.log(v[i, j] / v[i, j - 1] + 1)
            out[3, i, j] = abs(ratio - 1) * v[i, j]


def alpha158(fields: Mapping[str, Float]) -> dict[str, Float]:
    """All 158 features, by Qlib's names."""
    o, h, low, c, v, w = (fields[name] for name in ("open", "high", "low", "close", "volume", "vwap"))
    found: dict[str, Float] = {}

    def room(*names: str) -> Float:
        made = np.empty((len(names), *c.shape))
        found.update(zip(names, made, strict=True))
        return made

    kinds = "KMID KLEN KMID2 KUP KUP2 KLOW KLOW2 KSFT KSFT2 OPEN0 HIGH0 LOW0 VWAP0"
    bars(o, h, low, c, w, room(*kinds.split()))
    made = np.empty((4, *c.shape))
    changes(c, v, made)
    for d in WINDOWS:

        def named(text: str, d: int = d) -> Float:
            return room(*(f"{name}{d}" for name in text.split()))

        line(c, d, named("ROC MA STD BETA RSQR RESI"))
        extremes(h, low, c, d, named("MAX MIN RSV IMAX IMIN IMXD"))
        order(c, d, named("QTLU QTLD RANK"))
        correlation(c, made[0], d, named("CORR")[0])
        correlation(made[1], made[2], d, named("CORD")[0])
        moves(c, d, True, named("SUMP SUMN SUMD CNTP CNTN CNTD"))
        moves(v, d, False, named("VSUMP VSUMN VSUMD"))
        spread(v, v, d, False, named("VMA VSTD"))
        spread(made[3], v, d, True, named("WVMA"))
    return found
