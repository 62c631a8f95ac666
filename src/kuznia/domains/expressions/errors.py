"""Why an expression is not previewed."""

from __future__ import annotations

from kuznia.errors import Conflict, Invalid, Unavailable


class PreviewTooCostly(Invalid):
    code, title = "preview_too_costly", "This is more than a preview may compute"


class PreviewStopped(Invalid):
    code, title = "preview_stopped", "The preview was stopped before it was done"


class PreviewReplaced(Conflict):
    code, title = "preview_replaced", "A later preview of yours took the place of this one"


class PreviewBusy(Unavailable):
    code, title = "preview_busy", "Previews of others are being computed"


class NothingToPreview(Invalid):
    code, title = "nothing_to_preview", "There are no bars to preview on"
