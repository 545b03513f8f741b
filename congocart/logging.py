"""Logs: one JSON object a line in production, aligned text in development.

Every line of a request carries its id. Nothing personal is logged: no bodies, no
query strings, no headers; PostgreSQL's DETAIL (which quotes rows) is cut out, and so is every
e-mail address, wherever it comes from: a mail server's refusal quotes its recipients.
"""

from __future__ import annotations

import logging
import logging.config
import re
import sys
from typing import Any

import orjson
import structlog
from structlog.types import EventDict, Processor, WrappedLogger

_DETAIL = re.compile(r"^(DETAIL|CONTEXT):.*(\n[ \t].*)*", re.MULTILINE)
# Wide rather than exact: what is on both sides of an @, also of one in a URL. It begins at
# the start of a word only, so that a long word is read once.
_OUTSIDE_OF_WORDS = r"""\s"<>()\[\]{},:;@\\"""
_EMAIL = re.compile(
    rf"""(?:"[^"\n]*"|(?<![^{_OUTSIDE_OF_WORDS}])[^{_OUTSIDE_OF_WORDS}]+)"""
    rf"""(?:@|%40)(?:\[[^\]\n]*\]|[^{_OUTSIDE_OF_WORDS}']+)"""
)
EMAIL_MASK = "(e-mail)"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def configure(options: dict[str, Any]) -> None:
    """Configure structlog and logging as Django's LOGGING_CONFIG.

    `options` are {"format": "json" | "text", "level": …}.
    """
    render: list[Processor]
    if options["format"] == "json":
        render = [structlog.processors.JSONRenderer(serializer=_dumps)]
    else:
        render = [structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty()), _encoded]
    structlog.configure(
        processors=[*_SHARED, *render],
        wrapper_class=structlog.make_filtering_bound_logger(options["level"]),
        logger_factory=structlog.BytesLoggerFactory(sys.stdout.buffer),
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(_standard_library(options["level"], render))


def without_personal_data(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Cut out what PostgreSQL quotes from rows, and e-mail addresses wherever they are."""
    if "exception" in event:
        event["exception"] = _DETAIL.sub(r"\1: (not logged)", event["exception"])
    # A name that begins like this is a note of structlog's own, which no line shows.
    return {n: value if n.startswith("_") else _masked(value) for n, value in event.items()}


def _masked(value: Any) -> Any:
    """Return `value` without e-mail addresses; an object whose text holds one becomes that text."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return without_emails(value)
        case dict():
            return {_masked(key): _masked(each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_masked(each) for each in value]
    text = str(value)
    masked = without_emails(text)
    return value if masked == text else masked


def without_emails(text: str) -> str:
    """Return `text` with every e-mail address masked."""
    if "@" in text or "%40" in text:  # most lines are spared the search
        return _EMAIL.sub(EMAIL_MASK, text)
    return text


_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    without_personal_data,
]


def _dumps(event: EventDict, **options: Any) -> bytes:
    return orjson.dumps(event, default=str)


def _encoded(logger: WrappedLogger, method: str, line: Any) -> bytes:
    return str(line).encode(errors="backslashreplace")


class _OnlyBugs(logging.Filter):
    """Passes records with an exception: a 503 of /readyz is an response, not a bug."""

    def filter(self, record: logging.LogRecord) -> bool:
        return bool(record.exc_info)


def _decoded(logger: WrappedLogger, method: str, line: Any) -> str:
    return bytes(line).decode()


def _standard_library(level: str, render: list[Processor]) -> dict[str, Any]:
    """Return the dictConfig that sends the loggers of libraries through the same processors."""
    numbers = logging.getLevelNamesMapping()
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [*_SHARED, structlog.stdlib.add_logger_name],
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *render,
            _decoded,
        ],
    }
    stdout = {
        "class": "logging.StreamHandler",
        "stream": "ext://sys.stdout",
        "formatter": "structlog",
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"bugs": {"()": _OnlyBugs}},
        "formatters": {"structlog": formatter},
        "handlers": {"stdout": stdout},
        # Libraries log too much at INFO, URLs with query strings included.
        "root": {"handlers": ["stdout"], "level": max(level, "WARNING", key=numbers.__getitem__)},
        "loggers": {
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            # The access log has refusals; only bugs are worth another line.
            "django.request": {"level": "ERROR", "filters": ["bugs"]},
            "django.server": {"handlers": [], "propagate": True},
        },
    }
