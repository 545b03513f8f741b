"""The public keys of access tokens."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access import ANYONE
from accounts.serializers.credentials import JwksOutput
from accounts.tokens.signing_keys import jwk_of, keyring
from core.http.operations import operation

TAG = "Accounts"
JWKS_MAX_AGE_SECONDS = 600


class JwksViewSet(ViewSet):
    """The keys by which other services verify our tokens."""

    authentication_classes = []

    @operation(
        "getJwks",
        "Public keys of the access tokens",
        access=ANYONE,
        responses={200: JwksOutput},
        tag=TAG,
    )
    def retrieve(self, request: Request) -> Response:
        keys = [jwk_of(key) for key in keyring.public_keys().values()]
        cached = {"Cache-Control": f"public, max-age={JWKS_MAX_AGE_SECONDS}"}
        return Response({"keys": keys}, headers=cached)
