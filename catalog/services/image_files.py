"""The files of pictures: one row for each content, whose files are there while it is.

A file is written after its row is there and deleted before the row goes, so that a file without
a row is never about to be used.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.db.models import QuerySet

from catalog.domain import (
    IMAGE_TRANSITIONS,
    ImageDamaged,
    ImageFormat,
    ImageStatus,
    NotAnImage,
    TooManyPixels,
    original_name,
)
from catalog.models import ImageFile
from catalog.rendering import Picture, format_of, rendered
from catalog.rendering.files import files_without, media, names_of
from core.db.jobs import defer_named
from core.db.transactions import leave_database, transaction_required, use_case
from core.errors import ResourceBusy, TooLarge
from core.states import require_transition

UPLOAD_ERRORS = (NotAnImage, ImageDamaged, TooManyPixels, TooLarge, ResourceBusy)
# After which what was sent and is shown by nothing is deleted.
UNUSED_FOR = timedelta(days=1)
_ERROR_LENGTH = 500


def store_image(file: Any, *, now: datetime) -> str:
    """Keep a picture, to be decoded in the background; return the digest of its content.

    `file` is open, in binary, and can seek. The same content is kept once; what no row shows
    within a day is deleted again. Not to be called in a transaction: the storage may be across
    the network. Raises `UPLOAD_ERRORS`.
    """
    if (size := file.seek(0, 2)) > settings.MEDIA.max_bytes:
        limit = settings.MEDIA.max_bytes // 2**20
        raise TooLarge(f"A picture may have {limit} megabytes, this one has {-(-size // 2**20)}.")
    kind = format_of(file)
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    if expect_file(digest=digest, kind=kind, now=now):
        leave_database()
        file.seek(0)
        media().save(original_name(digest), File(file))
        process_file(digest=digest)
    return digest


@use_case
def expect_file(*, digest: str, kind: ImageFormat, now: datetime) -> bool:
    """Make the row of a content, or find it; tell whether its file has to be written."""
    new = ImageFile(digest=digest, format=kind, uploaded_at=now)
    ImageFile.objects.bulk_create([new], ignore_conflicts=True)
    row = usable_file(digest)
    row.uploaded_at = now
    row.save(update_fields=["uploaded_at"])
    return row.status in (ImageStatus.UPLOADING, ImageStatus.FAILED)


@use_case
def process_file(*, digest: str) -> None:
    """Have the file of a content decoded, once, now that it is there. Raises `ResourceBusy`."""
    row = usable_file(digest)
    if row.status in (ImageStatus.UPLOADING, ImageStatus.FAILED):
        _become(row, ImageStatus.PROCESSING)
        row.save(update_fields=["status", "error"])
        defer_named(["catalog.tasks.render_image"], lock=digest, digest=digest)


@transaction_required
def usable_file(digest: str) -> ImageFile:
    """Lock the row of a content. Raises `ResourceBusy` when it is being deleted, or is not there.

    Who sends it again finds it gone, and it is stored anew.
    """
    row = _locked(digest).exclude(status=ImageStatus.DELETING).first()
    if row is None:
        raise ResourceBusy("This picture is just being deleted; send it again.", retry_after=1)
    return row


def render_image(*, digest: str) -> None:
    """Make the files that are shown of a picture, and say that it is ready, or why it never is.

    Running it again changes nothing. What the storage raises is raised, to be tried again.
    """
    waiting = ImageFile.objects.filter(pk=digest, status=ImageStatus.PROCESSING).first()
    if waiting is None:
        return
    leave_database()
    with media().open(original_name(digest)) as file:
        content = file.read()
    try:
        picture = rendered(content, ImageFormat(waiting.format))
    except (ImageDamaged, NotAnImage, TooManyPixels) as error:
        finish_file(digest=digest, picture=None, error=error.detail)
        return
    for each, encoded in picture.files.items():
        media().save(each.name(digest), ContentFile(encoded))
    finish_file(digest=digest, picture=picture)


@use_case
def finish_file(*, digest: str, picture: Picture | None, error: str = "") -> None:
    """Record how decoding went: what was made of the picture, or why nothing was."""
    row = _locked(digest).filter(status=ImageStatus.PROCESSING).first()
    if row is None:  # Another run was faster.
        return
    _become(row, ImageStatus.FAILED if picture is None else ImageStatus.READY)
    row.error = error[:_ERROR_LENGTH]
    if picture is not None:
        row.width, row.height = picture.width, picture.height
    row.save(update_fields=["status", "error", "width", "height"])


def remove_unused_image(*, digest: str) -> None:
    """Delete a content and its files, unless a row shows it. Running it again changes nothing."""
    if not give_up_file(digest=digest):
        return
    leave_database()
    for name in names_of(digest):
        media().delete(name)
    forget_file(digest=digest)


@use_case
def give_up_file(*, digest: str) -> bool:
    """Say of a content that nothing shows that it is being deleted; tell whether it is."""
    row = _locked(digest).first()
    # Asked behind the lock: the statement that waited for it would not see a new picture.
    if row is None or row.images.exists():
        return False
    if row.status != ImageStatus.DELETING:
        _become(row, ImageStatus.DELETING)
        row.save(update_fields=["status"])
    return True


@use_case
def forget_file(*, digest: str) -> None:
    """Delete the row of a content whose files are deleted."""
    ImageFile.objects.filter(pk=digest, status=ImageStatus.DELETING).delete()


def remove_orphans(*, now: datetime) -> int:
    """Have deleted what nothing has shown for a day, and files that no row knows; return how many.

    Such are left by a process that was killed between two steps, or by a restored backup.
    """
    before = now - UNUSED_FOR
    rows = ImageFile.objects.filter(images=None, uploaded_at__lt=before)
    digests = list(rows.values_list("digest", flat=True))
    digests += files_without(_known, before=before)
    for digest in digests:
        have_removed(digest=digest, now=now)
    return len(digests)


@use_case
def have_removed(*, digest: str, now: datetime) -> None:
    """Have a content removed; one without a row gets one, so that nobody sends it meanwhile."""
    unknown = ImageFile(
        digest=digest,
        format=ImageFormat.JPEG,  # nobody will ask
        status=ImageStatus.DELETING,
        uploaded_at=now,
    )
    ImageFile.objects.bulk_create([unknown], ignore_conflicts=True)
    have_removed_if_unused(digest)


@transaction_required
def have_removed_if_unused(digest: str) -> None:
    """Defer the job that deletes a content which nothing shows any more."""
    defer_named(["catalog.tasks.remove_image"], lock=digest, digest=digest)


def _known(digests: set[str]) -> set[str]:
    return set(ImageFile.objects.filter(pk__in=digests).values_list("digest", flat=True))


def _locked(digest: str) -> QuerySet[ImageFile]:
    return ImageFile.objects.select_for_update(no_key=True, of=("self",)).filter(pk=digest)


def _become(row: ImageFile, status: ImageStatus) -> None:
    """Change the status of a file, in memory: the one place that does."""
    require_transition(IMAGE_TRANSITIONS, ImageStatus(row.status), status, noun="A picture")
    row.status, row.error = status, ""
