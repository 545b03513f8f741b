"""The admin's own pages, and the log of who saw personal data."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, path
from django.utils.html import format_html
from unfold.decorators import display

from core.backoffice.base import ReadOnlyAdmin
from core.backoffice.columns import text
from core.backoffice.filters import DaysFilter
from staff.admin_site.mfa import mfa_page
from staff.admin_site.password import own_password_page
from staff.models import PersonalDataAccess


def own_pages() -> list[URLPattern]:
    """Return the pages that show no model; `UnfoldAdminSite` asks for them."""
    page = admin.site.admin_view(mfa_page)
    return [path("second-factor/", page, name="mfa")]


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
