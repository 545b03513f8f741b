"""The serializers of invitations to the staff."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework import serializers

from accounts.domain import STAFF_ROLES, Role
from accounts.models import StaffInvitation
from accounts.serializers.credentials import PasswordField, ResetPasswordInput
from core.http.fields import (
    Input,
    Output,
    StrictCharField,
    StrictChoiceField,
    StrictEmailField,
)

_GRANTED = [role.value for role in Role if role in STAFF_ROLES]


class StaffInvitationInput(Input):
    """Whom to invite, and as what."""

    examples = {"email": "grace@example.com", "role": "support"}

    email = StrictEmailField()
    role = StrictChoiceField(choices=_GRANTED)


class StaffInvitationOutput(Output):
    """An invitation to the staff."""

    examples = {"email": "grace@example.com", "role": "support", "status": "open"}

    id = serializers.UUIDField()
    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=_GRANTED)
    status = serializers.ChoiceField(choices=["open", "accepted", "revoked", "expired"])
    invited_by = serializers.UUIDField(help_text="The user who sent it.")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class AcceptInvitationInput(ResetPasswordInput):
    """A password, and the token of a mailed invitation."""

    examples = {**ResetPasswordInput.examples, "first_name": "Grace", "last_name": "Hopper"}

    password = PasswordField(
        help_text="A new one, or that of the account that the address already has."
    )
    first_name = StrictCharField(max_length=100, required=False, allow_blank=True, default="")
    last_name = StrictCharField(max_length=100, required=False, allow_blank=True, default="")


def staff_invitation_body(invitation: StaffInvitation, now: datetime) -> dict[str, Any]:
    """Render an invitation as `StaffInvitationOutput`."""
    names = ("email", "role", "created_at", "expires_at", "accepted_at", "revoked_at")
    return {
        "id": invitation.pk,
        "status": invitation.state_at(now),
        "invited_by": invitation.invited_by_id,
        **{name: getattr(invitation, name) for name in names},
    }
