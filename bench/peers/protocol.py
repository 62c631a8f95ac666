"""The drivers' side of the conversation: one JSON request a line in, one answer a line out."""

import gc
import json
import os
import resource
import sys
import time
import traceback

import numpy as np


def serve(version, tasks):
    """Answer requests until the input ends.

    ``tasks`` maps a name to ``prepare(arrays, options)``, which turns arrays into the peer's own frames and
    returns the ``work`` that is measured: ``work()`` gives figures and a function that gives the arrays.
    """
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the peer prints is not an answer
    sys.stdout = sys.stderr
    files, works = {}, {}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["task"] == "version":
                answer = {"version": version}
            else:
                answer = perform(request, tasks, files, works)
        except Exception:  # noqa: BLE001 - it is told to who asked
            answer = {"error": traceback.format_exc(limit=-4)}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def perform(request, tasks, files, works):
    key = json.dumps([request["task"], request["input"], request["options"]])
    if key not in works:
        if request["input"] not in files:
            with np.load(request["input"]) as file:
                files[request["input"]] = {name: file[name] for name in file.files}
        works[key] = tasks[request["task"]](files[request["input"]], request["options"])
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    values, arrays = works[key]()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    if request["output"]:
        np.savez(request["output"], **arrays())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    plain = {name: float(value) for name, value in values.items()}
    return {"cpu": cpu, "wall": wall, "peak_bytes": peak, "values": plain}


def index(arrays):
    """The bars' times as a pandas index."""
    import pandas as pd

    return pd.DatetimeIndex(arrays["ts"].astype("datetime64[us]"))


def later(flags):
    """Signals moved to the bar that fills them."""
    moved = np.zeros_like(flags)
    moved[1:] = flags[:-1]
    return moved
