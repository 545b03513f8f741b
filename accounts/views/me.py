"""The caller's own account and sessions."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts import services
from accounts.access import ACCOUNT
from accounts.authentication import user_of
from accounts.domain import SessionNotFound
from accounts.models import RefreshSession, User
from accounts.selectors import profile_of, sessions_of
from accounts.serializers.credentials import PasswordInput
from accounts.serializers.profile import (
    ExportOutput,
    ProfileInput,
    ProfileOutput,
    SessionOutput,
    profile_body,
    session_body,
)
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation
from core.http.pagination import Ordering, paginate

TAG = "Accounts"
ERASING = (
    "At once and for good; the tokens of the account stop working. Orders are kept without your "
    "name, so wait for parcels that are still on their way."
)
BY_CREATION = Ordering("created", (("id", True, UUID),))


class MeViewSet(ViewSet):
    """The caller's own account."""

    actions_of_closed_accounts = ("destroy", "erase")

    @operation(
        "getMe", "Read your account", access=ACCOUNT, responses={200: ProfileOutput}, tag=TAG
    )
    def retrieve(self, request: Request) -> Response:
        return Response(profile_body(profile_of(user_of(request).pk)))

    @operation(
        "updateMe",
        "Change your name or language",
        access=ACCOUNT,
        request=ProfileInput,
        responses={200: ProfileOutput},
        tag=TAG,
    )
    def partial_update(self, request: Request) -> HttpResponse:
        values = validated(ProfileInput, request)
        user_id = user_of(request).pk

        def update() -> User:
            return services.update_profile(user_id=user_id, **values)

        return write(request, update, lambda user: ApiResponse(200, profile_body(user)))

    @operation(
        "exportMe",
        "Export everything about you",
        access=ACCOUNT,
        responses={200: ExportOutput},
        tag=TAG,
    )
    def export(self, request: Request) -> Response:
        body = services.export_personal_data(user_id=user_of(request).pk)
        headers = {"Content-Disposition": 'attachment; filename="personal-data.json"'}
        return Response(body, headers=headers)

    @operation(
        "eraseMe",
        "Erase your account and everything personal",
        access=ACCOUNT,
        request=PasswordInput,
        responses={204: None},
        errors=services.REAUTHENTICATE_ERRORS,
        tag=TAG,
        description=f"{ERASING} Some clients drop the body of a DELETE: `POST /me/erase` is the "
        "same.",
    )
    def destroy(self, request: Request) -> HttpResponse:
        return _erase(request)

    @operation(
        "eraseAccount",
        "Erase your account and everything personal",
        access=ACCOUNT,
        request=PasswordInput,
        responses={204: None},
        errors=services.REAUTHENTICATE_ERRORS,
        tag=TAG,
        description=ERASING,
    )
    def erase(self, request: Request) -> HttpResponse:
        return _erase(request)


def _erase(request: Request) -> HttpResponse:
    values = validated(PasswordInput, request)
    user_id = user_of(request).pk
    return write(
        request,
        lambda: services.erase_user(user_id=user_id, **values, now=timezone.now()),
        lambda _: ApiResponse(204),
        consumes_credential=True,
    )


class SessionViewSet(ViewSet):
    """Where the caller is logged in."""

    @operation(
        "listSessions",
        "List where you are logged in",
        access=ACCOUNT,
        responses={200: SessionOutput},
        paginated=True,
        tag=TAG,
    )
    def list(self, request: Request) -> Response:
        user = user_of(request)
        page = paginate(request, sessions_of(user.pk, timezone.now()), BY_CREATION)

        def render(session: RefreshSession) -> dict[str, object]:
            return session_body(session, user.session_id)

        return Response(page.body(render))

    @operation(
        "endSession",
        "Log out somewhere else",
        access=ACCOUNT,
        responses={204: None},
        errors=[SessionNotFound],
        tag=TAG,
    )
    def destroy(self, request: Request, session_id: UUID) -> HttpResponse:
        user_id = user_of(request).pk
        return write(
            request,
            lambda: services.end_session(
                user_id=user_id, session_id=session_id, now=timezone.now()
            ),
            lambda _: ApiResponse(204),
        )

    @operation(
        "endAllSessions", "Log out everywhere", access=ACCOUNT, responses={204: None}, tag=TAG
    )
    def destroy_all(self, request: Request) -> HttpResponse:
        user_id = user_of(request).pk
        return write(
            request,
            lambda: services.end_all_sessions(user_id=user_id, now=timezone.now()),
            lambda _: ApiResponse(204),
        )
