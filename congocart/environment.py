"""Environment variables, read with their types; what is wrong with them is told all at once.

A reader that finds a fault notes it and returns the default, so that one start names every
fault. Nothing of a value is repeated that may hold a password.
"""

from __future__ import annotations

import builtins
import difflib
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from email.utils import getaddresses
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured

from congocart.databases import database_settings
from core.money import known_currencies

PREFIX = "CONGOCART_"
_WORDS = dict.fromkeys(("on", "yes", "true", "1"), True) | dict.fromkeys(
    ("off", "no", "false", "0"), False
)
# A service called `congocart-…` puts these into every container beside it (Kubernetes,
# "Discovering services", Environment variables): they are nobody's typing error.
_OF_SERVICES = re.compile(r"_SERVICE_(HOST|PORT(_\w+)?)$|_PORT(_\d+_(TCP|UDP|SCTP)(_\w+)?)?$")

T = TypeVar("T")


class Environment:
    """The variables of a process, and what was wrong with those that were read."""

    def __init__(self, variables: Mapping[builtins.str, builtins.str]) -> None:
        self._variables = variables
        self._names: set[builtins.str] = set()
        self.faults: list[builtins.str] = []

    def parsed(self, name: builtins.str, default: T, parse: Callable[[builtins.str], T]) -> T:
        """Return what `parse` makes of the variable; its `ValueError` says what is wrong.

        Where the default is empty text, empty text is the default.
        """
        self._names.add(name)
        text = self._variables.get(name)
        if text is None or text == default == "":
            return default
        try:
            return parse(text)
        except ValueError as error:
            self.faults.append(f"{name} {error}")
            return default

    def str(
        self, name: builtins.str, default: builtins.str, *, one_of: Collection[builtins.str] = ()
    ) -> builtins.str:
        """Return text, one of `one_of` if there are any."""

        def parse(text: builtins.str) -> builtins.str:
            if not text:
                raise ValueError("is empty.")
            return chosen_from(*one_of)(text) if one_of else text

        return self.parsed(name, default, parse)

    def bool(self, name: builtins.str, default: builtins.bool) -> builtins.bool:
        """Return what an on/off word says."""

        def parse(text: builtins.str) -> builtins.bool:
            if text.lower() not in _WORDS:
                raise ValueError(f"is {text!r}; it has to be on or off.")
            return _WORDS[text.lower()]

        return self.parsed(name, default, parse)

    def int(
        self,
        name: builtins.str,
        default: builtins.int,
        *,
        at_least: builtins.int = 1,
        at_most: builtins.int = 10**9,
    ) -> builtins.int:
        """Return a whole number from `at_least`, or the default if that is less, to `at_most`."""
        least = min(at_least, default)
        most = f" to {at_most}" if at_most < 10**9 else ""

        def parse(text: builtins.str) -> builtins.int:
            number = int(text) if re.fullmatch(r"-?\d{1,18}", text, re.ASCII) else None
            if number is None or not least <= number <= at_most:
                raise ValueError(f"is {text!r}; it has to be a whole number from {least}{most}.")
            return number

        return self.parsed(name, default, parse)

    def days(self, name: builtins.str, default: builtins.int) -> builtins.int:
        """Return a number of days up to a century, so that no date is out of the calendar."""
        return self.int(name, default, at_most=36_500)

    def float(self, name: builtins.str, default: builtins.float) -> builtins.float:
        """Return a number above zero and at most a million, such as seconds."""

        def parse(text: builtins.str) -> builtins.float:
            number = float(text) if re.fullmatch(r"\d{1,7}(\.\d+)?", text, re.ASCII) else 0.0
            if not 0 < number <= 10**6:
                raise ValueError(f"is {text!r}; it has to be a number above 0.")
            return number

        return self.parsed(name, default, parse)

    def list(
        self,
        name: builtins.str,
        default: Collection[builtins.str] = (),
        *,
        each: Callable[[builtins.str], builtins.str] = builtins.str,
    ) -> builtins.list[builtins.str]:
        """Return what stands between commas, each as `each` makes it."""
        return self.parsed(
            name,
            [*default],
            lambda text: [each(part.strip()) for part in text.split(",") if part.strip()],
        )

    def refuse_faults(self, more: Iterable[builtins.str] = ()) -> None:
        """End the process with one line for each fault, and with none of Python's traceback."""
        if faults := [*self.faults, *self._unknown(), *more]:
            sys.exit("\n".join(f"congocart: {fault}" for fault in faults))

    def _unknown(self) -> Iterator[builtins.str]:
        """Yield a sentence for each variable with our prefix that nothing has read."""
        ours = {name for name in self._variables if name.startswith(PREFIX)}
        for name in sorted(ours - self._names):
            if not _OF_SERVICES.search(name):
                near = difflib.get_close_matches(name, self._names, n=1, cutoff=0.75)
                yield f"{name} is no setting{f'; did you mean {near[0]}?' if near else '.'}"


def chosen_from(*words: str) -> Callable[[str], str]:
    """Return the reader of a word that is one of `words`."""

    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"is {text!r}; it has to be {' or '.join(words)}.")
        return text

    return parse


def fraction(text: str) -> Decimal:
    """Read a fraction from 0 to below 1."""
    value = Decimal(text) if re.fullmatch(r"\d*\.?\d+", text, re.ASCII) else Decimal(1)
    if value >= 1:
        raise ValueError(
            f"is {text!r}; it has to be a fraction below 1, such as 0.2 for twenty per cent."
        )
    return value


def time_zone(text: str) -> ZoneInfo:
    """Read a time zone by its name in the IANA database."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"is {text!r}; it has to be one such as Europe/London.") from None


def share(text: str) -> Decimal:
    """Read a share from none to all."""
    return Decimal(1) if text == "1" else fraction(text)


def currency(text: str) -> str:
    """Read the code of money that people pay with (ISO 4217)."""
    if text not in known_currencies():
        raise ValueError(f"is {text!r}; it has to be a currency of ISO 4217, such as EUR.")
    return text


def rate(text: str) -> str:
    """Read hits/seconds."""
    if not re.fullmatch(r"[1-9]\d{0,8}/[1-9]\d{0,8}", text, re.ASCII):
        raise ValueError(f"is {text!r}; it has to be hits/seconds, such as 300/60.")
    return text


def host(text: str) -> str:
    """Read a host name, as it stands in the header `Host` without its port."""
    if not re.fullmatch(r"\*|\.?[\w-]+(\.[\w-]+)*\.?|\[[\da-fA-F:.]+\]", text):
        raise ValueError(f"has {text!r}; it has to be a host name, such as shop.example.com.")
    return text


def origin(text: str) -> str:
    """Read an origin as browsers send it: scheme, host and perhaps a port (RFC 6454)."""
    if not re.fullmatch(r"https?://[^\s/?#@]+", text.lower()) or not _is_url(text):
        raise ValueError(f"has {text!r}; it has to be like https://shop.example.com.")
    return text.lower()


def web_address(text: str) -> str:
    """Read the address of pages, without its last slash."""
    if not _is_url(text):
        raise ValueError(f"is {text!r}; it has to be like https://shop.example.com.")
    return text.rstrip("/")


def publishable_key(text: str) -> str:
    """Read the one of Stripe's keys that is no secret."""
    if not re.fullmatch(r"pk_\w+", text, re.ASCII):
        raise ValueError("is not a publishable key of Stripe, which begins with pk_.")
    return text


def redis_url(text: str) -> str:
    """Read the URL of a Redis, which may hold a password."""
    if not re.fullmatch(r"(rediss?|unix)://\S+", text):
        raise ValueError("is not like redis://host:6379/0.")
    return text


def database_url(text: str) -> str:
    """Read the URL of a PostgreSQL, which may hold a password."""
    try:
        found = database_settings(text, pool_size=1)
    except ImproperlyConfigured:
        found = {"NAME": ""}
    if not found["NAME"] or not re.fullmatch(r"[\d,]*", found["PORT"]):
        raise ValueError("is not like postgres://user:password@host:5432/database.")
    return text


def mail_server(text: str) -> dict[str, Any]:
    """Read EMAIL_URL into Django's settings of e-mail; it may hold a password."""
    try:
        found: dict[str, Any] = environ.Env.email_url_config(text)
    except (ValueError, ImproperlyConfigured):
        found = {}
    if not found or (text.startswith("smtp") and not found["EMAIL_HOST"]):
        raise ValueError("is not like smtp+tls://user:password@host:587 or consolemail://.")
    return found


def mailbox(text: str) -> str:
    """Read an e-mail address with or without a name, which needs quotes for a comma (RFC 5322)."""
    found = getaddresses([text])
    if len(found) != 1 or not re.fullmatch(r"[^@\s]+@[^@\s]+", found[0][1]):
        raise ValueError(f"is {text!r}; it has to be like Shop <shop@example.com>.")
    return text


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
