"""The web interface: built files, and ``index.html`` for every page address of the application."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
NOT_PAGES = ("api", "health", "metrics", "assets")
FOREVER = "public, max-age=31536000, immutable"


class Pages(StaticFiles):
    """Files of a folder; an extension-less address that a browser opens as a page is the application's."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or not self._is_page(path, scope):
                raise
            response = await super().get_response("index.html", scope)
        is_hashed = path.startswith("assets/") and response.status_code in (200, 304)
        response.headers["Cache-Control"] = FOREVER if is_hashed else "no-cache"
        return response

    def _is_page(self, path: str, scope: Scope) -> bool:
        pure = PurePosixPath(path)
        wanted = Headers(scope=scope).get("accept", "")
        return (
            scope["method"] in ("GET", "HEAD")
            and "text/html" in wanted
            and not pure.suffix
            and pure.parts[:1] not in [(name,) for name in NOT_PAGES]
        )
