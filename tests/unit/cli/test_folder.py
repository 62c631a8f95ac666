"""The data folder: what it refuses, in one sentence each, and what it makes."""

import stat
from pathlib import Path

import pytest

from kuznia.cli import folder as module
from kuznia.cli.errors import StartError
from kuznia.cli.folder import DataFolder


def test_prepare_makes_the_folder_and_its_secrets_for_the_owner_alone(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    data.prepare()
    assert (data.path / "VERSION").read_text() == "1\n"
    for name in ("jwt_key", "internal_token", "database_password"):
        secret = data.path / "secrets" / name
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
        assert len(secret.read_text().strip()) >= 40


def test_prepare_keeps_secrets(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    data.prepare()
    before = (tmp_path / "secrets" / "jwt_key").read_text()
    data.prepare()
    assert (tmp_path / "secrets" / "jwt_key").read_text() == before


@pytest.mark.parametrize("version", ["2", "17", "x"])
def test_a_newer_version_is_refused(tmp_path: Path, version: str) -> None:
    (tmp_path / "VERSION").write_text(version)
    with pytest.raises(StartError, match="written by a newer Kuznia"):
        DataFolder(tmp_path).prepare()


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(StartError, match="holds other files"):
        DataFolder(tmp_path).prepare()


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SPACE_NEEDED", 1 << 62)
    with pytest.raises(StartError, match="are needed: free some"):
        DataFolder(tmp_path).prepare()


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StartError, match="cannot be used"):
        DataFolder(tmp_path / "file").prepare()


def test_a_second_lock_is_refused_and_tells_the_address(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    data.prepare()
    data.lock()
    data.write_state({"address": "http://127.0.0.1:8000"})
    assert data.locked()
    with pytest.raises(StartError, match=r"already runs on .*http://127.0.0.1:8000"):
        data.lock()
