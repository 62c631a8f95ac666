"""What can be wrong with monitors."""

from __future__ import annotations

from kuznia.errors import Conflict, Invalid, NotFound


class MonitorMissing(NotFound):
    code, title = "monitor_missing", "This alias of the model is not watched"


class AlertMissing(NotFound):
    code, title = "alert_missing", "There is no such alert"


class ReportMissing(NotFound):
    code, title = "drift_report_missing", "There is no such drift report"


class ProposalMissing(NotFound):
    code, title = "proposal_missing", "There is no such proposal"


class ProposalDecided(Conflict):
    code, title = "proposal_decided", "The proposal was decided, or the alias moved on"


class NothingNew(Conflict):
    code, title = "nothing_new", "There is nothing newer to train on"


class RetrainingRuns(Conflict):
    code, title = "retraining_runs", "A retraining of this alias is under way"


class NotRetrained(Invalid):
    code, title = "not_retrained", "The version cannot be trained anew by itself"


class NothingToCheck(Invalid):
    code, title = "nothing_to_check", "The version has nothing to be compared with"
