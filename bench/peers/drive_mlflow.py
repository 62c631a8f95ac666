"""MLflow's model registry as a library: its client on PostgreSQL, without its server in between."""

import os
import time
from functools import cache

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["DO_NOT_TRACK"] = "true"

import mlflow
from mlflow.tracking import MlflowClient
from protocol import serve

NAME, ALIAS = "ranker", "champion"


@cache
def client(url, versions):
    """A client on a registry that holds one model with so many versions, the last one under an alias."""
    made = MlflowClient(tracking_uri=url, registry_uri=url)
    made.create_registered_model(NAME)
    for _ in range(versions):
        create(made)
    made.set_registered_model_alias(NAME, ALIAS, str(versions))
    return made


def create(on):
    return on.create_model_version(NAME, source="s3://models/ranker", tags={"rank_ic": "0.05"})


def by_alias(on):
    return on.get_model_version_by_alias(NAME, ALIAS)


def listed(on):
    found = on.search_model_versions(f"name='{NAME}'", max_results=100)
    assert len(found) == 100
    return found


def measured(task):
    def prepare(arrays, options):  # noqa: ARG001 - what is asked for is in the options
        on = client(options["url"], options["versions"])

        def work():
            taken = []
            for _ in range(options["times"]):
                started = time.perf_counter()
                task(on)
                taken.append(time.perf_counter() - started)
            return {"shortest": min(taken)}, dict

        return work

    return prepare


serve(
    mlflow.__version__,
    {"create": measured(create), "by_alias": measured(by_alias), "list": measured(listed)},
)
