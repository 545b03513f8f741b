"""Where the files of pictures are: a storage of Django's, which may be a bucket elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.files.storage import FileSystemStorage, Storage, storages

_DIGEST = re.compile(r"[0-9a-f]{64}")
_FOLDERS = ("originals", "images")


class ImageFolder(FileSystemStorage):
    """A folder in which a file is there as a whole or not at all, under the name that it is given.

    What is written again replaces what was there, at once, while others read it.
    """

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: Any) -> str:
        part = super()._save(f"{name}.{uuid4().hex}.part", content)  # type: ignore[misc] # a hook
        Path(self.path(part)).replace(self.path(name))
        return name


def media() -> Storage:
    """Return the storage of pictures."""
    return storages["media"]


def names_of(digest: str) -> list[str]:
    """Return the names of the files there are of one content."""
    return [name for name in _names_below(digest[:2]) if digest in name]


def files_without(known: Any, *, before: datetime) -> Iterator[str]:
    """Yield the digest of each content that `known` (digests to those known) does not know.

    Only of files that were written before that time: what is newer may be about to be used.
    """
    storage = media()
    for number in range(256):
        names = _names_below(f"{number:02x}")
        digests = {found[0] for name in names if (found := _DIGEST.search(name))}
        for digest in sorted(digests - known(digests)):
            own = [name for name in names if digest in name]
            if all(storage.get_modified_time(name) < before for name in own):
                yield digest


def _names_below(prefix: str) -> list[str]:
    """Return the names of all files of contents whose digest begins so."""
    found = []
    for folder in _FOLDERS:
        path = f"{folder}/{prefix}"
        try:
            _, names = media().listdir(path)
        except FileNotFoundError:  # A folder is made with its first file; a bucket has none.
            continue
        found += [f"{path}/{name}" for name in names]
    return found
