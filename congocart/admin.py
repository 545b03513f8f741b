"""The admin pages of background jobs."""

from __future__ import annotations

from urllib.parse import urlencode

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.utils import model_ngettext, unquote
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from accounts.admin import UserAdmin
from carts.admin import CustomerCartInline
from congocart.job_errors import last_error
from core.backoffice.base import ReadOnlyAdmin, ReadOnlyInline
from core.backoffice.columns import back_to, pairs, status
from orders.admin import CustomerOrderInline

JOB_COLORS = {
    "todo": "info",
    "doing": "warning",
    "succeeded": "success",
    "failed": "danger",
    "aborted": "danger",
}

SUMMARY = 80

admin.site.index_title = "Home"
admin.site.empty_value_display = "–"
admin.site.unregister(ProcrastinateJob)

# Procrastinate names app and model after itself; staff read the name that the menu has.
apps.get_app_config("procrastinate").verbose_name = "Background jobs"
ProcrastinateJob._meta.verbose_name = "background job"  # noqa: SLF001 - documented API
ProcrastinateJob._meta.verbose_name_plural = "background jobs"  # noqa: SLF001


# Accounts know nothing of orders and carts: the page of a customer gets them, and the way to a
# draft order, here above all of them.
UserAdmin.inlines = [CustomerOrderInline, CustomerCartInline, *UserAdmin.inlines]


@action(
    description="New draft order",
    permissions=["draft_order"],
    url_path="draft-order",
    icon="edit_note",
)
def draft_order(page: UserAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Lead to the form of a draft order for a customer."""
    query = urlencode({"customer": unquote(object_id)})
    return redirect(f"{reverse('admin:checkout_draftorder_add')}?{query}")


def may_draft(page: UserAdmin, request: HttpRequest, object_id: object = None) -> bool:
    """Return whether the user may make draft orders."""
    return request.user.has_perm("checkout.add_draftorder")


UserAdmin.draft_order = draft_order
UserAdmin.has_draft_order_permission = may_draft
UserAdmin.actions_detail = ["draft_order", *UserAdmin.actions_detail]


class JobEventInline(ReadOnlyInline):
    """The history of a job."""

    model = ProcrastinateEvent
    verbose_name_plural = "history"
    fields = ["at", "type"]
    ordering = ["id"]


@admin.register(ProcrastinateJob)
class JobAdmin(ReadOnlyAdmin):
    """Jobs, newest first."""

    list_display = ["row_id", "task_name", "summary", "state", "attempts", "error", "scheduled_at"]
    list_select_related = ["last_error"]
    list_filter = [("status", ChoicesDropdownFilter)]
    identifiers = {"task_name": str, "id": int}
    search_fields = [*identifiers]
    search_help_text = "Search by task name or job ID."
    ordering = ["-id"]
    fields = [
        ("task_name", "queue_name"),
        ("status", "attempts"),
        "error",
        "arguments",
        ("scheduled_at", "priority"),
        ("lock", "queueing_lock"),
    ]
    inlines = [JobEventInline]
    actions = ["retry"]
    actions_detail = ["retry_one"]

    state = status("status", JOB_COLORS)

    @display(description="Arguments")
    def arguments(self, job: ProcrastinateJob) -> SafeString:
        """Return the arguments that the task is called with."""
        return pairs(job.args)

    @display(description="Arguments")
    def summary(self, job: ProcrastinateJob) -> str:
        """Return the arguments on one line."""
        text = ", ".join(f"{name}: {value}" for name, value in job.args.items())
        return Truncator(text).chars(SUMMARY)

    @display(description="Last error")
    def error(self, job: ProcrastinateJob) -> str:
        """Return why the job failed the last time."""
        return last_error(job)

    def has_retry_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Return whether the user may retry failed jobs."""
        return bool(request.user.has_perm("procrastinate.change_procrastinatejob"))

    @action(description="Retry failed jobs", permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[ProcrastinateJob]) -> None:
        """Queue the failed ones of the selected jobs again, due now."""
        failed = list(queryset.filter(status="failed"))
        for job in failed:
            app.job_manager.retry_job_by_id(job.id, timezone.now())
        noun = model_ngettext(self.opts, len(failed))
        self.message_user(request, f"{len(failed)} {noun} queued again.", messages.SUCCESS)

    @action(
        description="Retry",
        permissions=["retry"],
        url_path="retry",
        icon="replay",
        dialog={
            "title": "Retry this job",
            "description": "A failed job is queued again. Any other job is left as it is.",
            "form_submit_text": "Retry",
        },
    )
    def retry_one(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        """Queue one failed job again."""
        self.retry(request, self.get_queryset(request).filter(pk=object_id))
        return back_to("procrastinate.procrastinatejob", object_id)
