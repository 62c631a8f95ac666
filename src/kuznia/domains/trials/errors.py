"""What can be wrong with questions and their trials."""

from kuznia.errors import Conflict, NotFound


class QuestionMissing(NotFound):
    code, title = "question_missing", "There is no such question"


class QuestionNameTaken(Conflict):
    code, title = "question_name_taken", "You have a question of this name"
