"""Secrets that we have to read again: sealed with AES-GCM under keys derived from SECRET_KEY."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE_BYTES = 12


def seal(plain: bytes, *, purpose: str, bound_to: str) -> bytes:
    """Opens only for the same purpose and the same row, so that rows cannot be swapped."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(settings.SECRET_KEY, purpose).encrypt(nonce, plain, bound_to.encode())


def unseal(sealed: bytes, *, purpose: str, bound_to: str) -> bytes | None:
    """None when it was sealed under a SECRET_KEY that is neither the current nor a fallback."""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _cipher(secret, purpose).decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to.encode()
            )
        except InvalidTag:
            continue
    return None


def _cipher(secret: str, purpose: str) -> AESGCM:
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=f"congocart {purpose}".encode())
    return AESGCM(derived.derive(secret.encode()))
