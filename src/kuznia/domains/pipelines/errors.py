"""What can be wrong with automated pipelines."""

from kuznia.errors import Conflict, Invalid, NotFound


class PipelineMissing(NotFound):
    code, title = "pipeline_missing", "There is no such pipeline, or it is not shared with you"


class PipelineNotItsJob(Invalid):
    code, title = "pipeline_not_its_job", "The job is not the one that this pipeline was made with"


class PipelineUnfinished(Conflict):
    code, title = "pipeline_unfinished", "The pipeline still runs"


class NoLeaderBoard(Conflict):
    code, title = "no_leader_board", "The pipeline has no leader board"
