"""E-mails of development: kept in the data folder, printed, and shown on a page of this machine."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from email import message_from_bytes, policy
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.console import EmailBackend as ConsoleBackend
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from embedded.local_pages import local_page

MOST = 200


def folder() -> Path:
    """Return where e-mails are kept, which the shop of this data folder alone reads."""
    return settings.DATA_DIR / "emails"


class EmailBackend(ConsoleBackend):
    """Print e-mails, and keep the latest `MOST` where `emails_page` finds them.

    Without a data folder, which `manage.py up` makes, they are printed alone.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the messages, then print them; return how many there were."""
        with contextlib.suppress(OSError):
            self._keep(email_messages)
        return super().send_messages(email_messages) or 0

    def _keep(self, messages: Sequence[EmailMessage]) -> None:
        folder().mkdir(mode=0o700, exist_ok=True)
        for message in messages:
            path = folder() / f"{time.time_ns()}.eml"
            path.with_suffix(".part").write_bytes(message.message().as_bytes())
            path.with_suffix(".part").rename(path)
        for old in _kept()[MOST:]:
            old.unlink(missing_ok=True)


@local_page
@require_safe
def emails_page(request: HttpRequest, name: str = "") -> HttpResponse:
    """Show the e-mails that were sent, or one of them."""
    kept = {path.stem: path for path in _kept()}
    if name and name not in kept:
        raise Http404
    context = {
        "shown": _read(kept[name]) if name else None,
        "emails": [] if name else [_read(path) for path in kept.values()],
    }
    return TemplateResponse(request, "embedded/emails.html", context)


def _kept() -> list[Path]:
    """Return the files of e-mails, newest first."""
    return sorted(folder().glob("*.eml"), reverse=True)


def _read(path: Path) -> dict[str, str]:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    parts = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
    return {
        "name": path.stem,
        "subject": str(message["Subject"]).strip(),
        "to": str(message["To"]),
        "date": str(message["Date"]),
        **{kind: str(part.get_content()) if part else "" for kind, part in parts.items()},
    }
