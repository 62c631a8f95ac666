"""MLflow's model registry as a library: its client on PostgreSQL, without its server in between."""

import os
import time
from functools import cache

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["DO_NOT_TRACK"] = "true"

import mlflow
from mlflow.entities import Dataset, DatasetInput, Metric, Param
from mlflow.tracking import MlflowClient
from protocol import serve

NAME, ALIAS = "ranker", "champion"
WITH_RUNS = "ranker with runs"


@cache
def client(url, versions):
    """A client on a registry that holds one model with so many versions, the last one under an alias."""
    made = MlflowClient(tracking_uri=url, registry_uri=url)
    made.create_registered_model(NAME)
    for _ in range(versions):
        create(made, None)
    made.set_registered_model_alias(NAME, ALIAS, str(versions))
    return made


@cache
def recording_client(url, versions):
    """The same client, with a second model: what is recorded there makes the first one's list no longer."""
    made = client(url, versions)
    made.create_registered_model(WITH_RUNS)
    return made


def create(on, _):
    return on.create_model_version(NAME, source="s3://models/ranker", tags={"rank_ic": "0.05"})


def record(on, given):
    """A run with its parameters, results and inputs, ended, and the version that it made."""
    started = int(time.time() * 1000)
    run = on.create_run("0", start_time=started, tags=given["tags"]).info.run_id
    params = [Param(name, value) for name, value in given["parameters"].items()]
    metrics = [Metric(name, value, started, 0) for name, value in given["metrics"].items()]
    on.log_batch(run, metrics, params)
    read = [Dataset(role, digest, "kuznia", digest) for role, digest in given["inputs"].items()]
    on.log_inputs(run, [DatasetInput(one) for one in read])
    on.set_terminated(run)
    return on.create_model_version(WITH_RUNS, source="s3://models/ranker", run_id=run, tags=given["files"])


def by_alias(on, _):
    return on.get_model_version_by_alias(NAME, ALIAS)


def listed(on, _):
    found = on.search_model_versions(f"name='{NAME}'", max_results=100)
    assert len(found) == 100
    return found


def measured(task, connect=client):
    def prepare(arrays, options):  # noqa: ARG001 - what is asked for is in the options
        on = connect(options["url"], options["versions"])

        def work():
            taken = []
            for _ in range(options["times"]):
                started = time.perf_counter()
                task(on, options["record"])
                taken.append(time.perf_counter() - started)
            return {"shortest": min(taken)}, dict

        return work

    return prepare


serve(
    mlflow.__version__,
    {
        "record": measured(record, recording_client),
        "create": measured(create),
        "by_alias": measured(by_alias),
        "list": measured(listed),
    },
)
