"""Background jobs: to look at, and the failed ones to run again."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from core.backoffice.base import ReadOnlyAdmin, ReadOnlyInline
from core.backoffice.columns import back_to, pairs, status

JOB_COLORS = {
    "todo": "info",
    "doing": "warning",
    "succeeded": "success",
    "failed": "danger",
    "aborted": "danger",
}

admin.site.index_title = "Today"
admin.site.unregister(ProcrastinateJob)


class JobEventInline(ReadOnlyInline):
    """What happened to a job."""

    model = ProcrastinateEvent
    verbose_name_plural = "history"
    fields = ["at", "type"]
    ordering = ["id"]


@admin.register(ProcrastinateJob)
class JobAdmin(ReadOnlyAdmin):
    """Jobs, newest first."""

    list_display = ["id", "task_name", "state", "attempts", "queue_name", "scheduled_at"]
    list_filter = [("status", ChoicesDropdownFilter)]
    identifiers = {"task_name": str, "id": int}
    search_fields = [*identifiers]
    search_help_text = "The whole name of a task, or the number of a job."
    ordering = ["-id"]
    fields = [
        ("task_name", "queue_name"),
        ("status", "attempts"),
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
        """What the task is called with."""
        return pairs(job.args)

    def has_retry_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Whether somebody may run failed jobs again."""
        return bool(request.user.has_perm("procrastinate.change_procrastinatejob"))

    @action(description="Run failed jobs again", permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[ProcrastinateJob]) -> None:
        """Puts the failed ones of the selected jobs back into their queue, due now."""
        failed = list(queryset.filter(status="failed"))
        for job in failed:
            app.job_manager.retry_job_by_id(job.id, timezone.now())
        self.message_user(request, f"{len(failed)} put back into the queue.", messages.SUCCESS)

    @action(
        description="Run again",
        permissions=["retry"],
        url_path="retry",
        icon="replay",
        dialog={
            "title": "Run this job again",
            "description": "A failed job is put back into its queue. Any other is left alone.",
            "form_submit_text": "Run again",
        },
    )
    def retry_one(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        """Puts one failed job back into its queue."""
        self.retry(request, self.get_queryset(request).filter(pk=object_id))
        return back_to("procrastinate.procrastinatejob", object_id)
