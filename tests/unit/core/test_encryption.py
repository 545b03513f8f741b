from __future__ import annotations

import pytest
from django.test import override_settings

from core.encryption import decrypt, encrypt, key_for, key_with

PRIVATE = bytes.fromhex(
    "ed0e4cee34b18920cb717d7d5bb223cb231f19296ebea46968c007aca3fd6408a00e833fe99c6d278a"
)
ANSWER = bytes.fromhex(
    "b859adfa43a7cc0ea8e3069f3f8cf362595078b4f4a86f92fb215f66e8fea97f381adb3dd376d9d7442ac08ab6c093"
)
KEYS = [key_for("signing keys"), key_with("user 1\nPOST\n/api\nkey-1")]


@override_settings(SECRET_KEY="an old secret key", SECRET_KEY_FALLBACKS=[])
def test_what_was_stored_before_still_opens():
    assert decrypt(PRIVATE, key=KEYS[0], bound_to="kid-1") == b"a private key"
    assert decrypt(ANSWER, key=KEYS[1]) == b'{"ETag":"\\"1\\""}\n{}'


@pytest.mark.parametrize("key", KEYS)
def test_what_is_encrypted_opens_for_the_same_row_and_key_alone(key):
    encrypted = encrypt(b"a secret", key=key, bound_to="1")

    assert b"secret" not in encrypted
    assert decrypt(encrypted, key=key, bound_to="1") == b"a secret"
    assert decrypt(encrypted, key=key, bound_to="2") is None
    assert decrypt(encrypted, key=key_for("something else"), bound_to="1") is None
    assert decrypt(encrypted, key=key_with("another key"), bound_to="1") is None


@pytest.mark.parametrize("key", KEYS)
def test_a_former_secret_key_opens_while_it_is_a_fallback(key):
    with override_settings(SECRET_KEY="old"):
        encrypted = encrypt(b"a secret", key=key)
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["old"]):
        assert decrypt(encrypted, key=key) == b"a secret"
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=[]):
        assert decrypt(encrypted, key=key) is None
