"""The admin's own pages, API keys, and the log of who saw personal data."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from core.backoffice.base import KeptAdmin, ReadOnlyAdmin
from core.backoffice.columns import back_to, text
from core.backoffice.filters import DaysFilter
from core.errors import CongoCartError
from staff.admin_site.api_keys import api_key_page
from staff.admin_site.invitation import invitation_page
from staff.admin_site.mfa import mfa_page
from staff.admin_site.password import own_password_page
from staff.models import ApiKey, PersonalDataAccess
from staff.services import revoke_api_key


def own_pages() -> list[URLPattern]:
    """Return the pages that show no model; `UnfoldAdminSite` asks for them."""
    page = admin.site.admin_view(mfa_page)
    return [
        path("second-factor/", page, name="mfa"),
        path("invitation/", invitation_page, name="invitation"),
    ]


admin.site.login_template = "staff/admin_login.html"
admin.site.extra_urls = own_pages  # type: ignore[attr-defined]
admin.site.password_change = own_password_page  # type: ignore[assignment,method-assign]


@admin.register(PersonalDataAccess)
class PersonalDataAccessAdmin(ReadOnlyAdmin):
    """The log of requests in which staff saw personal data."""

    list_display = ["at", "actor", "operation", "page"]
    list_filter = ["operation", ("at", DaysFilter)]
    list_select_related = ["actor"]
    search_fields = ["actor__email", "path"]
    search_help_text = "Search by staff email or path."
    help_texts = {"operation": "The operation of the API, or the page of the admin."}
    fields = ["at", "actor", "operation", "page", "request_id_text"]
    ordering = ["-id"]

    request_id_text = text("request_id", label="Request ID")

    @display(description="Path", ordering="path")
    def page(self, access: PersonalDataAccess) -> str:
        """Return the path, which leads to the page of the admin that was seen."""
        if not access.path.startswith("/admin/"):
            return access.path
        return format_html('<a class="text-link" href="{0}">{0}</a>', access.path)


KEY_COLORS = {"active": "success", "revoked": "danger", "expired": "warning"}


@admin.register(ApiKey)
class ApiKeyAdmin(KeptAdmin):
    """API keys: issued, shown once, and revoked; nothing else of one ever changes."""

    list_display = ["name", "beginning", "owner_email", "state", "last_used_at", "expires_at"]
    list_select_related = ["owner"]
    search_fields = ["name", "owner__email"]
    search_help_text = "Search by part of the name or owner's email."
    ordering = ["-id"]
    fields = [
        ("name", "beginning"), ("owner_email", "state_in_words"), "scopes_in_words",
        ("created_at", "last_used_at"), ("expires_at", "revoked_at"),
    ]  # fmt: skip
    actions_detail = ["revoke"]

    owner_email = text("owner.email", label="Issued by")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Return whether the user may revoke keys, those of others too."""
        return bool(request.user.has_perm("staff.delete_apikey"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the form of a new key in place of Django's."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return api_key_page(request)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show the page without a link to a history, of which there is none."""
        context["show_history"] = False
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description="Key")
    def beginning(self, key: ApiKey) -> str:
        """Return the beginning, to tell keys apart."""
        return f"{key.shown}…"

    @display(description="Status", label=KEY_COLORS)
    def state(self, key: ApiKey) -> tuple[str, str]:
        """Return whether it works."""
        state = key.state_at(timezone.now())
        return state, state.capitalize()

    @display(description="Status")
    def state_in_words(self, key: ApiKey) -> str:
        """Return the same for its page, which has no colored labels."""
        return self.state(key)[1]

    @display(description="Scopes")
    def scopes_in_words(self, key: ApiKey) -> str:
        """Return what it may do."""
        return ", ".join(key.scopes)

    @action(
        description="Revoke",
        permissions=["revoke"],
        url_path="revoke",
        icon="block",
        dialog={
            "title": "Revoke this API key",
            "description": "Programs that use it are refused at once. This cannot be undone.",
            "form_submit_text": "Revoke",
        },
    )
    def revoke(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        """Revoke the key, or say why that has no effect."""
        key = self.get_object(request, unquote(object_id))
        if key is None:
            raise Http404
        try:
            revoke_api_key(key_id=key.pk, now=timezone.now())
        except CongoCartError:
            self.message_user(request, "This key was revoked before.", messages.ERROR)
        else:
            self.log_change(request, key, "Revoked.")
            self.message_user(request, "The API key was revoked.", messages.SUCCESS)
        return back_to("staff.apikey", key.pk)
