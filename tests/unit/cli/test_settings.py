"""Settings: defaults, then the data folder's file, then the environment, then what was given."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from kuznia.settings import load_settings, socket_folder


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "config.toml").write_text('[api]\nport = 9001\nhost = "0.0.0.0"\n[worker]\nheavy = 3\n')
    monkeypatch.setenv("KUZNIA_DATA", str(tmp_path))
    return tmp_path


def test_each_source_wins_over_the_one_below(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUZNIA_API_PORT", "9002")
    settings = load_settings()
    assert (settings.api.host, settings.api.port, settings.worker.heavy) == ("0.0.0.0", 9002, 3)
    assert load_settings(api={"port": 9003}).api.port == 9003


def test_a_variable_names_concern_and_field(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUZNIA_DATABASE_POOL_SIZE", "7")
    monkeypatch.setenv("KUZNIA_ADMIN_EMAIL", "someone@example.com")
    settings = load_settings()
    assert settings.database.pool_size == 7
    assert settings.admin.email == "someone@example.com"


def test_a_misspelt_name_in_the_file_is_an_error(data: Path) -> None:
    (data / "config.toml").write_text("[api]\nprot = 1\n")
    with pytest.raises(ValidationError, match="prot"):
        load_settings()


def test_urls_of_the_embedded_services_are_below_the_data_folder(data: Path) -> None:
    (data / "secrets").mkdir()
    (data / "secrets" / "database_password").write_text("p/w\n")
    settings = load_settings()
    assert settings.database_url().startswith("postgresql+psycopg://kuznia:p%2Fw@/kuznia?host=")
    assert settings.store_url() == (data / "store").as_uri()
    assert settings.broker_url().startswith("filesystem://")


def test_secrets_are_not_shown(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUZNIA_ADMIN_PASSWORD", "hunter2-hunter2")
    assert "hunter2" not in repr(load_settings())


def test_the_socket_folder_is_short_however_deep_the_data(tmp_path: Path) -> None:
    assert len(str(socket_folder(tmp_path / ("deep/" * 40)))) <= 80
