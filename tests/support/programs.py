"""Programs that some tests need and a machine may lack, and how to get them."""

import os
import shutil
from dataclasses import dataclass


@dataclass(frozen=True)
class Needed:
    """A marker of tests, the names its program goes by, and the Debian package that brings it."""

    marker: str
    names: tuple[str, ...]
    package: str

    @property
    def path(self) -> str | None:
        """Where the program is; ``KUZNIA_TEST_CHROMIUM`` and its like name one outside the path."""
        given = os.environ.get(f"KUZNIA_TEST_{self.marker.upper()}")
        places = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"))
        found = (shutil.which(name, path=places) for name in self.names)
        return given or next((path for path in found if path), None)


CHROMIUM = Needed("chromium", ("chromium", "chromium-browser", "google-chrome"), "chromium")
RABBITMQ = Needed("rabbitmq", ("rabbitmq-server",), "rabbitmq-server")
REDIS = Needed("redis", ("redis-server",), "redis-server")
ALL = (CHROMIUM, RABBITMQ, REDIS)
