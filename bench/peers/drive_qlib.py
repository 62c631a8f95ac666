"""Qlib's expressions and its LightGBM model, in one process, on bars in its own files, which hold float32."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import qlib
from protocol import serve
from qlib.config import C
from qlib.contrib.data.handler import Alpha158
from qlib.contrib.data.loader import Alpha158DL, Alpha360DL
from qlib.data.cache import H
from qlib.data.data import DatasetProvider
from qlib.data.dataset import DatasetH
from qlib.data.dataset.processor import Processor

HELD = {}


def write(arrays):
    """Write fields of shape (instrument, day) as Qlib keeps them: days, names with spans, a file a field."""
    folder = tempfile.TemporaryDirectory()
    root, (count, length) = Path(folder.name), next(iter(arrays.values())).shape
    days = pd.bdate_range("2000-01-03", periods=length).strftime("%Y-%m-%d").tolist()
    names = [f"n{n:04d}" for n in range(count)]
    for kind in ("calendars", "instruments", "features"):
        (root / kind).mkdir()
    (root / "calendars" / "day.txt").write_text("\n".join(days) + "\n")
    spans = "".join(f"{name}\t{days[0]}\t{days[-1]}\n" for name in names)
    (root / "instruments" / "all.txt").write_text(spans)
    for n, name in enumerate(names):
        (root / "features" / name).mkdir()
        for field, values in arrays.items():
            row = np.concatenate([[0.0], values[n]]).astype("<f4")  # the first number is the day it starts at
            row.tofile(root / "features" / name / f"{field}.day.bin")
    return folder, names, days


def expressions(arrays, options):
    """Every formula of every instrument; what Qlib remembers between calls is forgotten first."""
    folder, names, days = write(arrays)
    HELD[folder.name] = folder
    formulas = options["formulas"]

    def work():
        if C.get("provider_uri") != {"__DEFAULT_FREQ": folder.name}:
            qlib.init(provider_uri=folder.name, kernels=1, expression_cache=None, dataset_cache=None)
        H.clear()
        found = []
        for name in names:
            found.append(DatasetProvider.inst_calculator(name, days[0], days[-1], "day", formulas, None, C))
            if options.get("forget", True):
                H.clear()

        def values():
            return {str(n): np.stack([one.iloc[:, n] for one in found]) for n in range(len(formulas))}

        return {"columns": float(len(found[0].columns))}, values

    return work


def formulas(_arrays, options):
    """Qlib's own lists of formulas, as text."""
    loader = {"alpha158": Alpha158DL, "alpha360": Alpha360DL}[options["which"]]
    texts, names = loader.get_feature_config()

    def work():
        return {"count": float(len(texts))}, lambda: {"names": np.array(names), "texts": np.array(texts)}

    return work


class Centred(Processor):
    """The label less its mean in the day, which is what our regressors learn."""

    def __call__(self, df):
        columns = df.columns[df.columns.get_level_values(0) == "label"]
        df[columns] -= df[columns].groupby(level="datetime", group_keys=False).transform("mean")
        return df


def model(arrays, options):
    """Qlib's own way from its files to scores: Alpha158, its LightGBM model on a span, the rest predicted."""
    from qlib.contrib.model import gbdt  # it prints what it does not find

    folder, names, days = write(arrays)
    HELD[folder.name] = folder
    ends = options["train_until"], options["test_from"]
    # What it would write to its experiment log at each tree is not part of training.
    gbdt.R = type("Silent", (), {"log_metrics": staticmethod(lambda **_: None)})

    def work():
        if C.get("provider_uri") != {"__DEFAULT_FREQ": folder.name}:
            qlib.init(provider_uri=folder.name, kernels=1, expression_cache=None, dataset_cache=None)
        H.clear()
        handler = Alpha158(
            instruments="all",
            start_time=days[0],
            end_time=days[-1],
            learn_processors=[{"class": "DropnaLabel"}, Centred()],
            label=([options["label"]], ["LABEL0"]),
        )
        segments = {"train": (days[0], days[ends[0] - 1]), "test": (days[ends[1]], days[-1])}
        dataset = DatasetH(handler, segments)
        learner = gbdt.LGBModel(loss="mse", num_boost_round=options["trees"], **options["parameters"])
        learner.fit(dataset, verbose_eval=0)
        scores = learner.predict(dataset)

        def laid_out():
            table = scores.unstack("instrument").reindex(index=pd.to_datetime(days), columns=names)
            return {"scores": table.to_numpy(dtype=float).T}

        rows = len(dataset.prepare("train", col_set="label", data_key="learn"))
        return {"rows": rows}, laid_out

    return work


serve(f"Qlib {qlib.__version__}", {"expressions": expressions, "formulas": formulas, "model": model})
