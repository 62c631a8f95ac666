"""The API's settings are core's, field by field, so that nothing the engine can do is out of reach."""

from __future__ import annotations

from dataclasses import fields
from typing import get_args

import pytest

from kuznia.core.backtest.settings import Settings
from kuznia.domains.backtests.settings import OUTSIDE, BacktestSettings, Group

SENSIBLE = {"commission_bps": 5.0}
"""Defaults of a person's idea that differ from the library's: nobody trades for nothing."""


def test_the_names_are_cores() -> None:
    assert set(BacktestSettings.model_fields) - set(OUTSIDE) == {field.name for field in fields(Settings)}


def test_the_defaults_are_cores() -> None:
    told = Settings.from_spec(BacktestSettings().account())
    assert told == Settings(**SENSIBLE)


@pytest.mark.parametrize("name", sorted(BacktestSettings.model_fields))
def test_each_says_what_it_is_and_where_the_form_shows_it(name: str) -> None:
    schema = BacktestSettings.model_json_schema()["properties"][name]
    assert schema["description"]
    assert schema["x-group"] in get_args(Group)
