"""Identifiers: UUIDv7 keys (RFC 9562), and secrets that are stored only as hashes.

Migrations name `uuid7` and `new_order_number` as defaults: both keep their place.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from uuid import UUID

from uuid_utils import compat

# Crockford's base 32 without the letters and digits people mishear or misread.
ORDER_NUMBER_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def uuid7() -> UUID:
    """Return a new time-ordered id: index-friendly, and sorting by it is sorting by creation."""
    return compat.uuid7()


def new_secret() -> str:
    """Return a bearer's secret of 256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """Hash a secret for storage. It has 256 bits of entropy, so one SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_order_number() -> str:
    """Return ten characters in two groups, 49 random bits: easy to read aloud, hard to guess."""
    text = "".join(secrets.choice(ORDER_NUMBER_ALPHABET) for _ in range(10))
    return f"{text[:5]}-{text[5:]}"


def normalize_order_number(text: str) -> str:
    """Return an order number in its own form, however it was typed or read aloud.

    Its case, blanks, dashes and a number sign do not matter. No letter is taken for a digit that
    looks like it: 0 and 1 are in no number, nor are O, I and L. What cannot be a number is
    returned as it is.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    characters = "".join(filter(str.isalnum, plain))
    return f"{characters[:5]}-{characters[5:]}" if len(characters) == 10 else text
