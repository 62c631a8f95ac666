"""Qlib's feature sets Alpha158 and Alpha360 (Yang et al. 2020, arXiv 2009.11189), in our language.

The expressions are those of Qlib's data loaders, the names theirs in small letters. Where the data has
no ``vwap`` it is (high + low + close) / 3.
"""

from __future__ import annotations

from collections.abc import Iterator

from kuznia.core.features.feature_set import Feature, FeatureSet

WINDOWS = (5, 10, 20, 30, 60)
"""Windows of Alpha158 in bars."""

_RANGE = "($high-$low+1e-12)"
_KBAR = {
    "kmid": "($close-$open)/$open",
    "klen": "($high-$low)/$open",
    "kmid2": f"($close-$open)/{_RANGE}",
    "kup": "($high-Greater($open, $close))/$open",
    "kup2": f"($high-Greater($open, $close))/{_RANGE}",
    "klow": "(Less($open, $close)-$low)/$open",
    "klow2": f"(Less($open, $close)-$low)/{_RANGE}",
    "ksft": "(2*$close-$high-$low)/$open",
    "ksft2": f"(2*$close-$high-$low)/{_RANGE}",
}
_PRICES = ("open", "high", "low", "vwap")
_CHANGE = "Abs($close-Ref($close, 1))"
_GAIN, _LOSS = "Greater($close-Ref($close, 1), 0)", "Greater(Ref($close, 1)-$close, 0)"
_VOLUME_CHANGE = "Abs($volume-Ref($volume, 1))"
_VOLUME_GAIN, _VOLUME_LOSS = "Greater($volume-Ref($volume, 1), 0)", "Greater(Ref($volume, 1)-$volume, 0)"
_UP, _DOWN = "$close>Ref($close, 1)", "$close<Ref($close, 1)"
_WEIGHED = "Abs($close/Ref($close, 1)-1)*$volume"
_ROLLING = {
    "roc": "Ref($close, {d})/$close",
    "ma": "Mean($close, {d})/$close",
    "std": "Std($close, {d})/$close",
    "beta": "Slope($close, {d})/$close",
    "rsqr": "Rsquare($close, {d})",
    "resi": "Resi($close, {d})/$close",
    "max": "Max($high, {d})/$close",
    "min": "Min($low, {d})/$close",
    "qtlu": "Quantile($close, {d}, 0.8)/$close",
    "qtld": "Quantile($close, {d}, 0.2)/$close",
    "rank": "Rank($close, {d})",
    "rsv": "($close-Min($low, {d}))/(Max($high, {d})-Min($low, {d})+1e-12)",
    "imax": "IdxMax($high, {d})/{d}",
    "imin": "IdxMin($low, {d})/{d}",
    "imxd": "(IdxMax($high, {d})-IdxMin($low, {d}))/{d}",
    "corr": "Corr($close, Log($volume+1), {d})",
    "cord": "Corr($close/Ref($close,1), Log($volume/Ref($volume, 1)+1), {d})",
    "cntp": f"Mean({_UP}, {{d}})",
    "cntn": f"Mean({_DOWN}, {{d}})",
    "cntd": f"Mean({_UP}, {{d}})-Mean({_DOWN}, {{d}})",
    "sump": f"Sum({_GAIN}, {{d}})/(Sum({_CHANGE}, {{d}})+1e-12)",
    "sumn": f"Sum({_LOSS}, {{d}})/(Sum({_CHANGE}, {{d}})+1e-12)",
    "sumd": f"(Sum({_GAIN}, {{d}})-Sum({_LOSS}, {{d}}))/(Sum({_CHANGE}, {{d}})+1e-12)",
    "vma": "Mean($volume, {d})/($volume+1e-12)",
    "vstd": "Std($volume, {d})/($volume+1e-12)",
    "wvma": f"Std({_WEIGHED}, {{d}})/(Mean({_WEIGHED}, {{d}})+1e-12)",
    "vsump": f"Sum({_VOLUME_GAIN}, {{d}})/(Sum({_VOLUME_CHANGE}, {{d}})+1e-12)",
    "vsumn": f"Sum({_VOLUME_LOSS}, {{d}})/(Sum({_VOLUME_CHANGE}, {{d}})+1e-12)",
    "vsumd": f"(Sum({_VOLUME_GAIN}, {{d}})-Sum({_VOLUME_LOSS}, {{d}}))/(Sum({_VOLUME_CHANGE}, {{d}})+1e-12)",
}


def alpha158() -> FeatureSet:
    """Shape of the bar, prices over the close, and 29 rolling figures over 5 windows.

    Examples
    --------
    >>> features = alpha158().features
    >>> len(features), features[14]
    (158, Feature(name='roc10', expression='Ref($close, 10)/$close'))
    """
    features = [Feature(name, text) for name, text in _KBAR.items()]
    features += [Feature(f"{name}0", f"${name}/$close") for name in _PRICES]
    for name, text in _ROLLING.items():
        features += [Feature(f"{name}{d}", text.format(d=d)) for d in WINDOWS]
    return FeatureSet(tuple(features))


def alpha360() -> FeatureSet:
    """Prices and volumes of 60 bars over the newest close and volume.

    Examples
    --------
    >>> features = alpha360().features
    >>> len(features), features[0], features[59].expression
    (360, Feature(name='close59', expression='Ref($close, 59)/$close'), '$close/$close')
    """
    return FeatureSet(tuple(_history()))


def _history() -> Iterator[Feature]:
    for name in ("close", "open", "high", "low", "vwap", "volume"):
        bottom = "($volume+1e-12)" if name == "volume" else "$close"
        for back in range(59, 0, -1):
            yield Feature(f"{name}{back}", f"Ref(${name}, {back})/{bottom}")
        yield Feature(f"{name}0", f"${name}/{bottom}")
