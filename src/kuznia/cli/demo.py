"""The demo: loads the bundled sample and posts one chain of jobs, over the client like any user.

Every post carries a key of its own, so that a demo that was cut off goes on where it stopped; when all
is done the account remembers it, and the next start leaves it alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

from kuznia.cli.demo_features import DEMO_FEATURES
from kuznia.cli.sample import Sample, load
from kuznia.client import Client, JobFailed, NoAnswer, ProblemError

Record = dict[str, Any]
SPY = "ARCX:SPY"
COSTS = {"commission_bps": 5.0, "half_spread_bps": 5.0, "benchmark": SPY}
"""Ten basis points each way, by half commission and half spread."""
CONTEXT = ("macro", "macro_vintages", "sectors", "fundamentals", "actions", "membership", "news")
"""What the features read beside bars; the actions put earnings into the shares of the bars."""
SWEEP = "4,000 pairs of means on SPY"
MEANS = {"fast": list(range(1, 41)), "slow": list(range(41, 141))}
"""Every fast mean of up to 40 days, the price itself first, with every slow one of up to 140."""
QUESTIONS = {
    "large_caps": (
        "Does anything beat holding 30 survivors?",
        "The demo's trials on 30 US large caps: features, a ranker with eight seeds, momentum, reversal.",
    ),
    "spy": (
        "Does a 200-day mean help on SPY?",
        "The demo's trend rule on SPY, 1998 to 2018, with dividends.",
    ),
    "means": (
        "Do two means time SPY?",
        "The demo's sweep: 4,000 pairs of moving averages on SPY, 1998 to 2018, with dividends.",
    ),
}


def main() -> int:
    """Run the demo against the server that the environment names."""
    client = Client(os.environ["KUZNIA_ADDRESS"], os.environ["KUZNIA_TOKEN"])
    try:
        with client:
            run(client)
    except (ProblemError, JobFailed, NoAnswer) as error:
        print(f"The demo stopped: {error} It goes on at the next start.", file=sys.stderr, flush=True)
        return 1
    return 0


def run(client: Client) -> None:
    """Load, post, follow, share; nothing if it was all done before."""
    preferences = client.get("/me")["preferences"]
    if preferences.get("demo") == "done":
        return
    sample = load()
    loaded = load_sample(client, sample)
    universes = {one.key: _universe(client, one.key, sample) for one in sample.universes}
    questions = {key: _question(client, key) for key in QUESTIONS}
    feature_set = _made(
        client, "feature-sets", name="Prices, volume, macro, reports, news", members=[*DEMO_FEATURES]
    )
    model = _made(client, "models", name="Weekly ranker", description="Ranks 30 names by five-day returns.")
    jobs = chain(loaded, universes, questions, feature_set, model)
    posted = client.jobs.post_chain(jobs, question=questions["large_caps"]["id"], key="demo-chain")
    ended = client.jobs.follow([*loaded.values(), *posted["keys"].values()], on_change=say)
    version = ended[posted["keys"]["train"]]["outputs"]["model_version"]
    reason = "The demo's first version, to have something to score; its skill is unproven."
    client.put(f"/models/{model['id']}/aliases/challenger", {"version": version, "reason": reason})
    owned = [*universes.values(), *questions.values(), feature_set, model]
    results = [
        ended[job]["outputs"].get(one) for job in posted["keys"].values() for one in ("backtest", "sweep")
    ]
    datasets = [one["id"] for one in client.pages("/datasets")]
    for object_id in [*datasets, *(one["id"] for one in owned), *filter(None, results)]:
        _share(client, object_id)
    client.patch("/me", {"preferences": {**preferences, "demo": "done"}})


def load_sample(client: Client, sample: Sample) -> dict[str, str]:
    """Register the instruments and upload every dataset; give the job that loads each."""
    client.put("/instruments", sample.instruments)
    jobs = {}
    for one in sorted(sample.datasets, key=lambda dataset: not dataset.essential):
        dataset = client.post("/datasets", one.declare, key=f"demo-dataset-{one.key}")
        job = client.upload(
            f"/datasets/{dataset['id']}/uploads",
            one.content(),
            name=one.file,
            options=one.options,
            key=f"demo-upload-{one.key}",
        )
        jobs[one.key] = job["id"]
    return jobs


def chain(
    loaded: Mapping[str, str],
    universes: Mapping[str, Record],
    questions: Mapping[str, Record],
    feature_set: Record,
    model: Record,
) -> list[Record]:
    """The jobs behind the uploads, each reading what others will have made."""

    def version(key: str) -> Record:
        return {"job": loaded[key], "output": "dataset_version"}

    def backtest(key: str, name: str, strategy: Record, **more: Any) -> Record:
        given = {
            "name": name,
            "strategy_name": name,
            "universe_version": universes["large_caps"]["latest"]["id"],
            "bars": version("bars"),
            "sectors": version("sectors"),
            "strategy": strategy,
            "settings": COSTS,
        }
        return {"key": key, "kind": "backtests.run", "name": name, "input": given | more}

    momentum = {
        "kind": "ranked",
        "score": "delay(close, 21) / delay(close, 252) - 1",
        "top": 6,
        "rebalance": "monthly",
    }
    reversal = {
        "kind": "ranked",
        "score": "-(close / delay(close, 5) - 1)",
        "top": 6,
        "bottom": 6,
        "rebalance": "weekly",
    }
    means = {"kind": "rule", "entries": "ts_mean(close, $fast) > ts_mean(close, $slow)", "weight": 1.0}
    trend = {"kind": "rule", "entries": "close > ts_mean(close, 200)", "weight": 1.0}
    return [
        {
            "key": "features",
            "kind": "features.compute",
            "name": f"Compute {len(DEMO_FEATURES)} features",
            "input": {
                "feature_set": feature_set["latest"]["id"],
                "universe": universes["large_caps"]["latest"]["id"],
                "bars": version("bars"),
                "context": [version(key) for key in CONTEXT],
            },
        },
        {
            "key": "train",
            "kind": "models.train",
            "name": "Train the ranker, eight seeds",
            "input": {
                "model": model["id"],
                "features": {"job": "features", "output": "feature_values"},
                # Every fifth bar is a training row, so that labels of five bars do not overlap.
                "spec": {"validation": {"stride": 5}, "parameters": {"min_data_in_leaf": 50}},
            },
        },
        backtest("momentum", "12-1 momentum, top 6, monthly", momentum),
        backtest(
            "ranker",
            "Ranker, top 6, weekly",
            {"kind": "ranked", "score": None, "top": 6, "rebalance": "weekly"},
            model_version={"job": "train", "output": "model_version"},
        ),
        backtest("reversal", "Five-day reversal, 6 long and 6 short, weekly", reversal),
        backtest(
            "trend",
            "SPY above its 200-day mean",
            trend,
            universe_version=universes["spy"]["latest"]["id"],
            bars=version("bars_raw"),
            actions=version("actions_raw"),
            question=questions["spy"]["id"],
        ),
        {
            "key": "sweep",
            "kind": "sweeps.run",
            "name": SWEEP,
            "input": {
                "name": SWEEP,
                "question": questions["means"]["id"],
                "universe_version": universes["spy"]["latest"]["id"],
                "bars": version("bars_raw"),
                "actions": version("actions_raw"),
                "sweep": {"template": means, "parameters": MEANS, "where": "fast < slow"},
                "settings": COSTS | {"benchmark": None},
            },
        },
    ]


def say(job: Record) -> None:
    """One line for each job that ended."""
    if job["state"] in ("done", "failed", "cancelled"):
        print(f"{job['name']}: {job['state']} in {job['duration_s'] or 0:.1f} s", flush=True)


def _made(client: Client, noun: str, **body: Any) -> Record:
    made: Record = client.post(f"/{noun}", body, key=f"demo-{noun}")
    return made


def _universe(client: Client, key: str, sample: Sample) -> Record:
    one = next(universe for universe in sample.universes if universe.key == key)
    spec = {"instruments": one.instruments}
    body = {"name": one.name, "description": one.description, "spec": spec}
    made: Record = client.post("/universes", body, key=f"demo-universe-{key}")
    return made


def _question(client: Client, key: str) -> Record:
    name, description = QUESTIONS[key]
    body = {"name": name, "description": description}
    made: Record = client.post("/questions", body, key=f"demo-question-{key}")
    return made


def _share(client: Client, object_id: str) -> None:
    """Let everybody of the installation read and use it."""
    client.post(f"/objects/{object_id}/grants", {"level": "run"}, key=f"demo-share-{object_id}")


if __name__ == "__main__":
    sys.exit(main())
