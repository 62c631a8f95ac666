"""What this slice refuses."""

from __future__ import annotations

from kuznia.errors import Conflict, Invalid, NotFound, Unavailable


class DatasetMissing(NotFound):
    code, title = "dataset_missing", "There is no such dataset, or it is not shared with you"


class VersionMissing(NotFound):
    code, title = "dataset_version_missing", "There is no such dataset version, or it is not shared with you"


class DatasetEmpty(NotFound):
    code, title = "dataset_empty", "The dataset has no version yet"


class EntityMissing(NotFound):
    code, title = "entity_missing", "The dataset has nothing under this name"


class NameTaken(Conflict):
    code, title = "dataset_name_taken", "You have a dataset of this name"


class DatasetMoved(Unavailable):
    """May pass: the job is tried again on the newer version."""

    code, title = "dataset_moved", "Another job added a version meanwhile"


class FileRefused(Invalid):
    code, title = "file_refused", "The file cannot be used as a whole"


class UnusableDataset(Invalid):
    code, title = "unusable_dataset", "The dataset cannot be declared like this"


class NotReleasable(Invalid):
    code, title = "not_releasable", "These rows cannot leave quarantine"


class InstrumentClash(Conflict):
    code, title = "instrument_clash", "The key belongs to another instrument"


class WrongKind(Invalid):
    code, title = "wrong_kind", "The dataset is of another kind"


class BadOptions(Invalid):
    code, title = "bad_upload_options", "The options of the upload cannot be used"
