"""The admin pages of invitations, and the button that sends one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget

from accounts.domain import STAFF_ROLES, Role
from accounts.mail_quota import require_mail_quota
from accounts.models import StaffInvitation
from accounts.selectors import profile_of, roles_of
from accounts.services import invite_staff, revoke_invitation
from core.backoffice.base import ReadOnlyAdmin
from core.backoffice.columns import back_to, text
from core.caller import Caller
from core.email_address import ASCII_ONLY, normalize_email
from core.errors import CongoCartError

GRANTED = [(role.value, role.value.capitalize()) for role in Role if role in STAFF_ROLES]
COLORS = {"open": "info", "accepted": "success", "revoked": "danger", "expired": "warning"}


def stored_email(email: str) -> str:
    """Return a typed address in the form in which it is stored, or refuse it beside its field."""
    normal = normalize_email(email)
    if not normal.isascii():
        raise forms.ValidationError(ASCII_ONLY)
    return normal


class InvitationForm(BaseDialogForm):
    """Whom to invite, and as what."""

    email = forms.EmailField(max_length=254, widget=UnfoldAdminEmailInputWidget)
    role = forms.ChoiceField(choices=GRANTED, widget=UnfoldAdminSelectWidget)

    def clean_email(self) -> str:
        """Return the address in the form in which it is stored."""
        return stored_email(self.cleaned_data["email"])


class Invites:
    """The button “Invite” above a list."""

    def has_invite_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may invite staff."""
        return request.user.has_perm("accounts.add_staffinvitation")

    @action(
        description="Invite",
        permissions=["invite"],
        url_path="invite",
        icon="person_add",
        dialog={
            "title": "Invite someone to the staff",
            "description": "They get an email with a link that works once, for 7 days, and choose "
            "their own password. An earlier invitation of the same address is revoked.",
            "form_class": InvitationForm,
            "form_submit_text": "Send invitation",
        },
    )
    def invite(self, request: HttpRequest, form: InvitationForm) -> HttpResponse:
        """Send the invitation, or say why not."""
        page: Any = self
        email, role = form.cleaned_data["email"], Role(form.cleaned_data["role"])
        user: Any = request.user
        caller = Caller(user.pk, roles_of(profile_of(user.pk)))
        try:
            require_mail_quota(request, email)
            invitation = invite_staff(email=email, role=role, caller=caller, now=timezone.now())
        except CongoCartError as refusal:
            page.message_user(request, refusal.detail, messages.ERROR)
        else:
            page.log_addition(request, invitation, "Invited.")
            page.message_user(request, f"The invitation to {email} is on its way.")
        url = reverse("admin:accounts_staffinvitation_changelist")
        return HttpResponse(headers={"HX-Redirect": url})


@admin.register(StaffInvitation)
class StaffInvitationAdmin(Invites, ReadOnlyAdmin):
    """The invitations to the staff: who let whom in, and as what."""

    shows_personal_data = True
    list_display = ["email", "role", "state", "sender", "created_at", "expires_at"]
    list_filter = ["role"]
    list_select_related = ["invited_by"]
    search_fields = ["email"]
    search_help_text = "Search by any part of the email."
    ordering = ["-id"]
    help_texts = {"email": ""}
    fields = [
        ("email", "role"), ("state_in_words", "sender"), ("created_at", "expires_at"),
        ("accepted_at", "revoked_at"),
    ]  # fmt: skip
    actions_list = ["invite"]
    actions_detail = ["revoke"]

    def has_revoke_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Return whether the user may revoke invitations, those of others too."""
        return request.user.has_perm("accounts.delete_staffinvitation")

    sender = text("invited_by.email", label="Invited by")

    @display(description="Status", label=COLORS)
    def state(self, invitation: StaffInvitation) -> tuple[str, str]:
        """Return what has become of it."""
        now: datetime = timezone.now()
        state = invitation.state_at(now)
        return state, state.capitalize()

    @display(description="Status")
    def state_in_words(self, invitation: StaffInvitation) -> str:
        """Return the same for its page, which has no colored labels."""
        return self.state(invitation)[1]

    @action(
        description="Revoke",
        permissions=["revoke"],
        url_path="revoke",
        icon="block",
        dialog={
            "title": "Revoke this invitation",
            "description": "Its link no longer works. Someone who has accepted it keeps the role; "
            "take it away on the user's page.",
            "form_submit_text": "Revoke",
        },
    )
    def revoke(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        """Make the link void, or say why that has no effect."""
        invitation = self.get_object(request, unquote(object_id))
        if invitation is None:
            raise Http404
        try:
            revoke_invitation(invitation_id=invitation.pk, now=timezone.now())
        except CongoCartError as refusal:
            self.message_user(request, refusal.detail, messages.ERROR)
        else:
            self.log_change(request, invitation, "Revoked.")
            self.message_user(request, "The invitation was revoked.", messages.SUCCESS)
        return back_to("accounts.staffinvitation", invitation.pk)
