"""All tables in one metadata, because relations cross the slices."""

from kuznia.db.tables.base import Base
from kuznia.db.tables.data import (
    Dataset,
    DatasetVersion,
    File,
    Finding,
    Instrument,
    InstrumentSymbol,
    Quarantine,
    VersionFile,
)
from kuznia.db.tables.jobs import Job, JobInput, JobLog, Schedule
from kuznia.db.tables.models import Alias, AliasEvent, Model, ModelVersion
from kuznia.db.tables.people import Account, ApiToken, Audit, Grant, IdempotencyKey, Object, RefreshToken
from kuznia.db.tables.research import (
    Feature,
    FeatureSet,
    FeatureSetMember,
    FeatureSetVersion,
    FeatureVersion,
    Strategy,
    StrategyVersion,
    Universe,
    UniverseVersion,
)
from kuznia.db.tables.results import Backtest, HoldoutLook, Question, Sweep, Trade, Trial
from kuznia.db.tables.runs import Run, RunFile, RunInput

IMMUTABLE = (
    AliasEvent,
    Audit,
    Backtest,
    DatasetVersion,
    FeatureSetMember,
    FeatureSetVersion,
    FeatureVersion,
    Finding,
    HoldoutLook,
    ModelVersion,
    Run,
    RunFile,
    RunInput,
    StrategyVersion,
    Sweep,
    Trade,
    Trial,
    UniverseVersion,
    VersionFile,
)
"""Rows of these are written once: a trigger refuses UPDATE and DELETE."""

__all__ = [
    "IMMUTABLE",
    "Account",
    "Alias",
    "AliasEvent",
    "ApiToken",
    "Audit",
    "Backtest",
    "Base",
    "Dataset",
    "DatasetVersion",
    "Feature",
    "FeatureSet",
    "FeatureSetMember",
    "FeatureSetVersion",
    "FeatureVersion",
    "File",
    "Finding",
    "Grant",
    "HoldoutLook",
    "IdempotencyKey",
    "Instrument",
    "InstrumentSymbol",
    "Job",
    "JobInput",
    "JobLog",
    "Model",
    "ModelVersion",
    "Object",
    "Quarantine",
    "Question",
    "RefreshToken",
    "Run",
    "RunFile",
    "RunInput",
    "Schedule",
    "Strategy",
    "StrategyVersion",
    "Sweep",
    "Trade",
    "Trial",
    "Universe",
    "UniverseVersion",
    "VersionFile",
]
