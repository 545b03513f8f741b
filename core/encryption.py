"""Encryption of secrets that have to be read again: AES-GCM under keys derived from SECRET_KEY.

An encrypted value is a nonce of 12 bytes, the ciphertext and its tag of 16 bytes. Values like
that are stored: neither this format nor the derivation of a key may change, or they
no longer open.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

# From a SECRET_KEY to a key of 32 bytes.
KeyDerivation = Callable[[str], bytes]

_NONCE_BYTES = 12


def key_for(purpose: str) -> KeyDerivation:
    """Derive the key of one kind of secrets, so that no other kind opens with it."""
    info = f"congocart {purpose}".encode()
    return lambda secret: HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(secret.encode())


def key_with(shared: str) -> KeyDerivation:
    """Derive a key from what a client knows as well: without it, SECRET_KEY opens nothing."""
    return lambda secret: hashlib.sha256(f"{secret}\n{shared}".encode()).digest()


def encrypt(plain: bytes, *, key: KeyDerivation, bound_to: str = "") -> bytes:
    """Encrypt so that it opens only when `bound_to` is the same, such as the id of its row."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key(settings.SECRET_KEY)).encrypt(nonce, plain, bound_to.encode())


def decrypt(encrypted: bytes, *, key: KeyDerivation, bound_to: str = "") -> bytes | None:
    """Decrypt what `encrypt` made; None when neither SECRET_KEY nor a fallback opens it."""
    nonce, ciphertext = encrypted[:_NONCE_BYTES], encrypted[_NONCE_BYTES:]
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return AESGCM(key(secret)).decrypt(nonce, ciphertext, bound_to.encode())
        except InvalidTag:
            continue
    return None
