"""E-mails as text and HTML, in the language of who gets them.

A template of an e-mail has its words: the subject in the first line, then plain paragraphs. The
frame around them, `emails/frame.txt` and `emails/frame.html`, is the same for all, so that they
look alike. What a shop has put into the folder `CONGOCART_TEMPLATES_DIR` wins over ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import engines
from django.utils import translation

log = structlog.get_logger(__name__)

OURS, THE_SHOPS = "emails", "emails_of_the_shop"

# Letters with what joins them; nothing of which mail programs make a link.
_NAME = re.compile(r"[^\W\d_]+(?:[ '’-][^\W\d_]+){0,3}")


@dataclass(frozen=True, slots=True)
class Message:
    """An e-mail before it has a recipient."""

    subject: str
    text: str
    html: str


def send_mail(
    *, template: str, to: str | Sequence[str], context: Mapping[str, object], language: str = ""
) -> None:
    """Send one e-mail by `template`, a name without its ending.

    `render` says what `context` may have. Raises what the mail server's refusal raises.
    """
    message = render(template=template, context=context, language=language)
    recipients = [to] if isinstance(to, str) else [*to]
    mail = EmailMultiAlternatives(message.subject, message.text, to=recipients)
    mail.attach_alternative(message.html, "text/html")
    mail.send()


def render(*, template: str, context: Mapping[str, object], language: str = "") -> Message:
    """Return the e-mail in a language, the shop's first one unless given.

    The frame shows these of `context` if they are there: `name`, by which the recipient is
    greeted, a `link` with the words of its button, `action`, and how long it holds, `lifetime`;
    and `details`, the name of a template that shows more below the words.

    A template of the shop that cannot be rendered is logged, and ours is sent in its place.
    """
    language = language or settings.SHOP_LANGUAGES[0]
    known = {
        "shop": settings.SHOP_NAME,
        "storefront": settings.STOREFRONT_URL,
        "contact": settings.EMAILS.contact,
        "language": language,
        **context,
    }
    with translation.override(language):
        if settings.EMAILS.templates is not None:
            try:
                return _rendered(THE_SHOPS, template, known)
            # Whatever a shop's own template does wrong, its mails go out.
            except Exception as error:
                log.exception("email_template_failed", template=template, error=str(error))
        return _rendered(OURS, template, known)


def greeting_name(first_name: str, last_name: str) -> str:
    """Return the name to greet by; none that could be read as something else than a name.

    Strangers can have an e-mail sent to an address that is not theirs, under any name.
    """
    name = first_name.strip() or last_name.strip()
    return name if _NAME.fullmatch(name) else ""


def _rendered(engine: str, template: str, context: Mapping[str, Any]) -> Message:
    def made(name: str, **more: object) -> str:
        rendered = engines[engine].get_template(name).render({**context, **more})
        return "".join(rendered)  # not marked as safe: of what is safe in an e-mail, not on a page

    subject, _, words = made(f"{template}.txt").strip().partition("\n")
    # On one line whatever stands in it: a header ends where its line does.
    shown: dict[str, Any] = {"subject": " ".join(subject.split()), "words": words.strip()}
    return Message(
        shown["subject"],
        made("emails/frame.txt", **shown).strip() + "\n",
        made("emails/frame.html", **shown),
    )
