"""The views of API keys."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access import MANAGER
from accounts.authentication import user_of
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation, scopes_for
from core.http.pagination import Ordering, paginate
from staff import services
from staff.domain import ApiKeyNotFound, IssuedKey, ScopeNotAllowed
from staff.selectors import api_key, api_keys
from staff.serializers import ApiKeyInput, ApiKeyOutput, IssuedKeyOutput, api_key_body

TAG = "API keys"
NEWEST_FIRST = Ordering("newest", (("id", True, UUID),))


class ApiKeyViewSet(ViewSet):
    """API keys for integrations; a key is sent like an access token."""

    @operation(
        "listApiKeys",
        "List the API keys",
        access=MANAGER,
        responses={200: ApiKeyOutput},
        paginated=True,
        tag=TAG,
    )
    def list(self, request: Request) -> Response:
        return Response(paginate(request, api_keys(), NEWEST_FIRST).body(api_key_body))

    @operation(
        "createApiKey",
        "Issue an API key",
        access=MANAGER,
        request=ApiKeyInput,
        responses={201: IssuedKeyOutput},
        errors=[ScopeNotAllowed],
        tag=TAG,
        description="The key itself is in this response and can never be read again. It may do "
        "what its scopes name, for as long as the roles of its owner allow that.",
    )
    def create(self, request: Request) -> HttpResponse:
        values = validated(ApiKeyInput, request)
        user = user_of(request)

        def issue() -> IssuedKey:
            return services.issue_api_key(
                user_id=user.pk,
                grantable=scopes_for(user.roles),
                name=values["name"],
                scopes=values["scopes"],
                expires_at=values.get("expires_at"),
                now=timezone.now(),
            )

        def present(issued: IssuedKey) -> ApiResponse:
            body = {**api_key_body(api_key(issued.id)), "key": issued.secret}
            return ApiResponse(201, body)

        return write(request, issue, present)

    @operation(
        "revokeApiKey",
        "Revoke an API key",
        access=MANAGER,
        responses={204: None},
        errors=[ApiKeyNotFound],
        tag=TAG,
    )
    def destroy(self, request: Request, key_id: UUID) -> HttpResponse:
        return write(
            request,
            lambda: services.revoke_api_key(key_id=key_id, now=timezone.now()),
            lambda _: ApiResponse(204),
        )
