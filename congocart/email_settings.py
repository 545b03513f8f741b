"""The settings of what e-mails say: their languages, their templates, and who hears of orders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError

from congocart import environment
from congocart.environment import Environment

# Printed, and shown on a page of this machine.
LOCAL_EMAILS = {"EMAIL_BACKEND": "embedded.emails.EmailBackend"}
_DJANGO = "django.template.backends.django.DjangoTemplates"


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """What e-mails say.

    `contact` is what they name for questions, empty for nothing; `staff` are the addresses that
    hear of orders, of payments that need a person and of stock that runs low, none for no such
    mails; `templates` is a folder whose templates replace ours. `admin` is the address of this
    server, below which links for staff lead.
    """

    languages: list[str]
    contact: str
    staff: list[str]
    templates: Path | None
    admin: str

    @property
    def translations(self) -> list[Path]:
        """Return the shop's own folders of translations, which win over ours."""
        return [self.templates / "locale"] if self.templates else []


def language(text: str) -> str:
    """Read a language of which CLDR knows how it writes money and dates."""
    try:
        return str(Locale.parse(text, sep="-")).replace("_", "-")
    except (ValueError, UnknownLocaleError):
        raise ValueError(f"has {text!r}; it has to be a language such as de or pt-BR.") from None


def folder(text: str) -> Path:
    """Read the path of a folder that is there."""
    path = Path(text).absolute()
    if not path.is_dir():
        raise ValueError(f"is {text!r}, which is no folder.")
    return path


def email_settings(env: Environment, *, port: int) -> EmailSettings:
    """Read them from the environment."""
    languages = env.list("CONGOCART_LANGUAGES", ["en", "de", "fr"], each=language)
    return EmailSettings(
        languages=languages or ["en"],
        contact=env.str("CONGOCART_CONTACT", ""),
        staff=env.list("CONGOCART_STAFF_EMAILS", each=environment.mailbox),
        templates=env.parsed("CONGOCART_TEMPLATES_DIR", None, folder),
        admin=env.parsed(
            "CONGOCART_ADMIN_URL", f"http://127.0.0.1:{port}", environment.web_address
        ),
    )


def template_engines(own: Path | None) -> list[dict[str, Any]]:
    """Return Django's engine of pages, and those of e-mails, one with the shop's own templates.

    The shop's are read each time they are used, so that a change needs no restart.
    """

    def engine(name: str, *loaders: object) -> dict[str, Any]:
        builtins = ["django.templatetags.i18n", "core.mailing.templatetags.mailing"]
        return {
            "BACKEND": _DJANGO,
            "NAME": name,
            "OPTIONS": {"loaders": [*loaders], "builtins": builtins},
        }

    ours = "django.template.loaders.app_directories.Loader"
    theirs = ("django.template.loaders.filesystem.Loader", [str(own)])
    processors = [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]
    return [
        {"BACKEND": _DJANGO, "APP_DIRS": True, "OPTIONS": {"context_processors": processors}},
        engine("emails", ("django.template.loaders.cached.Loader", [ours])),
        *([engine("emails_of_the_shop", theirs, ours)] if own else []),
    ]
