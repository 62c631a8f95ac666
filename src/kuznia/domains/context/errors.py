"""What this slice refuses."""

from __future__ import annotations

from kuznia.errors import Invalid


class UnusableContext(Invalid):
    code, title = "unusable_context", "The data beside the bars cannot be read as it is"
