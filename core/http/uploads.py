"""Requests that bring a file: which they are, how large they may be, and how they are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import MultiPartParser


def body_limit(path: str, content_type: str) -> int:
    """Return how many bytes the body of a request may have: more where a file may be sent."""
    takes_file = content_type.startswith("multipart/form-data") and re.fullmatch(
        settings.MEDIA.upload_paths, path
    )
    return settings.MAX_BODY_BYTES + (settings.MEDIA.max_bytes if takes_file else 0)


class UploadParser(MultiPartParser):
    """Reads a form with files into a plain dictionary, what is large by way of the disk.

    A part that is sent twice is refused, because only one of the two could count.
    """

    def parse(  # type: ignore[override]
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        form = super().parse(stream, media_type, parser_context)
        values: dict[str, Any] = {}
        for name, sent in [*form.data.lists(), *form.files.lists()]:
            if len(sent) > 1 or name in values:
                raise ParseError(f"The part {name[:40]!r} is sent more than once.")
            values[name] = sent[0]
        return values
