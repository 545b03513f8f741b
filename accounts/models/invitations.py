"""Invitations to the staff."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models.functions import Lower

from accounts.domain import STAFF_ROLES, Role
from accounts.models.users import User
from core.db.constraints import register
from core.db.transactions import RunAgain
from core.ids import uuid7


class StaffInvitationQuerySet(models.QuerySet["StaffInvitation"]):
    """Scopes of invitations."""

    def pending(self) -> Self:
        """Return those that were neither accepted nor revoked, expired ones included."""
        return self.filter(accepted_at=None, revoked_at=None)

    def open(self, now: datetime) -> Self:
        """Return those that can still be accepted."""
        return self.pending().filter(expires_at__gt=now)


class StaffInvitation(models.Model):
    """An offer of a role to the reader of an address; the record of who let whom in."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(max_length=254, help_text="Stored in lower case.")
    role = models.CharField(
        max_length=20,
        choices=[(role.value, role.value.capitalize()) for role in Role if role in STAFF_ROLES],
    )
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[StaffInvitationQuerySet] = StaffInvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="accounts_one_pending_invitation_per_email",
            ),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email"), email__regex=r"^[\x01-\x7f]*$"),
                name="accounts_invitation_email_in_one_form",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None) | models.Q(revoked_at=None),
                name="accounts_invitation_accepted_or_revoked",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None, accepted_by=None)
                | models.Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="accounts_invitation_accepted_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} as {self.role}"

    def state_at(self, now: datetime) -> str:
        """Return `accepted`, `revoked`, `expired` or `open`."""
        if self.accepted_at:
            return "accepted"
        if self.revoked_at:
            return "revoked"
        return "open" if now < self.expires_at else "expired"


# Two who invite the same person at once: the later one revokes the other's invitation.
register({"accounts_one_pending_invitation_per_email": RunAgain})
