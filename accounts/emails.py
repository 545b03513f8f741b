"""E-mails about accounts: background jobs, deferred in the transaction they tell about.

A job's arguments name rows and hold nothing personal and no secret; the link in an
e-mail is signed when it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.defaultfilters import pluralize
from django.template.loader import render_to_string

from accounts.models import EmailChange, User
from accounts.tokens.signed_links import LIFETIMES, Purpose, sign_link_token
from core.db.jobs import Queue, job

PAGES = {
    Purpose.VERIFY_EMAIL: "verify-email",
    Purpose.RESET_PASSWORD: "reset-password",
    Purpose.LEAVE_OLD_EMAIL: "confirm-email-change",
    Purpose.TAKE_NEW_EMAIL: "confirm-email-change",
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
        _send("verify_email", owner.email, owner, Purpose.VERIFY_EMAIL)
    else:
        _send("already_registered", owner.email)


@job(Queue.MAIL)
def send_verification(*, user_id: str) -> None:
    """Send the link that verifies an address again."""
    user = _user(user_id)
    if user is not None and user.email_verified_at is None:
        _send("verify_email", user.email, user, Purpose.VERIFY_EMAIL)


@job(Queue.MAIL)
def send_password_reset(*, user_id: str | None) -> None:
    """Send the link that sets a new password; without a user do nothing."""
    user = _user(user_id) if user_id else None
    if user is not None:
        _send("reset_password", user.email, user, Purpose.RESET_PASSWORD)


@job(Queue.MAIL)
def send_password_changed(*, user_id: str) -> None:
    """Tell the owner that the password was changed, in case it was someone else."""
    user = _user(user_id)
    if user is not None:
        _send("password_changed", user.email)


@job(Queue.MAIL)
def send_mfa_on(*, user_id: str) -> None:
    """Tell the owner that MFA was turned on, in case it was someone else."""
    user = _user(user_id)
    if user is not None:
        _send("mfa_on", user.email)


@job(Queue.MAIL)
def send_mfa_off(*, user_id: str) -> None:
    """Tell the owner that MFA was turned off, in case it was someone else."""
    user = _user(user_id)
    if user is not None:
        _send("mfa_off", user.email)


@job(Queue.MAIL)
def send_email_change(*, change_id: str) -> None:
    """Send a link to each of the two addresses; the change needs both."""
    changes = EmailChange.objects.select_related("user").filter(user__is_active=True)
    change = changes.filter(pk=UUID(change_id)).first()
    if change is not None:
        _send("leave_old_email", change.user.email, change, Purpose.LEAVE_OLD_EMAIL)
        _send("take_new_email", change.new_email, change, Purpose.TAKE_NEW_EMAIL)


def _user(user_id: str) -> User | None:
    return User.objects.filter(pk=UUID(user_id), is_active=True).first()


def send_mail(*, template: str, to: str, context: Mapping[str, object]) -> None:
    """Send `template` as text and HTML; the text's first line is the subject.

    Other apps send their e-mails by this, too, so that they all look alike.
    """
    known = {"shop": settings.SHOP_NAME, "storefront": settings.STOREFRONT_URL, **context}
    title, _, text = render_to_string(f"{template}.txt", known).partition("\n")
    message = EmailMultiAlternatives(title, text.strip() + "\n", to=[to])
    message.attach_alternative(render_to_string(f"{template}.html", known), "text/html")
    message.send()


def _send(
    template: str,
    to: str,
    subject: User | EmailChange | None = None,
    purpose: Purpose | None = None,
) -> None:
    context: dict[str, object] = {}
    if subject is not None and purpose is not None:
        token = sign_link_token(purpose, subject)
        context["token"] = token
        context["link"] = f"{settings.STOREFRONT_URL}/{PAGES[purpose]}?token={token}"
        hours = int(LIFETIMES[purpose].total_seconds() // 3600)
        count, unit = (hours, "hour") if hours % 24 else (hours // 24, "day")
        context["lifetime"] = f"{count} {unit}{pluralize(count)}"
    send_mail(template=f"accounts/emails/{template}", to=to, context=context)
