"""Settings, nested by concern: defaults, then ``<data>/config.toml``, then ``KUZNIA_*``.

The shells (api, worker, scoring) and the command line build them once and pass the parts down; nothing
else reads them. A variable names concern and field: ``KUZNIA_API_PORT`` is ``api.port``.
"""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

DATABASE_NAME = "kuznia"
DATABASE_USER = "kuznia"
# A socket path longer than this is refused by the kernel (108 bytes, with the file's name in it).
LONGEST_SOCKET_FOLDER = 80


def default_data_folder() -> Path:
    """Return the data folder used when none is named: ``~/.local/share/kuznia`` or its XDG home."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "kuznia"


def socket_folder(data: Path) -> Path:
    """Return where the embedded PostgreSQL of ``data`` puts its socket: a short path, always."""
    inside = data / "run" / "pg"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
        return inside
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"kuznia-{os.getuid()}-{name}"


class Concern(BaseModel):
    """Base of the nested parts: immutable, and a misspelt name is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Database(Concern):
    """Where PostgreSQL is. Without a URL the embedded server of the data folder is meant."""

    url: SecretStr | None = None
    pool_size: Annotated[int, Field(ge=1, le=200)] = 10


class Store(Concern):
    """Where immutable files are. Without a URL: ``<data>/store``."""

    url: str | None = None


class Broker(Concern):
    """What carries job messages. Without a URL: files in ``<data>/broker``."""

    url: SecretStr | None = None


class Api(Concern):
    """Where the API listens and how it is reached."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    # Set where TLS is in front: the refresh cookie is then sent over https only.
    secure_cookies: bool = False
    # Addresses of proxies whose X-Forwarded-* headers are believed.
    trusted_proxies: str = "127.0.0.1"


class Scoring(Concern):
    """Where the scoring service listens."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8001


class Worker(Concern):
    """How many processes a worker keeps for short and for long jobs."""

    interactive: Annotated[int, Field(ge=1, le=64)] = 1
    heavy: Annotated[int, Field(ge=1, le=64)] = 1
    # Seconds a claimed job may go without a sign of life before another worker takes it.
    lease: Annotated[float, Field(ge=2)] = 15.0
    # Port of its Prometheus metrics; 0 serves none.
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0


class Security(Concern):
    """Keys and lifetimes. Keys default to the files in ``<data>/secrets``."""

    jwt_key: SecretStr | None = None
    internal_token: SecretStr | None = None
    access_minutes: Annotated[int, Field(ge=1, le=1440)] = 15
    refresh_days: Annotated[int, Field(ge=1, le=365)] = 30


class Limits(Concern):
    """What one person may ask for."""

    upload_bytes: Annotated[int, Field(ge=1)] = 256 * 1024 * 1024
    body_bytes: Annotated[int, Field(ge=1)] = 1024 * 1024
    unfinished_jobs: Annotated[int, Field(ge=1)] = 200
    requests_per_minute: Annotated[int, Field(ge=1)] = 1200
    # Each second that a preview computes counts as a dozen.
    previews_per_minute: Annotated[int, Field(ge=1)] = 240
    logins_per_minute: Annotated[int, Field(ge=1)] = 10


class Logs(Concern):
    """How much is said."""

    level: str = "info"


class Admin(Concern):
    """The first account, created when there is none."""

    email: str = "admin@kuznia.local"
    password: SecretStr | None = None


class Settings(BaseSettings):
    """All settings of one process."""

    model_config = SettingsConfigDict(
        env_prefix="KUZNIA_",
        env_nested_delimiter="_",
        env_nested_max_split=1,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    data: Path = Field(default_factory=default_data_folder)
    database: Database = Database()
    store: Store = Store()
    broker: Broker = Broker()
    api: Api = Api()
    scoring: Scoring = Scoring()
    worker: Worker = Worker()
    security: Security = Security()
    limits: Limits = Limits()
    logs: Logs = Logs()
    admin: Admin = Admin()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - named by the base class
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: given values, the environment, then the data folder's file."""
        given: dict[str, Any] = init_settings()
        data = Path(given.get("data") or os.environ.get("KUZNIA_DATA") or default_data_folder())
        return (
            init_settings,
            env_settings,
            TomlConfigSettingsSource(settings_cls, data.expanduser() / "config.toml"),
        )

    def secret(self, name: str) -> str:
        """Return the secret in ``<data>/secrets/<name>``, which the first start generated."""
        return (self.data / "secrets" / name).read_text().strip()

    def database_url(self) -> str:
        """Return SQLAlchemy's URL of the database, the embedded one when none is set."""
        if self.database.url is not None:
            return self.database.url.get_secret_value()
        password = quote(self.secret("database_password"), safe="")
        host = quote(str(socket_folder(self.data)), safe="")
        return f"postgresql+psycopg://{DATABASE_USER}:{password}@/{DATABASE_NAME}?host={host}"

    def store_url(self) -> str:
        """Return the URL of the store, a folder when none is set."""
        return self.store.url or (self.data / "store").as_uri()

    def broker_url(self) -> str:
        """Return the URL of the broker; ``filesystem://`` and a folder when none is set."""
        if self.broker.url is not None:
            return self.broker.url.get_secret_value()
        return f"filesystem://{quote(str(self.data / 'broker'))}"

    def jwt_key(self) -> str:
        """Return the key that signs access tokens."""
        given = self.security.jwt_key
        return given.get_secret_value() if given else self.secret("jwt_key")

    def internal_token(self) -> str:
        """Return the token that processes of one installation show each other."""
        given = self.security.internal_token
        return given.get_secret_value() if given else self.secret("internal_token")


def load_settings(**given: Any) -> Settings:
    """Read the settings once; ``given`` values win over everything.

    Parameters
    ----------
    **given
        Values by concern, for instance ``data=Path("/srv/kuznia")`` or ``api={"port": 9000}``.
    """
    settings = Settings(**given)
    return settings.model_copy(update={"data": settings.data.expanduser().absolute()})
