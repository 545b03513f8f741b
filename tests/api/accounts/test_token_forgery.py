"""Tokens that are not ours, or not ours any more, get nobody in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from accounts.tokens.json_web_tokens import MAX_TOKEN_LENGTH
from accounts.tokens.signing_keys import keyring

pytestmark = pytest.mark.django_db

USER = "01990000-0000-7000-8000-000000000001"


def claims(**changes):
    now = int(time.time())
    good = {
        "sub": USER,
        "sid": USER,
        "roles": ["customer"],
        "token_type": "access",
        "jti": "1" * 32,
        "iss": "congocart",
        "aud": "congocart-api",
        "iat": now,
        "exp": now + 600,
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def signed(key=None, algorithm="ES256", headers=None, **changes):
    kid, private_key = keyring.signing_key()
    headers = {"kid": kid, "typ": "at+jwt", **(headers or {})}
    return jwt.encode(claims(**changes), key or private_key, algorithm=algorithm, headers=headers)


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def public_pem():
    _, private_key = keyring.signing_key()
    return private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def hs256_with_the_public_key():
    """The classic confusion: the public key as an HMAC secret. PyJWT refuses to make one."""
    kid, _ = keyring.signing_key()
    head = part({"alg": "HS256", "typ": "at+jwt", "kid": kid})
    signing_input = f"{head}.{part(claims())}"
    mac = hmac.new(public_pem(), signing_input.encode(), hashlib.sha256).digest()
    return f"{signing_input}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def unsigned(algorithm):
    return f"{part({'alg': algorithm, 'typ': 'at+jwt', 'kid': 'x'})}.{part(claims())}."


def bit_flipped():
    head, body, signature = signed().split(".")
    return ".".join([head, body, ("A" if signature[0] != "A" else "B") + signature[1:]])


def other_body():
    head, _, signature = signed().split(".")
    return ".".join([head, part(claims(roles=["admin", "manager"])), signature])


FORGERIES = {
    "alg none": lambda: unsigned("none"),
    "alg None": lambda: unsigned("None"),
    "alg nOnE": lambda: unsigned("nOnE"),
    "HS256 with the public key": hs256_with_the_public_key,
    "HS256 with a guess": lambda: signed("secret" * 8, "HS256"),
    "RS256": lambda: signed(rsa.generate_private_key(65537, 2048), "RS256"),
    "EdDSA": lambda: signed(ed25519.Ed25519PrivateKey.generate(), "EdDSA"),
    "ES384": lambda: signed(ec.generate_private_key(ec.SECP384R1()), "ES384"),
    "another key under our kid": lambda: signed(ec.generate_private_key(ec.SECP256R1())),
    "unknown kid": lambda: signed(headers={"kid": "unknown"}),
    "kid path": lambda: signed(headers={"kid": "../../../../dev/null"}),
    "kid sql": lambda: signed(headers={"kid": "' OR 1=1 --"}),
    "no kid": lambda: jwt.encode(
        claims(), keyring.signing_key()[1], "ES256", headers={"typ": "at+jwt"}
    ),
    "jku of the attacker": lambda: signed(
        ec.generate_private_key(ec.SECP256R1()), headers={"jku": "http://evil.example/jwks"}
    ),
    "jwk in the header": lambda: signed(
        ec.generate_private_key(ec.SECP256R1()), headers={"jwk": {"kty": "EC"}}
    ),
    "typ JWT": lambda: signed(headers={"typ": "JWT"}),
    "refresh typ": lambda: signed(headers={"typ": "rt+jwt"}),
    "crit unknown": lambda: signed(headers={"crit": ["exp2"], "exp2": 1}),
    "another issuer": lambda: signed(iss="evil"),
    "no issuer": lambda: signed(iss=None),
    "another audience": lambda: signed(aud="another-api"),
    "no audience": lambda: signed(aud=None),
    "no expiry": lambda: signed(exp=None),
    "token type refresh": lambda: signed(token_type="refresh"),
    "no token type": lambda: signed(token_type=None),
    "no jti": lambda: signed(jti=None),
    "no user": lambda: signed(sub=None),
    "user not a uuid": lambda: signed(sub="admin"),
    "no session": lambda: signed(sid=None),
    "roles not a list": lambda: signed(roles="admin"),
    "issued in the future": lambda: signed(iat=int(time.time()) + 60),
    "not yet valid": lambda: signed(nbf=int(time.time()) + 60),
    "bit flipped": bit_flipped,
    "another body": other_body,
    "truncated": lambda: signed()[:-10],
    "no signature": lambda: signed().rsplit(".", 1)[0] + ".",
    "two parts": lambda: signed().rsplit(".", 1)[0],
    "four parts": lambda: signed() + ".AAAA",
    "oversized": lambda: signed(pad="x" * MAX_TOKEN_LENGTH),
    "empty parts": lambda: "..",
    "not base64": lambda: "a.b.c",
    "binary": lambda: "\xff\xfe\xfd",
    "json": lambda: '{"sub": 1}',
    "two tokens": lambda: f"{signed()} {signed()}",
}


def me(client, authorization):
    return client.get("/api/v1/me", headers={"Authorization": authorization})


def test_the_same_token_untouched_is_accepted(client):
    response = me(client, f"Bearer {signed()}")
    assert response.json()["code"] == "not_authenticated"  # Ours, but nobody has this id.


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_token_is_401(client, forgery):
    response = me(client, f"Bearer {FORGERIES[forgery]()}")
    assert response.status_code == 401
    assert response.json()["code"] == "token_invalid"
    assert response["WWW-Authenticate"] == 'Bearer realm="congocart", error="invalid_token"'


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic YTpi", "Token x", "garbage"])
def test_another_scheme_is_401(client, header):
    assert me(client, header).status_code == 401


@pytest.mark.parametrize("position", range(0, 360, 7))
def test_a_token_with_any_character_changed_is_401(client, position):
    token = signed()
    position = min(position, len(token) - 2)
    changed = "A" if token[position] != "A" else "Q"
    response = me(client, f"Bearer {token[:position]}{changed}{token[position + 1 :]}")
    assert response.status_code == 401


def test_unknown_key_ids_do_not_reach_the_database_each_time(client, assert_statements):
    with assert_statements(0):
        for number in range(20):
            me(client, f"Bearer {signed(headers={'kid': f'garbage-{number}'})}")
