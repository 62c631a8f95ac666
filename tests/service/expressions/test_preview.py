"""Previews over the API: right values, bounded work, nobody else's data, and other requests unharmed."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import numpy as np
import polars as pl
import pytest
from sqlalchemy import text

from kuznia.db.session import WriteSession
from kuznia.domains.expressions import previews
from kuznia.domains.expressions.preview_values import thinned
from kuznia.rest.allowance import Allowance
from tests.service.expressions.conftest import BARS, World
from tests.support.bench import listed_universe, loaded_dataset, random_bars
from tests.support.ideas import NAMES


def summed(parts: Sequence[str]) -> str:
    """A sum as a flat tree: nested parentheses have a limit."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return f"({summed(parts[:half])} + {summed(parts[half:])})"


SLOW = summed([f"ts_median(close * {n}, 399)" for n in range(2, 200)])
MEAN = "ts_mean(close, 20) / close - 1"


def preview(client: httpx.Client, expression: str, **more: Any) -> Any:
    answer = client.post("/expressions/preview", json={"expression": expression, **more}, timeout=60.0)
    assert answer.status_code == 200, answer.text
    return answer.json()


def by_hand(frame: pl.DataFrame) -> pl.DataFrame:
    """What ``MEAN`` is, by Polars."""
    mean = pl.col("close").rolling_mean(20).over("instrument")
    return frame.sort("instrument", "ts").with_columns((mean / pl.col("close") - 1).alias("value"))


def test_values_are_those_of_the_data(user: httpx.Client, world: World) -> None:
    got = preview(user, MEAN, span=100, instruments=[NAMES[2], "XNYS:NOBODY", NAMES[5]])
    assert got["check"]["lookback"] == 19 and got["data"]["bars"]["id"] == str(world.bars)
    values, expected = got["values"], by_hand(world.frame)
    assert [line["instrument"] for line in values["lines"]] == [NAMES[2], NAMES[5]]
    for line in values["lines"]:
        own = expected.filter(pl.col("instrument") == line["instrument"])["value"].tail(100)
        np.testing.assert_allclose(line["value"], own.to_numpy(), rtol=1e-9)
    last = expected.filter(pl.col("ts") == pl.col("ts").max())["value"].to_numpy()
    across = values["cross_section"]
    assert (across["known"], across["present"], sum(b["count"] for b in across["bins"])) == (8, 8, 8)
    assert across["bins"][0]["low"] == pytest.approx(last.min())
    assert across["bins"][-1]["high"] == pytest.approx(last.max())
    place = across["places"][0]
    assert place["rank"] == pytest.approx((last <= place["value"]).mean())
    shown = expected.group_by("instrument").tail(100)["value"].to_numpy()
    facts = values["facts"]
    assert facts["mean"] == pytest.approx(shown.mean()) and facts["sd"] == pytest.approx(shown.std(ddof=1))
    assert facts["unknown"] == 0.0 and values["coverage"]["overall"] == 1.0
    assert (values["instruments"], values["bars"]) == (8, 100)
    assert values["work"] == 8 * 119 * got["check"]["cost"]


def test_the_look_back_before_all_data_is_not_known(user: httpx.Client, world: World) -> None:
    values = preview(user, MEAN, span=5_000, instruments=[NAMES[0]])["values"]
    assert values["bars"] == BARS
    assert values["lines"][0]["value"][:19] == [None] * 19 and values["lines"][0]["value"][19] is not None
    assert values["facts"]["unknown"] == pytest.approx(19 / BARS)
    assert values["coverage"]["overall"] == pytest.approx(1 - 19 / BARS)


def test_the_cross_section_of_a_day_is_that_of_the_last_session_before_it(
    user: httpx.Client, world: World
) -> None:
    got = preview(user, "close", span=300, at="2021-01-03", instruments=[NAMES[1]])["values"]
    friday = world.frame.filter(pl.col("session") == date(2021, 1, 1), pl.col("instrument") == NAMES[1])
    assert got["cross_section"]["session"] == "2021-01-01"
    assert got["cross_section"]["places"][0]["value"] == friday["close"][0]
    assert preview(user, "close", at="1999-01-01")["values"]["cross_section"] is None


def test_groups_series_and_own_features_are_found(user: httpx.Client, world: World) -> None:
    made = user.post("/features", json={"name": "trend", "expression": MEAN, "description": "Mine"})
    assert made.status_code == 201
    names = {one["name"]: one for one in user.get("/expressions/names").json()}
    assert names["macro.VIX"]["kind"] == "series" and names["sector"]["kind"] == "group"
    assert names["trend"] | {"kind": "feature", "detail": MEAN, "description": "Mine"} == names["trend"]
    assert names["returns"]["detail"] == "ts_returns(close, 1)"
    got = preview(user, "group_neutralize(trend, sector) * macro.VIX")
    assert [one["name"] for one in got["data"]["context"]] == ["series", "classification"]
    assert got["values"]["facts"]["mean"] == pytest.approx(0.0, abs=1e-12)


def test_a_wrong_expression_says_where_and_a_lag_ahead_is_refused(user: httpx.Client, world: World) -> None:
    got = preview(user, "close + ts_men(close, 5)")
    assert got["values"] is None
    error = got["check"]["errors"][0]
    assert (error["position"], error["suggestion"]) == (8, "Did you mean ts_mean?")
    assert not preview(user, "Ref(close, -1)")["check"]["ok"]
    assert not preview(user, "macro.cpi")["check"]["ok"]


def test_what_is_not_shared_does_not_exist(other: httpx.Client, viewer: httpx.Client, world: World) -> None:
    for wanted in ({"universe": str(world.universe)}, {"universe": str(UUID(int=0))}):
        answer = other.post("/expressions/preview", json={"expression": "close", **wanted})
        assert (answer.status_code, answer.json()["code"]) == (404, "universe_missing")
    answer = other.post("/expressions/preview", json={"expression": "close"})
    assert (answer.status_code, answer.json()["code"]) == (422, "nothing_to_preview")
    names = {one["name"] for one in viewer.get("/expressions/names").json()}
    assert "macro.VIX" not in names and "close" in names


def test_a_named_dataset_of_another_is_not_read(
    user: httpx.Client, other: httpx.Client, world: World
) -> None:
    grants = f"/objects/{world.universe}/grants"
    granted = user.post(grants, json={"level": "read"})
    assert granted.status_code == 201
    for key in ("bars", "context"):
        wanted = {"expression": "close", key: [str(world.series)] if key == "context" else str(world.bars)}
        answer = other.post("/expressions/preview", json=wanted)
        assert answer.status_code in (404, 422)
        assert answer.json()["code"] in ("dataset_missing", "nothing_to_preview")
    assert user.delete(f"{grants}/{granted.json()['id']}").status_code == 204


def test_costs_have_a_limit_that_is_named(user: httpx.Client, world: World) -> None:
    dear = summed([f"ts_kurtosis(close * {n}, 4000)" for n in range(2, 40)])
    answer = user.post("/expressions/preview", json={"expression": dear, "span": 5_000}, timeout=60.0)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "preview_too_costly"), problem
    assert "a preview may take 2,000,000,000" in problem["detail"]


def test_no_session_is_held_while_it_computes_and_others_are_answered(
    user: httpx.Client, admin: httpx.Client, world: World
) -> None:
    line = world.app.state.previews
    done: list[int] = []

    def ask() -> None:
        answer = user.post("/expressions/preview", json={"expression": "open * 7"}, timeout=60.0)
        done.append(answer.status_code)

    asking = threading.Thread(target=ask)
    with line._turn:  # as if another preview took its time
        asking.start()
        while not line._newest:
            time.sleep(0.01)
        assert admin.get("/me").status_code == 200
        with world.engine.connect() as connection:
            held = connection.scalar(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND application_name = 'kuznia api' AND xact_start IS NOT NULL"
                )
            )
    asking.join()
    assert (done, held) == ([200], 0)


def test_what_takes_too_long_is_killed_and_the_next_one_works(
    user: httpx.Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview(user, "close")
    monkeypatch.setattr(previews, "SECONDS", 0.05)
    answer = user.post("/expressions/preview", json={"expression": SLOW}, timeout=60.0)
    assert (answer.status_code, answer.json()["code"]) == (422, "preview_stopped"), answer.text
    monkeypatch.undo()
    assert preview(user, "close")["values"]["instruments"] == 8


def test_memory_has_a_limit(user: httpx.Client, world: World) -> None:
    # Three thousand parts that are all needed to the end; each holds a copy of the panel.
    parts = summed([f"ts_delay(close, {n})" for n in range(1, 300)])
    assert preview(user, parts, span=400)["values"]["instruments"] == 8
    process = world.app.state.previews._process._process.pid
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines() if ":" in line
    )
    limits = Path(f"/proc/{process}/limits").read_text()
    line = next(one for one in limits.splitlines() if one.startswith("Max data size"))
    assert int(line.split()[3]) < int(status["VmData"].split()[0]) * 1024 + 2 * 1024**3


def test_what_needs_more_memory_than_there_is_is_refused_and_the_next_one_works(
    admin: httpx.Client, world: World
) -> None:
    names = [f"XNYS:M{n}" for n in range(200)]
    owner = UUID(admin.get("/me").json()["id"])
    with WriteSession(world.engine) as session:
        bars, _ = loaded_dataset(
            session, world.app.state.store, owner, random_bars(names, 1_000), name="Many"
        )
        universe, _ = listed_universe(session, owner, names, biased=True)
        session.commit()
    on = {"bars": str(bars), "universe": str(universe), "span": 900}
    preview(admin, "ts_mean(close, 39)", **on)  # reads the panel
    process = world.app.state.previews._process._process.pid
    status = Path(f"/proc/{process}/status").read_text()
    held = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmData"))
    before = resource.prlimit(process, resource.RLIMIT_DATA)
    resource.prlimit(process, resource.RLIMIT_DATA, (held, before[1]))
    dear = summed([f"ts_mean(close * {n}, {n})" for n in range(2, 40)])
    answer = admin.post("/expressions/preview", json={"expression": dear, **on}, timeout=60.0)
    resource.prlimit(process, resource.RLIMIT_DATA, before)
    assert answer.status_code == 422, answer.text
    assert "more memory than a preview may" in answer.json()["detail"]
    assert preview(admin, dear, **on)["values"]["instruments"] == 200
    assert world.app.state.previews._process._process.pid == process


def test_a_person_has_an_allowance(user: httpx.Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.app.state.previews, "_allowance", Allowance(3))
    codes = [
        user.post("/expressions/preview", json={"expression": f"close * {n}"}).status_code for n in range(5)
    ]
    assert codes[0] == 200 and codes[-1] == 429


def test_the_process_ends_with_the_server(tmp_path: Path) -> None:
    made = previews.Previews(tmp_path, Allowance(10))
    made.warm()
    while made._process is None:
        time.sleep(0.01)
    process = made._process._process.pid
    made.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_the_newest_of_a_person_replaces_what_waits(user: httpx.Client, world: World) -> None:
    line = world.app.state.previews
    answers: dict[str, httpx.Response] = {}

    def ask(expression: str) -> None:
        body = {"expression": expression}
        answers[expression] = user.post("/expressions/preview", json=body, timeout=60.0)

    threads = []
    with line._turn:
        for expression in ("open * 3", "high * 3"):
            before = dict(line._newest)
            threads.append(threading.Thread(target=ask, args=(expression,)))
            threads[-1].start()
            while line._newest == before:
                time.sleep(0.01)
    for one in threads:
        one.join()
    assert answers["high * 3"].status_code == 200
    old = answers["open * 3"]
    assert (old.status_code, old.json()["code"]) == (409, "preview_replaced")


def test_the_api_loads_no_kernels() -> None:

    code = "import sys, kuznia.api.app; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_thin_line_keeps_every_peak() -> None:
    values = np.sin(np.arange(5_000) / 40.0)
    values[1234], values[3210] = 50.0, -50.0
    kept = thinned(values, 600)
    assert len(kept) <= 602 and {0, 1234, 3210, 4_999} <= set(kept.tolist())
    assert (np.diff(kept) > 0).all()
