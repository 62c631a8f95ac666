"""What can be wrong with strategies."""

from kuznia.errors import Conflict, Invalid, NotFound


class StrategyMissing(NotFound):
    code, title = "strategy_missing", "There is no such strategy"


class StrategyNameTaken(Conflict):
    code, title = "strategy_name_taken", "You have a strategy of this name"


class UnusableStrategy(Invalid):
    code, title = "unusable_strategy", "The strategy cannot be used as it is"
