"""Files loaded over the API: versions, what is kept out, what is refused, and nothing half-written."""

from __future__ import annotations

from uuid import UUID

import httpx
import pytest
from sqlalchemy import Engine, func, select

from kuznia.db.session import ReadSession, WriteSession
from kuznia.db.tables import Audit, DatasetVersion, Finding, Job, Quarantine, Run, RunInput, VersionFile
from kuznia.domains.datasets import outcomes, repository, service
from kuznia.queue.errors import FenceLost
from kuznia.store import Store
from kuznia.worker.execution import Executor
from tests.service.datasets.conftest import Loader
from tests.support.workers import run_all

HEAD = "symbol,date,open,high,low,close,volume\n"


def line(day: str, close: float = 10.0, symbol: str = "A") -> str:
    return f"{symbol},{day},{close},{close + 1},{close - 1},{close},100\n"


def days(first: int, last: int, symbol: str = "A", start: float = 10.0) -> str:
    """Bars of January 2024; weekends and holidays are left out."""
    closed = {1, 6, 7, 13, 14, 15, 20, 21, 27, 28}
    return "".join(
        line(f"2024-01-{day:02d}", start + day / 10, symbol)
        for day in range(first, last + 1)
        if day not in closed
    )


def counts(engine: Engine) -> dict[str, int]:
    tables = (DatasetVersion, VersionFile, Finding, Quarantine, Run, RunInput)
    with ReadSession(engine) as session:
        return {
            table.__tablename__: session.scalars(select(func.count()).select_from(table)).one()
            for table in tables
        }


def test_a_file_becomes_a_version_with_its_provenance(loader: Loader, engine: Engine, store: Store) -> None:
    dataset = loader.dataset()
    job = loader.upload(dataset, HEAD + days(2, 31))
    assert job["state"] == "done"
    found = loader.get(f"/datasets/{dataset}")
    latest = found["latest"]
    assert latest["id"] == job["outputs"]["dataset_version"]
    assert (latest["seq"], latest["rows"], latest["quality"]["added"]) == (1, 21, 21)
    assert latest["first_ts"] == "2024-01-02T21:00:00Z"
    with ReadSession(engine) as session:
        run = session.get_one(Run, UUID(latest["run_id"]))
        assert run.result_digest == latest["digest"]
        pins = session.scalars(select(RunInput).where(RunInput.run_id == run.id)).all()
        assert [pin.role for pin in pins] == ["upload"]
        actions = session.scalars(select(Audit.action).order_by(Audit.n)).all()
        assert list(actions) == ["dataset.create", "dataset.upload", "datasets.ingest.done"]
    detail = loader.get(f"/datasets/{dataset}/versions/{latest['id']}")
    assert [file["part"] for file in detail["files"]] == ["2024"]
    frame = store.frame(detail["files"][0]["digest"])
    assert frame["instrument"].unique().to_list() == ["XNYS:A"]
    assert frame["available_at"].null_count() == 0


def test_the_next_file_makes_the_next_version_and_keeps_what_did_not_change(loader: Loader) -> None:
    dataset = loader.dataset()
    loader.upload(dataset, HEAD + line("2023-12-28") + line("2023-12-29"))
    job = loader.upload(dataset, HEAD + line("2023-12-29") + days(2, 12))
    latest = loader.get(f"/datasets/{dataset}")["latest"]
    assert (latest["seq"], latest["rows"]) == (2, 11)
    assert (latest["quality"]["added"], latest["quality"]["repeated"]) == (9, 1)
    versions = loader.get(f"/datasets/{dataset}/versions")["items"]
    assert versions[0]["parent_id"] == versions[1]["id"]
    files = [
        {
            file["part"]: file["digest"]
            for file in loader.get(f"/datasets/{dataset}/versions/{one['id']}")["files"]
        }
        for one in versions
    ]
    assert files[0]["2023"] == files[1]["2023"]
    again = loader.upload(dataset, HEAD + days(2, 12))
    assert again["outputs"] == job["outputs"]


def test_order_and_split_of_files_do_not_change_the_digest(loader: Loader) -> None:
    whole, parts = loader.dataset(), loader.dataset(name="In parts")
    loader.upload(whole, HEAD + days(2, 31))
    loader.upload(parts, HEAD + days(17, 31))
    loader.upload(parts, HEAD + days(2, 16))
    digests = [loader.get(f"/datasets/{one}")["latest"]["digest"] for one in (whole, parts)]
    assert digests[0] == digests[1]
    assert loader.findings(parts) == []


DEFECTS = [
    ("A,2024-01-17,,13,11,12,100", "null", "open is missing"),
    ("A,2024-01-17,12,13,11,0,100", "non_positive", "close is 0.0"),
    ("A,2024-01-17,12,11,13,12,100", "ohlc", "high 11.0 is below low 13.0"),
    ("A,2024-01-17,12,13,11,twelve,100", "unreadable", "column 'close': 'twelve' is no number"),
    ("A,2024-01-20,12,13,11,12,100", "off_calendar", "2024-01-20 is in no session of XNYS"),
    ("A,2024-01-17,5.8,5.9,5.7,5.8,100", "split_undone", "2 for 1"),
    ("A,2024-01-17,12000,12100,11900,12000,100", "unit_change", "1000 times"),
    ("A,2024-01-17,12,13", "torn_line", "more or fewer cells than the header"),
    ("A,2027-01-19,12,13,11,12,100", "future", "it is dated 2027-01-19"),
]


@pytest.mark.parametrize(("defect", "check", "words"), DEFECTS, ids=[check for _, check, _ in DEFECTS])
def test_a_defect_is_kept_out_with_row_reason_and_remedy_and_the_good_rows_are_there(
    loader: Loader, defect: str, check: str, words: str
) -> None:
    dataset = loader.dataset()
    job = loader.upload(dataset, HEAD + days(2, 16) + defect + "\n" + days(18, 31))
    assert job["state"] == "done", job["error"]
    assert loader.get(f"/datasets/{dataset}")["latest"]["rows"] == 20
    (row,) = loader.quarantine(dataset)
    assert (row["line"], row["check"]) == (12, check)
    assert words in row["reason"]
    assert row["remedy"]


def test_quality_of_spans_is_told_as_findings(loader: Loader) -> None:
    dataset = loader.dataset()
    loader.upload(dataset, HEAD + days(2, 9) + days(17, 31, start=3.75))
    found = {one["check"]: one for one in loader.findings(dataset)}
    assert set(found) == {"gap", "split_like"}
    assert found["gap"]["rows"] == 4
    assert found["gap"]["instrument"] == "XNYS:A"
    assert loader.findings(dataset, severity="info") == []


@pytest.mark.parametrize(
    ("content", "check"),
    [
        ("", "empty_file"),
        (HEAD, "empty_file"),
        ("when,price\nnow,1\n", "missing_column"),
        (HEAD + "A,2024-01-02,,,,,\nA,2024-01-03,,,,,\n", "null"),
        (HEAD + days(2, 12) + days(16, 31, start=1000.0), "unit_change"),
    ],
)
def test_a_file_wrong_as_a_whole_is_refused_and_leaves_nothing(
    loader: Loader, engine: Engine, content: str, check: str
) -> None:
    dataset = loader.dataset()
    before = counts(engine)
    job = loader.upload(dataset, content)
    assert job["state"] == "failed"
    assert (job["error"]["code"], job["error"]["check"]) == ("file_refused", check)
    assert job["error"]["errors"][0]["detail"]
    assert counts(engine) == before
    assert loader.get(f"/datasets/{dataset}")["latest"] is None


def test_one_share_under_another_name_is_refused(loader: Loader) -> None:
    dataset = loader.dataset()
    wave = [10 + (7 * n % 11) / 10 for n in range(60)]
    months = [f"2024-{3 + n // 20:02d}-{1 + n % 20:02d}" for n in range(60)]
    trading = [pair for pair in zip(months, wave, strict=True) if pair[0] != "2024-03-29"]

    def file(symbol: str) -> str:
        return HEAD + "".join(line(day, close, symbol) for day, close in trading)

    loader.upload(dataset, file("A"))
    job = loader.upload(dataset, file("AMD"))
    assert job["error"]["check"] == "same_series"
    assert "XNYS:A in the dataset" in job["error"]["detail"]
    coverage = loader.get(f"/datasets/{dataset}/coverage")
    assert [item["entity"] for item in coverage["items"]] == ["XNYS:A"]


def test_rows_that_contradict_the_dataset_are_kept_out(loader: Loader) -> None:
    dataset = loader.dataset()
    loader.upload(dataset, HEAD + days(2, 31))
    job = loader.upload(dataset, HEAD + line("2024-01-31", 13.2) + line("2024-02-01", 13.2))
    assert job["state"] == "done"
    (row,) = loader.quarantine(dataset)
    assert (row["line"], row["check"]) == (2, "conflict")
    assert "later known time" in row["remedy"]


def test_a_released_row_makes_a_version_and_an_impossible_one_does_not(loader: Loader) -> None:
    dataset = loader.dataset()
    wrong = "A,2024-01-17,5.8,5.9,5.7,5.8,100\nA,2024-01-18,,1,1,1,1\n"
    loader.upload(dataset, HEAD + days(2, 16) + wrong + days(19, 31))
    rows = {row["check"]: row["n"] for row in loader.quarantine(dataset)}
    path = f"/datasets/{dataset}/quarantine/release"
    asked = loader.client.post(path, json={"rows": [rows["split_undone"]], "reason": "It was a flash crash."})
    assert loader.done(asked.json())["state"] == "done"
    latest = loader.get(f"/datasets/{dataset}")["latest"]
    assert (latest["seq"], latest["rows"]) == (2, 20)
    assert [row["check"] for row in loader.quarantine(dataset)] == ["null"]
    assert [row["released_in"] for row in loader.quarantine(dataset, released=True)] == [latest["id"]]
    asked = loader.client.post(path, json={"rows": [rows["null"]], "reason": "Please."})
    job = loader.done(asked.json())
    assert job["error"]["code"] == "not_releasable"
    again = loader.client.post(path, json={"rows": [rows["split_undone"]], "reason": "Twice."})
    assert (again.status_code, again.json()["code"]) == (422, "not_releasable")


def test_bars_are_summed_up_for_a_screen(loader: Loader) -> None:
    dataset = loader.dataset()
    loader.upload(dataset, HEAD + days(2, 31))
    whole = loader.get(f"/datasets/{dataset}/bars", instrument="XNYS:A")
    fewer = loader.get(f"/datasets/{dataset}/bars", instrument="XNYS:A", points=10)
    assert (whole["bars"], whole["bucket"], len(whole["ts"])) == (21, 1, 21)
    assert (fewer["bucket"], len(fewer["ts"])) == (3, 7)
    assert fewer["high"][0] == max(whole["high"][:3])
    assert fewer["volume"][0] == 300
    assert (fewer["open"][0], fewer["close"][-1]) == (whole["open"][0], whole["close"][-1])
    nothing = loader.client.get(f"/datasets/{dataset}/bars", params={"instrument": "XNYS:Z"})
    assert (nothing.status_code, nothing.json()["code"]) == (404, "entity_missing")


def test_other_slices_read_a_pinned_version(
    loader: Loader, session: WriteSession, store: Store, people: dict[str, UUID]
) -> None:
    dataset = loader.dataset()
    job = loader.upload(dataset, HEAD + days(2, 12) + days(2, 12, "B", 50.0))
    version = UUID(job["outputs"]["dataset_version"])
    pinned = service.pinned(session, version, people["user"])
    rows = service.read(store, pinned, entities=["XNYS:B"])
    assert rows["instrument"].unique().to_list() == ["XNYS:B"]
    assert rows["ts"].is_sorted()
    assert service.latest(session, UUID(dataset), people["admin"]) == pinned
    with pytest.raises(service.VersionMissing):
        service.pinned(session, version, people["other"])
    assert service.instruments(session, ["XNYS:B", "XNYS:Z"])["XNYS:B"].currency == "USD"


def test_a_transaction_that_fails_leaves_nothing(
    loader: Loader, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = loader.dataset()
    before = counts(engine)

    def broken(*_: object) -> None:
        raise RuntimeError("the last statement of the transaction fails")

    monkeypatch.setattr(outcomes, "audit", broken)
    job = loader.upload(dataset, HEAD + days(2, 31) + "A,2024-02-01,,1,1,1,1\n")
    assert job["state"] == "failed"
    assert counts(engine) == before
    assert loader.client.get("/instruments", params={"q": "XNYS:A"}).json()["items"] == []


def test_a_worker_that_dies_before_it_records_leaves_nothing_and_the_next_does_it_once(
    loader: Loader, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = loader.dataset()
    before = counts(engine)

    def dies(*_: object) -> None:
        raise FenceLost

    with monkeypatch.context() as patch:
        patch.setattr(repository, "lock", dies)
        posted = loader.client.post(
            f"/datasets/{dataset}/uploads",
            files={"file": ("f.csv", (HEAD + days(2, 31)).encode())},
            data={"options": '{"exchange": "XNYS"}'},
        ).json()
        run_all(loader.worker)
    assert counts(engine) == before
    with WriteSession(engine) as session:
        job = session.get_one(Job, UUID(posted["id"]))
        job.state, job.token = "queued", job.token + 1
        session.commit()
    assert loader.done(posted)["state"] == "done"
    assert counts(engine)["dataset_versions"] == 1


def test_two_files_at_once_make_a_line_of_versions(loader: Loader, engine: Engine, worker: Executor) -> None:
    dataset = loader.dataset()
    loader.upload(dataset, HEAD + line("2023-12-29"))
    first = worker.handlers["datasets.ingest"]
    meanwhile: list[str] = []

    def overtaken(loaded: object, resources: object) -> object:
        computed = first.compute(loaded, resources)  # type: ignore[arg-type]
        if not meanwhile:
            meanwhile.append("once")
            with WriteSession(engine) as session:
                newest = repository.newest(session, UUID(dataset))
                assert newest is not None
                values = {
                    column.key: getattr(newest, column.key)
                    for column in DatasetVersion.__table__.columns
                    if column.key not in ("id", "seq", "parent_id", "created_at")
                }
                files = repository.version_files(session, newest.id)
                version = DatasetVersion(**values, seq=2, parent_id=newest.id)
                session.add(version)
                session.flush()
                session.add_all(
                    VersionFile(
                        version_id=version.id, position=n, digest=one.digest, part=one.part, rows=one.rows
                    )
                    for n, one in enumerate(files)
                )
                session.commit()
        return computed

    handlers = dict(worker.handlers)
    handlers["datasets.ingest"] = type(first)(first.kind, first.load, overtaken, first.record)
    hurried = Executor(**{**vars(worker), "handlers": handlers})
    job = Loader(loader.client, hurried).upload(dataset, HEAD + days(2, 5))
    assert (job["state"], "added a version meanwhile" in job["message"]) == ("queued", True)
    with WriteSession(engine) as session:
        session.get_one(Job, UUID(job["id"])).run_after = func.clock_timestamp()
        session.commit()
    assert loader.done(job)["state"] == "done"
    assert loader.get(f"/datasets/{dataset}")["latest"]["seq"] == 3


def test_a_dataset_without_a_rule_of_known_time_is_refused(user: httpx.Client) -> None:
    bars = {"name": "Prices", "kind": "bars", "frequency": "day", "calendar": "XNYS"}
    answer = user.post("/datasets", json=bars)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/body/known_rule"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"calendar": None}, "/body/calendar"),
        ({"frequency": "month"}, "/body/frequency"),
        ({"timezone": "Mars/Olympus"}, "/body/timezone"),
        ({"kind": "series"}, "/body/known_rule"),
        ({"known_rule": {"rule": "listing"}}, "/body/known_rule"),
    ],
)
def test_a_declaration_that_means_nothing_is_refused(
    loader: Loader, changes: dict[str, object], pointer: str
) -> None:
    bars = {
        "name": "Prices",
        "kind": "bars",
        "frequency": "day",
        "calendar": "XNYS",
        "known_rule": {"rule": "bar_close"},
    }
    answer = loader.client.post("/datasets", json=bars | changes)
    assert (answer.status_code, answer.json()["code"]) == (422, "unusable_dataset")
    assert pointer in [fault["pointer"] for fault in answer.json()["errors"]]


def test_what_is_another_s_does_not_exist(
    loader: Loader, other: httpx.Client, admin: httpx.Client, viewer: httpx.Client
) -> None:
    dataset = loader.dataset()
    loader.upload(dataset, HEAD + days(2, 12))
    for path in ("", "/versions", "/coverage", "/findings", "/quarantine", "/bars?instrument=XNYS:A"):
        assert other.get(f"/datasets/{dataset}{path}").status_code == 404
    assert other.get("/datasets").json()["items"] == []
    assert admin.get(f"/datasets/{dataset}").status_code == 200
    files = {"file": ("f.csv", b"x")}
    assert other.post(f"/datasets/{dataset}/uploads", files=files).status_code == 404
    assert viewer.post(f"/datasets/{dataset}/uploads", files=files).status_code == 403


def test_bad_options_and_taken_names_are_told(loader: Loader) -> None:
    dataset = loader.dataset()
    answer = loader.client.post(
        f"/datasets/{dataset}/uploads", files={"file": ("f.csv", b"x")}, data={"options": '{"colour": 1}'}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_upload_options")
    answer = loader.client.post("/datasets", json={**_declared(loader, dataset)})
    assert (answer.status_code, answer.json()["code"]) == (409, "dataset_name_taken")


def _declared(loader: Loader, dataset: str) -> dict[str, object]:
    found = loader.get(f"/datasets/{dataset}")
    return {name: found[name] for name in ("name", "kind", "frequency", "calendar", "known_rule")}


def test_a_key_posted_twice_loads_once(loader: Loader) -> None:
    dataset = loader.dataset()
    content = (HEAD + days(2, 5)).encode()

    def post() -> httpx.Response:
        return loader.client.post(
            f"/datasets/{dataset}/uploads",
            headers={"Idempotency-Key": "k1"},
            files={"file": ("f.csv", content)},
            data={"options": '{"exchange":"XNYS"}'},
        )

    jobs = {post().json()["id"], post().json()["id"]}
    assert len(jobs) == 1
