from __future__ import annotations

from datetime import timedelta

import jwt
import pytest
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from accounts.domain import KeyState
from accounts.models import SigningKey
from accounts.tokens.signing_keys import (
    VERIFIES_AFTER_RETIREMENT,
    Keyring,
    keyring,
    replace_all,
    rotate,
)
from core.db.secret_keys import record_secret_key
from core.errors import Unavailable

pytestmark = pytest.mark.django_db


@pytest.fixture
def ring() -> Keyring:
    return Keyring()


def states() -> dict[str, str]:
    return {key.state: key.kid for key in SigningKey.objects.order_by("created_at")}


def test_the_first_use_makes_the_current_key_and_publishes_the_next(ring):
    kid, _ = ring.signing_key()
    assert states()[KeyState.CURRENT] == kid
    assert set(states()) == {KeyState.CURRENT, KeyState.NEXT}
    assert set(ring.public_keys()) == set(states().values())


def test_another_process_finds_the_same_key(ring):
    assert Keyring().signing_key()[0] == ring.signing_key()[0]


def test_a_cached_key_costs_no_statement(ring, assert_statements):
    ring.signing_key()
    ring.signing_key()
    with assert_statements(0):
        kid, _ = ring.signing_key()
        ring.verifying_key(kid)


def test_the_private_key_is_not_readable_in_the_database(ring):
    ring.signing_key()
    stored = bytes(SigningKey.objects.get(state=KeyState.CURRENT).private_key)
    assert b"\x2a\x86\x48\xce\x3d" not in stored  # The object id that every EC key in DER holds.


def test_rotation_signs_with_the_key_published_before_and_keeps_the_old_one_verifying(ring):
    ring.signing_key()
    before = states()
    assert rotate(now=timezone.now()) == before[KeyState.NEXT]
    after = states()
    assert after[KeyState.CURRENT] == before[KeyState.NEXT]
    assert after[KeyState.RETIRED] == before[KeyState.CURRENT]
    assert ring.verifying_key(after[KeyState.CURRENT]) is not None
    assert Keyring().verifying_key(after[KeyState.RETIRED]) is not None


def test_a_process_that_has_not_noticed_the_rotation_knows_the_new_key(ring, assert_statements):
    ring.signing_key()
    ring.signing_key()
    new = rotate(now=timezone.now())
    with assert_statements(0):
        assert ring.verifying_key(new) is not None


def test_a_retired_key_verifies_until_its_last_token_has_expired(ring):
    ring.signing_key()
    old = states()[KeyState.CURRENT]
    rotate(now=timezone.now() - VERIFIES_AFTER_RETIREMENT + timedelta(minutes=1))
    assert Keyring().verifying_key(old) is not None
    SigningKey.objects.filter(pk=old).update(
        retired_at=timezone.now() - VERIFIES_AFTER_RETIREMENT - timedelta(minutes=1)
    )
    assert Keyring().verifying_key(old) is None
    rotate(now=timezone.now())
    assert not SigningKey.objects.filter(pk=old).exists()


@pytest.fixture
def always_stale(monkeypatch) -> None:
    """What a process has cached is a minute old."""
    monkeypatch.setattr("accounts.tokens.signing_keys.STALE_AFTER", -1)


def test_replacing_leaked_keys_leaves_none_that_was_there(ring):
    ring.signing_key()
    rotate(now=timezone.now())
    before = set(SigningKey.objects.values_list("kid", flat=True))
    assert len(before) == 3
    kid = replace_all(now=timezone.now())
    after = set(SigningKey.objects.values_list("kid", flat=True))
    assert len(after) == 2
    assert not before & after
    assert states()[KeyState.CURRENT] == kid


def test_a_leaked_key_verifies_in_another_process_until_that_reads_the_keys_again(
    ring, monkeypatch
):
    leaked, _ = ring.signing_key()
    other = Keyring()
    other.signing_key()
    withdrawals = other.withdrawals()
    replace_all(now=timezone.now())
    assert other.verifying_key(leaked) is not None
    monkeypatch.setattr("accounts.tokens.signing_keys.STALE_AFTER", -1)
    assert other.verifying_key(leaked) is None
    assert other.withdrawals() != withdrawals
    assert other.signing_key()[0] == states()[KeyState.CURRENT]


def test_a_rotation_is_no_loss(ring, always_stale):
    ring.signing_key()
    withdrawals = ring.withdrawals()
    rotate(now=timezone.now())
    assert ring.withdrawals() == withdrawals


def test_no_token_of_a_leaked_key_is_good_any_more(client, client_of, monkeypatch):
    keyring.cache(None)
    caller = client_of(email="ada@example.com")
    body = {"email": "ada@example.com", "password": "correct horse battery"}
    refresh = client.post("/api/v1/auth/token", body).json()["refresh"]
    assert caller.get("/api/v1/me").status_code == 200
    call_command("rotate_keys", "--leaked")
    monkeypatch.setattr("accounts.tokens.signing_keys.STALE_AFTER", -1)
    assert caller.get("/api/v1/me").json()["code"] == "token_invalid"
    response = client.post("/api/v1/auth/token/refresh", {"refresh": refresh})
    assert response.json()["code"] == "token_invalid"
    assert client.post("/api/v1/auth/token", body).status_code == 200


def test_rotating_without_a_leak_logs_nobody_out(client_of, monkeypatch):
    keyring.cache(None)
    caller = client_of()
    call_command("rotate_keys")
    monkeypatch.setattr("accounts.tokens.signing_keys.STALE_AFTER", -1)
    assert caller.get("/api/v1/me").status_code == 200


def test_a_new_secret_key_with_the_old_one_as_fallback_keeps_the_keys(ring, settings):
    kid, _ = ring.signing_key()
    old = settings.SECRET_KEY
    with override_settings(SECRET_KEY="another " * 8, SECRET_KEY_FALLBACKS=[old]):
        assert Keyring().signing_key()[0] == kid


def test_a_new_secret_key_alone_retires_what_it_cannot_open(ring):
    kid, _ = ring.signing_key()
    with override_settings(SECRET_KEY="another " * 8):
        replaced = Keyring()
        assert replaced.signing_key()[0] != kid
        assert replaced.verifying_key(kid) is not None


def test_a_server_with_another_secret_key_withdraws_nothing(ring):
    kid, _ = ring.signing_key()
    record_secret_key()
    with override_settings(SECRET_KEY="another " * 8), pytest.raises(Unavailable):
        Keyring().signing_key()
    assert Keyring().signing_key()[0] == kid


def test_jwks_verifies_a_token_without_asking_us(client, client_of):
    caller = client_of()
    access = caller._credentials["HTTP_AUTHORIZATION"].split()[1]
    response = client.get("/.well-known/jwks.json")
    assert response.status_code == 200
    assert response["Cache-Control"] == "public, max-age=600"
    keys = jwt.PyJWKSet.from_dict(response.json())
    key = keys[jwt.get_unverified_header(access)["kid"]]
    claims = jwt.decode(access, key, ["ES256"], audience="congocart-api", issuer="congocart")
    assert claims["sub"] == str(caller.user_id)
    assert "d" not in response.json()["keys"][0]
