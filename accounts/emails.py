"""E-mails about accounts: background jobs, deferred in the transaction they tell about.

A job's arguments name rows and hold nothing personal and no secret; the link in a
mail is made when it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from accounts.models import EmailChange, User
from accounts.tokens.signed_links import LIFETIMES, Purpose, make_proof
from core.db.jobs import job

PAGES = {
    Purpose.VERIFY_EMAIL: "verify-email",
    Purpose.RESET_PASSWORD: "reset-password",
    Purpose.LEAVE_OLD_EMAIL: "confirm-email-change",
    Purpose.TAKE_NEW_EMAIL: "confirm-email-change",
}


@job
def send_welcome(*, owner_id: str | None, registered_id: str) -> None:
    """Asks a new user to verify the address, or tells its owner that somebody tried to take it."""
    if owner_id is None:
        return
    owner = _user(owner_id)
    if owner is None:
        return
    if owner_id == registered_id:
        _send("verify_email", owner.email, owner, Purpose.VERIFY_EMAIL)
    else:
        _send("already_registered", owner.email)


@job
def send_verification(*, user_id: str) -> None:
    """The link that verifies an address, again."""
    user = _user(user_id)
    if user is not None and user.email_verified_at is None:
        _send("verify_email", user.email, user, Purpose.VERIFY_EMAIL)


@job
def send_password_reset(*, user_id: str | None) -> None:
    """The link that sets a new password. Without a user there is nobody to write to."""
    user = _user(user_id) if user_id else None
    if user is not None:
        _send("reset_password", user.email, user, Purpose.RESET_PASSWORD)


@job
def send_password_changed(*, user_id: str) -> None:
    """Tells the owner, in case it was somebody else."""
    user = _user(user_id)
    if user is not None:
        _send("password_changed", user.email)


@job
def send_second_factor_on(*, user_id: str) -> None:
    """Tells the owner, in case it was somebody else."""
    user = _user(user_id)
    if user is not None:
        _send("second_factor_on", user.email)


@job
def send_second_factor_off(*, user_id: str) -> None:
    """Tells the owner, in case it was somebody else."""
    user = _user(user_id)
    if user is not None:
        _send("second_factor_off", user.email)


@job
def send_email_change(*, change_id: str) -> None:
    """A link to each of the two addresses; the change needs both."""
    changes = EmailChange.objects.select_related("user").filter(user__is_active=True)
    change = changes.filter(pk=UUID(change_id)).first()
    if change is not None:
        _send("leave_old_email", change.user.email, change, Purpose.LEAVE_OLD_EMAIL)
        _send("take_new_email", change.new_email, change, Purpose.TAKE_NEW_EMAIL)


def _user(user_id: str) -> User | None:
    return User.objects.filter(pk=UUID(user_id), is_active=True).first()


def send_mail(*, template: str, to: str, context: Mapping[str, object]) -> None:
    """Sends `template` as text and HTML; the text's first line is the subject.

    For the mails of other rooms, too: the shop writes to everybody in the same way.
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
        token = make_proof(purpose, subject)
        context["token"] = token
        context["link"] = f"{settings.STOREFRONT_URL}/{PAGES[purpose]}?token={token}"
        context["hours"] = int(LIFETIMES[purpose].total_seconds() // 3600)
    send_mail(template=f"accounts/emails/{template}", to=to, context=context)
