"""The admin pages of users."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm, BaseDialogForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.admin.invitations import GRANTED, Invites, stored_email
from accounts.domain import Role
from accounts.models import RefreshSession, SavedAddress, User
from accounts.selectors import with_every_word
from accounts.services import reset_mfa, revoke_sessions, set_password, unverify_email
from core.backoffice.base import KeptAdmin, ReadOnlyInline
from core.backoffice.columns import back_to, text
from core.backoffice.filters import DaysFilter
from core.errors import CongoCartError, Forbidden

# Roles are fixed in code, so their groups are nothing to edit.
admin.site.unregister(Group)


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    """An account and its roles."""

    actor_id: Any = None
    roles = forms.MultipleChoiceField(
        choices=GRANTED,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Each of these roles gives access to the admin. Every user is a customer.",
    )

    class Meta:
        model = User
        fields = ("email", "first_name", "last_name", "is_active", "customer_groups")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "roles" in self.fields:
            self.initial["roles"] = [group.name for group in self.instance.groups.all()]

    def clean_email(self) -> str:
        """Return the address in the form in which it is stored."""
        return stored_email(self.cleaned_data["email"])

    def clean(self) -> dict[str, Any]:
        """Refuse to remove one's own access."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        keeps_access = cleaned.get("is_active") and Role.ADMIN in cleaned.get("roles", ())
        if self.instance.pk == self.actor_id and not keeps_access:
            raise forms.ValidationError("You cannot remove your own access.")
        return cleaned


class NewPasswordForm(AdminPasswordChangeForm):
    """A password set by staff; it ends every session of the account, as the owner's own does."""

    def save(self, commit: bool = True) -> User:
        usable = self.cleaned_data["set_usable_password"]
        set_password(
            user_id=self.user.pk,
            password=self.cleaned_data["password1"] if usable else None,
            now=timezone.now(),
        )
        self.user.refresh_from_db()
        user: User = self.user
        return user


class SessionInline(ReadOnlyInline):
    """The sessions in which the user is or was logged in."""

    model = RefreshSession
    verbose_name_plural = "sessions"
    fields = ["created_at", "last_used_at", "ip", "user_agent", "revoked_at"]
    ordering = ["-id"]
    per_page = 20

    ip = text("ip_address", label="IP address")


class SavedAddressInline(ReadOnlyInline):
    """The user's address book."""

    model = SavedAddress
    fields = ["first_name", "last_name", "street", "city", "postal_code", "country"]
    ordering = ["id"]

    street = text("line1", label="Address")
    country = text("country_code", label="Country")


@admin.register(User)
class UserAdmin(Invites, DjangoUserAdmin, KeptAdmin):  # type: ignore[type-arg, misc]
    """Users. Staff are invited; an account is closed here, and erased only by its owner."""

    shows_personal_data = True
    form = UserForm
    change_password_form = NewPasswordForm
    inlines = [SavedAddressInline, SessionInline]
    actions_list = ["invite"]
    actions_detail = ["set_password", "turn_off_mfa"]
    list_display = ["email", "name", "role_names", "is_active", "created_at"]
    list_filter = ["is_active", "groups", ("created_at", DaysFilter)]
    search_fields = ["email", "first_name", "last_name"]
    search_help_text = "Search by any part of email or name."
    labels = {"is_active": "Active"}
    autocomplete_fields = ["customer_groups"]
    help_texts = {
        "email": "",
        "customer_groups": "Groups with prices and promotions of their own.",
        "is_active": "Turn this off to close the account instead of deleting it.",
    }
    ordering = ["email"]
    filter_horizontal = []
    readonly_fields = ["email_verified_at", "last_login", "created_at"]
    fieldsets = [
        (None, {"fields": [("email", "is_active"), ("first_name", "last_name")]}),
        ("Access", {"fields": ["roles"]}),
        ("Prices", {"fields": ["customer_groups"]}),
        ("Dates", {"fields": [("created_at", "email_verified_at", "last_login")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        """Return those in whose address or names every word is found."""
        found = with_every_word(queryset, search_term) if search_term.strip() else queryset
        return found, False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: nobody else chooses the first password of an account."""
        return False

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[User]]:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.actor_id = request.user.pk
        return form

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002 - Django's name for it
        form_url: str = "",
    ) -> HttpResponse:
        """Change another user's password; redirect to the own-password page for one's own."""
        own = self.get_object(request, unquote(id)) == request.user
        if own and self.has_change_permission(request):
            return redirect("admin:password_change")
        return super().user_change_password(request, id, form_url)

    @action(
        description="Set a password", permissions=["change"], url_path="set-password", icon="key"
    )
    def set_password(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lead to the page on which the user's password is set."""
        return redirect("admin:auth_user_password_change", unquote(object_id))

    @action(
        description="Turn off two-factor authentication",
        permissions=["change"],
        url_path="reset-second-factor",
        icon="no_encryption",
        dialog={
            "title": "Turn off two-factor authentication",
            "description": "Use this for a user who has lost both the authenticator app and the "
            "recovery codes. Verify the user's identity first: afterwards the password alone is "
            "enough to log in. The user is notified by email and logged out everywhere.",
            "form_submit_text": "Turn off",
        },
    )
    def turn_off_mfa(
        self, request: HttpRequest, form: BaseDialogForm, object_id: str
    ) -> HttpResponse:
        """Turn off another user's; one's own needs a code, on its own page."""
        user = self.get_object(request, unquote(object_id))
        if user is None:
            raise Http404
        try:
            if user == request.user:
                raise Forbidden(
                    "To turn off your own, open “Two-factor authentication” in your account menu."
                )
            reset_mfa(user_id=user.pk, now=timezone.now())
        except CongoCartError as refusal:
            self.message_user(request, refusal.detail, messages.ERROR)
        else:
            self.log_change(request, user, "Turned off two-factor authentication.")
            self.message_user(
                request, "Two-factor authentication was turned off.", messages.SUCCESS
            )
        return back_to("accounts.user", user.pk)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Return the roles, too, for staff who may only read: they see them as text."""
        read_only = obj is not None and not self.has_change_permission(request, obj)
        return [*self.readonly_fields, *(["roles"] if read_only else [])]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save the user; an e-mail address that staff have typed is unverified."""
        super().save_model(request, obj, form, change)
        if change and obj.email != form.initial["email"]:
            unverify_email(user_id=obj.pk, now=timezone.now())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the roles, and derive from them what Django asks (`is_staff`, `is_superuser`)."""
        super().save_related(request, form, formsets, change)
        if "roles" not in form.cleaned_data:
            return
        roles, user = set(form.cleaned_data["roles"]), form.instance
        if roles != set(form.initial["roles"]) or not user.is_active:
            revoke_sessions(user_id=user.pk, now=timezone.now())
        user.groups.set([Group.objects.get_or_create(name=role)[0] for role in sorted(roles)])
        user.is_staff, user.is_superuser = bool(roles), Role.ADMIN in roles
        user.save(update_fields=["is_staff", "is_superuser"])

    @display(description="Name")
    def name(self, user: User) -> str:
        """Return the first and the last name."""
        return f"{user.first_name} {user.last_name}".strip() or "–"

    @display(description="Roles")
    def role_names(self, user: User) -> str:
        """Return the roles beyond that of a customer."""
        return ", ".join(sorted(group.name for group in user.groups.all())) or "–"

    @display(description="Roles")
    def roles(self, user: User) -> str:
        """Return the roles for staff who may only read."""
        return self.role_names(user)
