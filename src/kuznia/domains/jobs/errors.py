"""What can be wrong when people ask about jobs."""

from kuznia.errors import NotFound, TooMany


class JobNotFound(NotFound):
    code, title = "job_not_found", "There is no such job, or it is not shared with you"


class QuestionNotFound(NotFound):
    code, title = "job_question_not_found", "There is no such question, or it is not shared with you"


class TooManyJobs(TooMany):
    code, title = "too_many_jobs", "You have too many unfinished jobs"
