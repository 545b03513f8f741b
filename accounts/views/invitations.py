"""Inviting someone to the staff, and accepting that."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts import services
from accounts.access import ADMIN, ANYONE
from accounts.domain import InvitationNotFound, Role
from accounts.mail_quota import require_mail_quota
from accounts.models import StaffInvitation
from accounts.serializers.invitations import (
    AcceptInvitationInput,
    StaffInvitationInput,
    StaffInvitationOutput,
    staff_invitation_body,
)
from core.http.callers import caller_of
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation
from core.http.pagination import Ordering, paginate

TAG = "Staff"
NEWEST_FIRST = Ordering("newest", (("id", True, UUID),))


class StaffInvitationViewSet(ViewSet):
    """Invitations to the staff."""

    @operation(
        "listStaffInvitations",
        "List the invitations to the staff",
        access=ADMIN,
        responses={200: StaffInvitationOutput},
        paginated=True,
        tag=TAG,
        personal=True,
    )
    def list(self, request: Request) -> Response:
        now = timezone.now()
        page = paginate(request, StaffInvitation.objects.all(), NEWEST_FIRST)
        return Response(page.body(lambda each: staff_invitation_body(each, now)))

    @operation(
        "inviteStaff",
        "Invite someone to the staff",
        access=ADMIN,
        request=StaffInvitationInput,
        responses={201: StaffInvitationOutput},
        errors=services.INVITE_STAFF_ERRORS,
        tag=TAG,
        description="Mails a link that holds for 7 days, works once, and makes void an earlier one "
        "of the same address. There is no account before it is accepted.",
    )
    def create(self, request: Request) -> HttpResponse:
        values = validated(StaffInvitationInput, request)
        require_mail_quota(request, values["email"])
        caller, role, now = caller_of(request), Role(values["role"]), timezone.now()
        return write(
            request,
            lambda: services.invite_staff(email=values["email"], role=role, caller=caller, now=now),
            lambda invitation: ApiResponse(201, staff_invitation_body(invitation, now)),
        )

    @operation(
        "revokeStaffInvitation",
        "Revoke an invitation to the staff",
        access=ADMIN,
        responses={204: None},
        errors=[InvitationNotFound],
        tag=TAG,
    )
    def destroy(self, request: Request, invitation_id: UUID) -> HttpResponse:
        return write(
            request,
            lambda: services.revoke_invitation(invitation_id=invitation_id, now=timezone.now()),
            lambda _: ApiResponse(204),
        )


class AcceptInvitationViewSet(ViewSet):
    """Accepting an invitation; the mailed link is the credential."""

    authentication_classes = []
    rate_group = "auth"

    @operation(
        "acceptStaffInvitation",
        "Accept an invitation to the staff",
        access=ANYONE,
        request=AcceptInvitationInput,
        responses={204: None},
        errors=services.ACCEPT_INVITATION_ERRORS,
        tag=TAG,
        description="Makes an account with this password and these names; or gives the role to the "
        "account of the address, whose own password is needed and whose sessions end.",
    )
    def accept(self, request: Request) -> HttpResponse:
        values = validated(AcceptInvitationInput, request)
        return write(
            request,
            lambda: services.accept_invitation(**values, now=timezone.now()),
            lambda _: ApiResponse(204),
            consumes_credential=True,
        )
