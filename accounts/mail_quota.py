"""How many e-mails a request may have sent."""

from __future__ import annotations

from django.http import HttpRequest
from rest_framework.request import Request

from accounts.selectors import has_logged_in_from
from core.errors import TooManyRequests
from core.http.callers import client_address
from core.http.throttling import require_quota


def require_mail_quota(request: Request | HttpRequest, recipient: str) -> None:
    """Count an e-mail that a request asks for. Raises `TooManyRequests` when it is one too many.

    A sender has a quota for each recipient (in lower case), so that a stranger uses up only their
    own. A larger quota for each recipient keeps a mailbox from being flooded from many addresses;
    those from which the recipient has logged in are served past it.
    """
    sender = client_address(request) or ""
    require_quota("mail", f"{sender}\n{recipient}")
    try:
        require_quota("mail_address", recipient)
    except TooManyRequests:
        if not has_logged_in_from(email=recipient, ip_address=sender):
            raise


def may_mail(request: Request, recipient: str) -> bool:
    """Count like `require_mail_quota`, where a refusal would tell how often others have asked."""
    try:
        require_mail_quota(request, recipient)
    except TooManyRequests:
        return False
    return True
