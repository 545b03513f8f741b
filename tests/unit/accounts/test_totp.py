from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accounts.services.totp import code_of, matching_step, provisioning_url

RFC_SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(seconds, code):
    assert code_of(RFC_SECRET, seconds // 30) == code


def test_a_code_is_good_half_a_minute_around_and_never_twice():
    now = datetime.fromtimestamp(1111111111, UTC)
    step = 1111111111 // 30
    for offset in (-1, 0, 1):
        code = code_of(RFC_SECRET, step + offset)
        assert matching_step(RFC_SECRET, code, now=now, after=0) == step + offset
    assert matching_step(RFC_SECRET, code_of(RFC_SECRET, step + 2), now=now, after=0) is None
    assert matching_step(RFC_SECRET, code_of(RFC_SECRET, step), now=now, after=step) is None


@pytest.mark.parametrize("code", ["", "1", "０５０４７１", "0504711", "abcdef"])
def test_what_is_no_code_matches_nothing(code):
    now = datetime.fromtimestamp(1111111111, UTC)
    assert matching_step(RFC_SECRET, code, now=now, after=0) is None


def test_the_url_is_what_authenticator_apps_read():
    url = provisioning_url(RFC_SECRET, account="ada@example.com", issuer="My Shop")
    assert url == (
        "otpauth://totp/My%20Shop%3Aada%40example.com"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=My+Shop"
    )
