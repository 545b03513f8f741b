"""E-mails about accounts: background jobs, deferred in the transaction they tell about.

A job's arguments name rows and hold nothing personal and no secret; the link in an
e-mail is signed when it is sent.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import EmailChange, StaffInvitation, User
from accounts.tokens.signed_links import LIFETIMES, Purpose, sign_link_token
from core.db.jobs import Queue, job
from core.mailing.messages import greeting_name, send_mail

# The page of the storefront that a link leads to, and what its button says.
PAGES = {
    Purpose.VERIFY_EMAIL: ("verify-email", _("Confirm address")),
    Purpose.RESET_PASSWORD: ("reset-password", _("Set a new password")),
    Purpose.LEAVE_OLD_EMAIL: ("confirm-email-change", _("Confirm the change")),
    Purpose.TAKE_NEW_EMAIL: ("confirm-email-change", _("Confirm this address")),
}


@job(Queue.MAIL)
def send_welcome(*, owner_id: str | None, registered_id: str) -> None:
    """Ask a new user to verify the address, or tell the owner of a taken one about the attempt."""
    if owner_id is None:
        return
    owner = _user(owner_id)
    if owner is None:
        return
    if owner_id == registered_id:
        _send("verify_email", owner, Purpose.VERIFY_EMAIL)
    else:
        _send("already_registered", owner)


@job(Queue.MAIL)
def send_verification(*, user_id: str) -> None:
    """Send the link that verifies an address again."""
    user = _user(user_id)
    if user is not None and user.email_verified_at is None:
        _send("verify_email", user, Purpose.VERIFY_EMAIL)


@job(Queue.MAIL)
def send_password_reset(*, user_id: str | None) -> None:
    """Send the link that sets a new password; without a user do nothing."""
    user = _user(user_id) if user_id else None
    if user is not None:
        _send("reset_password", user, Purpose.RESET_PASSWORD)


@job(Queue.MAIL)
def send_password_changed(*, user_id: str) -> None:
    """Tell the owner that the password was changed, in case it was someone else."""
    user = _user(user_id)
    if user is not None:
        _send("password_changed", user)


@job(Queue.MAIL)
def send_mfa_on(*, user_id: str) -> None:
    """Tell the owner that MFA was turned on, in case it was someone else."""
    user = _user(user_id)
    if user is not None:
        _send("mfa_on", user)


@job(Queue.MAIL)
def send_mfa_off(*, user_id: str) -> None:
    """Tell the owner that MFA was turned off, in case it was someone else."""
    user = _user(user_id)
    if user is not None:
        _send("mfa_off", user)


@job(Queue.MAIL)
def send_email_change(*, change_id: str) -> None:
    """Send a link to each of the two addresses; the change needs both."""
    changes = EmailChange.objects.select_related("user").filter(user__is_active=True)
    change = changes.filter(pk=UUID(change_id)).first()
    if change is not None:
        _send("leave_old_email", change.user, Purpose.LEAVE_OLD_EMAIL, change)
        _send("take_new_email", change.user, Purpose.TAKE_NEW_EMAIL, change)


@job(Queue.MAIL)
def send_staff_invitation(*, invitation_id: str) -> None:
    """Send the link that accepts an invitation, which leads to a page of the admin."""
    invitations = StaffInvitation.objects.open(timezone.now())
    invitation = invitations.filter(pk=UUID(invitation_id)).first()
    if invitation is not None:
        token = sign_link_token(Purpose.JOIN_STAFF, invitation)
        send_mail(
            template="accounts/emails/staff_invitation",
            to=invitation.email,
            context={
                "role": invitation.role,
                "action": _("Accept the invitation"),
                "link": f"{settings.EMAILS.admin}/admin/invitation/?token={token}",
                "lifetime": LIFETIMES[Purpose.JOIN_STAFF],
            },
        )


def _user(user_id: str) -> User | None:
    return User.objects.filter(pk=UUID(user_id), is_active=True).first()


def _send(
    template: str,
    owner: User,
    purpose: Purpose | None = None,
    change: EmailChange | None = None,
) -> None:
    """Send a mail to an account's owner, who is greeted by name once the address is theirs."""
    context: dict[str, object] = {}
    to = owner.email
    if purpose is Purpose.TAKE_NEW_EMAIL and change is not None:
        to = change.new_email
    elif owner.email_verified_at is not None:
        context["name"] = greeting_name(owner.first_name, owner.last_name)
    if purpose is not None:
        page, context["action"] = PAGES[purpose]
        token = sign_link_token(purpose, change or owner)
        context["link"] = f"{settings.STOREFRONT_URL}/{page}?token={token}"
        context["lifetime"] = LIFETIMES[purpose]
    send_mail(
        template=f"accounts/emails/{template}",
        to=to,
        context=context,
        language=owner.language,
    )
