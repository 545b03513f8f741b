"""What every admin page of the shop has in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.contrib.admin import ShowFacets
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.views import ChangeList

from core.backoffice.pagination import EstimatingPaginator


class ShopChangeList(ChangeList):
    """A list that knows its whole length when nothing was filtered away."""

    def get_results(self, request: HttpRequest) -> None:
        """Without it, an unfiltered list offers to show all that it shows."""
        super().get_results(request)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


class ShopAdmin(ModelAdmin):
    """A list whose cost does not grow with its table, and a form that saves what it changed."""

    paginator = EstimatingPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # one count of the whole table per choice
    list_per_page = 50
    list_max_show_all = 50
    list_filter_submit = True
    list_fullwidth = True
    compressed_fields = True
    warn_unsaved_form = True
    # Whether it shows staff who somebody is; each request of its pages is recorded then.
    shows_personal_data: ClassVar[bool] = False
    # Lookup -> what reads its value from a search term, or raises ValueError. These are compared
    # whole, each through its own index; the other names in `search_fields` are searched within.
    identifiers: ClassVar[Mapping[str, Callable[[str], object]]] = {}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ShopChangeList]:
        return ShopChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """The rows that `search_term` names or, where it may, occurs in."""
        term = search_term.strip()
        if not self.identifiers or not term:
            return super().get_search_results(request, queryset, search_term)
        named = queryset.filter(pk__in=self._named(term))
        if set(self.search_fields) <= set(self.identifiers):
            return named, False
        containing, may_repeat = super().get_search_results(request, queryset, search_term)
        return containing | named, may_repeat

    def _named(self, term: str) -> QuerySet[Any]:
        """A union, because PostgreSQL uses no index for an OR across tables."""
        rows = self.model._base_manager.values("pk").order_by()  # noqa: SLF001 - documented API
        found = []
        for lookup, read in self.identifiers.items():
            try:
                found.append(rows.filter(**{lookup: read(term)}))
            except ValueError:
                continue
        return rows.none().union(*found)

    def save_model(
        self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool
    ) -> None:
        """Writes only the fields that were changed, so that it undoes nobody else's change."""
        if not change:
            super().save_model(request, obj, form, change)
        elif form.changed_data:
            obj.save(update_fields=self.changed_fields(form))

    def changed_fields(self, form: ModelForm[Any]) -> list[str]:
        """The model's fields to be written, those that keep the time of the change included."""
        columns = self.model._meta.concrete_fields  # noqa: SLF001 - Django's documented API
        return [
            column.name
            for column in columns
            if column.name in form.changed_data or getattr(column, "auto_now", False)
        ]


class ReadOnly:
    """What nobody writes by hand: the books, and what machines keep for themselves."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Everything that is shown."""
        page: BaseModelAdmin[Any] = self  # type: ignore[assignment]
        return list(flatten_fieldsets(page.get_fieldsets(request, obj)))


class ReadOnlyAdmin(ReadOnly, ShopAdmin):
    """A list and pages to look at, whatever permissions somebody has."""

    actions: Sequence[str] | None = None


class KeptAdmin(ShopAdmin):
    """Rows that other rows refer to: they are changed, never deleted by hand."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class EditableInline(TabularInline):
    """Rows of something else that are written on its page."""

    extra = 0
    hide_title = True


class ReadOnlyInline(ReadOnly, TabularInline):
    """Rows of something else on its page, to look at, a page of them at a time."""

    extra = 0
    per_page = 100
    hide_title = True
