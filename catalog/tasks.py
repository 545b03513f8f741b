"""What the worker does for the catalog."""

from __future__ import annotations

from django.utils import timezone

from catalog import services
from core.db.jobs import Queue, job, periodic


@job(Queue.DEFAULT)
def render_image(*, digest: str) -> None:
    """Decode a picture that was sent, and make what is shown of it."""
    services.render_image(digest=digest)


@job(Queue.DEFAULT)
def remove_image(*, digest: str) -> None:
    """Delete the files of a picture that nothing shows any more."""
    services.remove_unused_image(digest=digest)


@periodic("17 3 * * *")
def remove_orphaned_images() -> None:
    """Delete what was sent and never shown, and files that nothing knows."""
    services.remove_orphans(now=timezone.now())
