"""Base classes of the admin pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.admin import ShowFacets
from django.contrib.admin.options import BaseModelAdmin, IncorrectLookupParameters
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import DataError, models, transaction
from django.db.models import Model, QuerySet
from django.forms import ModelForm, SlugField
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from unfold.admin import ModelAdmin, TabularInline
from unfold.overrides import FORMFIELD_OVERRIDES
from unfold.views import ChangeList

from core.backoffice.columns import money, text
from core.backoffice.forms import LineField, LinesField, PriceForm
from core.backoffice.pagination import EstimatingPaginator


class ShopChangeList(ChangeList):
    """A list under the name that it has in the menu."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = capfirst(self.opts.verbose_name_plural)

    def get_results(self, request: HttpRequest) -> None:
        """Set the full count of an unfiltered list, which otherwise offers a useless "Show all".

        A filter in the address that PostgreSQL cannot read is as wrong as one that Django cannot.
        """
        try:
            with transaction.atomic():
                super().get_results(request)
        except DataError as error:
            raise IncorrectLookupParameters from error
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


class ReaderColumns(BaseModelAdmin):  # type: ignore[type-arg]
    """Formatted columns in place of form fields, for staff who may only read.

    Django shows such staff the stored value of a field, not what its form makes of it.
    """

    # Field -> the column that is shown instead.
    reader_columns: ClassVar[Mapping[str, str]] = {}

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)
        if self.has_change_permission(request, obj):
            return fields
        return [
            self.reader_columns.get(field, field) if isinstance(field, str) else field
            for field in fields
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *self.reader_columns.values()]


# Quotes by themselves, or around nothing but blanks.
_EMPTY_QUOTES = re.compile(r"""(?<!\S)(?:['"]|'\s*'|"\s*")(?!\S)""")


def _enclosed(quotes: re.Match[str]) -> str:
    other = '"' if quotes[0][0] == "'" else "'"
    return other + quotes[0] + other


_CLEANED: dict[type[models.Field[Any, Any]], dict[str, Any]] = {
    models.CharField: {"form_class": LineField},
    models.TextField: {"form_class": LinesField},
    models.SlugField: {"form_class": SlugField},  # its validator refuses more than we do
}


def _cleaning(overrides: Mapping[Any, Mapping[str, Any]]) -> dict[Any, dict[str, Any]]:
    """Return Django's `formfield_overrides` with fields that clean their text."""
    return {
        **{kind: dict(options) for kind, options in overrides.items()},
        **{
            kind: {**overrides.get(kind, overrides.get(models.CharField, {})), **options}
            for kind, options in _CLEANED.items()
        },
    }


class ShopAdmin(ReaderColumns, ModelAdmin):
    """A list whose cost does not grow with its table, and a form that saves changed fields only."""

    formfield_overrides = _cleaning(FORMFIELD_OVERRIDES)
    paginator = EstimatingPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # one count of the whole table per choice
    list_per_page = 50
    list_max_show_all = 50
    list_filter_submit = True
    list_fullwidth = True
    compressed_fields = True
    warn_unsaved_form = True
    row_id = text("pk", label="ID")
    # Whether the pages show personal data; each request for them is then recorded.
    shows_personal_data: ClassVar[bool] = False
    # Lookup -> parser of a search term, which may raise ValueError. These must match exactly, each
    # through its own index; the other names in `search_fields` match a part.
    identifiers: ClassVar[Mapping[str, Callable[[str], object]]] = {}
    # Field -> label or help text, in the form and on read-only pages alike.
    labels: ClassVar[Mapping[str, str]] = {}
    help_texts: ClassVar[Mapping[str, str]] = {}

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Any]]:
        kwargs |= {"labels": self.labels or None, "help_texts": self.help_texts or None}
        form: type[ModelForm[Any]] = super().get_form(request, obj, change=change, **kwargs)
        return form

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        """Return the fields that are written along with others, but for those that may not be."""
        kept = self.get_readonly_fields(request, obj)
        fields: dict[str, Any] = super().get_prepopulated_fields(request, obj)
        return {name: sources for name, sources in fields.items() if name not in kept}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return what the address fills into a new form, without what no field can read."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        return {name: value for name, value in initial.items() if self._is_readable(name, value)}

    def _is_readable(self, name: str, value: Any) -> bool:
        with suppress(FieldDoesNotExist):
            field: Any = self.model._meta.get_field(name)  # noqa: SLF001 - documented API
            try:
                getattr(field, "target_field", field).to_python(value)
            except (ValidationError, TypeError, ValueError):
                return False
        return True

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ShopChangeList]:
        return ShopChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the rows with `search_term` as an identifier or within a searched field.

        Django takes quotes that enclose nothing for an empty word, which everything has.
        """
        term = search_term.strip()
        search_term = _EMPTY_QUOTES.sub(_enclosed, term)
        if not self.identifiers or not term:
            return super().get_search_results(request, queryset, search_term)
        rows = self.model._base_manager.values("pk").order_by()  # noqa: SLF001 - documented API
        matches = []
        for lookup, parse in self.identifiers.items():
            with suppress(ValueError):
                matches.append(rows.filter(**{lookup: parse(term)}))
        # A union, because PostgreSQL uses no index for an OR across tables.
        named = queryset.filter(pk__in=rows.none().union(*matches))
        if set(self.search_fields) <= set(self.identifiers):
            return named, False
        containing, may_repeat = super().get_search_results(request, queryset, search_term)
        return containing | named, may_repeat

    def save_model(
        self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool
    ) -> None:
        """Save only the changed fields, so that concurrent changes to others are kept."""
        if not change:
            super().save_model(request, obj, form, change)
        elif form.changed_data:
            columns = self.model._meta.concrete_fields  # noqa: SLF001 - documented API
            changed = [column.name for column in columns if column.name in form.changed_data]
            obj.save(update_fields=changed)


class ReadOnly:
    """Rows that nobody edits by hand, such as ledgers and jobs."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Return every field that is shown."""
        page: BaseModelAdmin[Any] = self  # type: ignore[assignment]
        return list(flatten_fieldsets(page.get_fieldsets(request, obj)))


class ReadOnlyAdmin(ReadOnly, ShopAdmin):
    """A read-only list with read-only pages, whatever permissions the user has."""

    actions: Sequence[str] | None = None

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show the page without a link to a history, which nobody's edits could have written."""
        context["show_history"] = False
        return super().render_change_form(request, context, *args, **kwargs)


class KeptAdmin(ShopAdmin):
    """Rows that other rows refer to: they can be edited but not deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class EditableInline(ReaderColumns, TabularInline):
    """Rows that are edited on the page of another row."""

    formfield_overrides = _cleaning(TabularInline.formfield_overrides)
    extra = 0
    hide_title = True


class PriceInline(EditableInline):
    """Prices, one for each currency."""

    form = PriceForm
    fields = ["currency", "amount"]
    reader_columns = {"amount": "price"}

    price = money("amount", label="Amount")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the prices, that in the shop's own currency first."""
        is_own = models.When(currency=settings.DEFAULT_CURRENCY, then=0)
        return super().get_queryset(request).order_by(models.Case(is_own, default=1), "currency")


class ReadOnlyInline(ReadOnly, TabularInline):
    """Rows that are shown on the page of another row, a page of them at a time."""

    extra = 0
    per_page = 100
    hide_title = True
