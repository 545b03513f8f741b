"""Inviting someone to the staff, by a mailed link that they accept themselves."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import Group

from accounts import emails
from accounts.domain import (
    AccountClosed,
    EmailTaken,
    InvitationNotFound,
    LinkInvalid,
    OpenInvitation,
    Role,
    RoleHeld,
    WeakPassword,
    may_grant,
)
from accounts.models import StaffInvitation, StaffInvitationQuerySet, User
from accounts.selectors import known_emails, roles_of, users_with_roles
from accounts.services.confirmation import REAUTHENTICATE_ERRORS, reauthenticate
from accounts.services.recovery import prove_address
from accounts.services.sessions import revoke_sessions
from accounts.services.users import require_strong_password
from accounts.tokens.signed_links import LIFETIMES, Purpose, SignedLink, read_link_token
from core.caller import Caller
from core.db.transactions import transaction_required, use_case
from core.email_address import normalize_email
from core.errors import Forbidden

INVITE_STAFF_ERRORS = (RoleHeld, AccountClosed)


@use_case
def invite_staff(*, email: str, role: Role, caller: Caller, now: datetime) -> StaffInvitation:
    """Mail a link by which the reader of `email` joins the staff with `role`, once.

    No account is made before it is accepted. An earlier invitation of this address is revoked.
    Raises `INVITE_STAFF_ERRORS`, and `Forbidden` for a role that the caller may not grant.
    """
    if caller.user_id is None or not may_grant(caller.roles, role):
        raise Forbidden
    email = normalize_email(email)
    invited = users_with_roles().filter(email=email).first()
    if invited is not None and not invited.is_active:
        raise AccountClosed
    if invited is not None and role in roles_of(invited):
        raise RoleHeld
    StaffInvitation.objects.pending().filter(email=email).update(revoked_at=now)
    invitation = StaffInvitation.objects.create(
        email=email,
        role=role,
        invited_by_id=caller.user_id,
        created_at=now,
        expires_at=now + LIFETIMES[Purpose.JOIN_STAFF],
    )
    emails.send_staff_invitation.defer(invitation_id=str(invitation.pk))
    return invitation


@use_case
def revoke_invitation(*, invitation_id: UUID, now: datetime) -> None:
    """Make the link of an invitation void. Raises `InvitationNotFound` unless it is pending."""
    pending = StaffInvitation.objects.pending().filter(pk=invitation_id)
    if not pending.update(revoked_at=now):
        raise InvitationNotFound


def read_invitation(*, token: str, now: datetime) -> OpenInvitation:
    """Return what a mailed link invites to. Raises `LinkInvalid`."""
    link = read_link_token(token, Purpose.JOIN_STAFF)
    invitation = _open_invitation(link, StaffInvitation.objects.all(), now)
    email, role = invitation.email, Role(invitation.role)
    return OpenInvitation(email, role, has_account=email in known_emails([email]))


ACCEPT_INVITATION_ERRORS = (*REAUTHENTICATE_ERRORS, LinkInvalid, WeakPassword, EmailTaken)


def accept_invitation(
    *, token: str, password: str, first_name: str = "", last_name: str = "", now: datetime
) -> None:
    """Join the staff by a mailed link: with a new account, or with the one of this address.

    An account that is there already keeps its names and its password, which `password` has to
    be; it is logged out everywhere, because its roles change. The link is invalid once it was
    used, revoked or has expired, and when who sent it may no longer grant the role. Raises
    `ACCEPT_INVITATION_ERRORS`; `EmailTaken` when the address was registered meanwhile.
    """
    link = read_link_token(token, Purpose.JOIN_STAFF)
    email = _open_invitation(link, StaffInvitation.objects.all(), now).email
    owner = User.objects.filter(email=email).first()
    if owner is None:
        user = User(email=email, first_name=first_name, last_name=last_name)
        require_strong_password(password, user)
        user.set_password(password)  # Before the transaction: it takes tens of milliseconds.
    elif owner.is_active:
        user = reauthenticate(user_id=owner.pk, password=password, now=now)
    else:
        raise LinkInvalid

    @use_case
    def accept() -> None:
        # The account is locked first, as erasing it does.
        same = User.objects.filter(pk=user.pk, email=email, password=user.password, is_active=True)
        locked = same.select_for_update(no_key=True).first() if owner else None
        if owner and locked is None:
            raise LinkInvalid
        locking = StaffInvitation.objects.select_for_update(no_key=True)
        invitation = _open_invitation(link, locking, now)
        if locked is None:
            user.save(force_insert=True)
        _join_staff(locked or user, Role(invitation.role), now)
        invitation.accepted_at, invitation.accepted_by = now, locked or user
        invitation.save(update_fields=["accepted_at", "accepted_by"])

    accept()


def _open_invitation(
    link: SignedLink, invitations: StaffInvitationQuerySet, now: datetime
) -> StaffInvitation:
    """Return one that may still be accepted, of a sender who may still grant its role."""
    invitation = invitations.open(now).filter(pk=link.subject_id).first()
    if invitation is None or not link.matches(invitation):
        raise LinkInvalid
    senders = users_with_roles().filter(pk=invitation.invited_by_id, is_active=True)
    sender = senders.first()
    if sender is None or not may_grant(roles_of(sender), Role(invitation.role)):
        raise LinkInvalid
    return invitation


@transaction_required
def _join_staff(user: User, role: Role, now: datetime) -> None:
    """Add a role to a locked account, whose owner has shown to read its address."""
    if user.email_verified_at is None:
        prove_address(user, now)
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    user.is_staff = True
    user.is_superuser = user.is_superuser or role is Role.ADMIN
    user.save(update_fields=["is_staff", "is_superuser"])
    revoke_sessions(user_id=user.pk, now=now)
