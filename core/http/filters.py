"""Filters of lists: FilterSets of django-filter that are as strict as bodies are.

A list names its FilterSet in its declaration (`@operation(…, filters=…)`), from which
drf-spectacular documents the parameters. Each value is validated by a serializer field, so
that a query parameter is refused with the same codes, and documented in the same way, as
a member of a body.
"""

from __future__ import annotations

import copy
from typing import Any, Self, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters import rest_framework
from django_filters.utils import translate_validation
from rest_framework import exceptions, serializers
from rest_framework.request import Request


class ParameterField(forms.Field):
    """The form field of a `ParameterFilter`."""

    def __init__(self, *, rule: serializers.Field[Any, Any, Any, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rule = rule

    def clean(self, value: Any) -> Any:
        """Return the value as the rule reads it."""
        try:
            return self.rule.run_validation(value)
        except exceptions.ValidationError as error:
            details = cast("list[exceptions.ErrorDetail]", error.detail)
            # A detail may quote what was sent, percent signs included.
            raise ValidationError(
                [ValidationError("%(it)s", code=it.code, params={"it": it}) for it in details]
            ) from None


class ParameterFilter(rest_framework.Filter):
    """A filter by one query parameter: `rule` and its `options` are a serializer field."""

    field_class = ParameterField

    def __init__(
        self,
        rule: type[serializers.Field[Any, Any, Any, Any]],
        *,
        field_name: str | None = None,
        lookup_expr: str = "exact",
        method: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(
            field_name, lookup_expr, label="", method=method, rule=rule(required=False, **options)
        )

    def __deepcopy__(self, memo: dict[int, Any]) -> ParameterFilter:
        """Share the rule, which has no state: a FilterSet copies its filters for each request."""
        twin = copy.copy(self)
        twin.method = self.method
        return twin


class FilterSet(rest_framework.FilterSet):
    """The filters of one list."""

    @classmethod
    def of(cls, request: Request, rows: QuerySet[Any] | None = None) -> Self:
        """Return the FilterSet of a request: `qs` are the rows narrowed by its query.

        Raises DRF's `ValidationError` that names every parameter that is not valid.
        """
        filters = cls(request.query_params, rows, request=request)
        if not filters.is_valid():
            raise translate_validation(filters.errors)
        return filters

    @classmethod
    def parameters(cls) -> type[serializers.Serializer[Any]]:
        """Return the parameters as a serializer, from which they are documented."""
        rules = {name: found.extra["rule"] for name, found in cls.base_filters.items()}
        return type(cls.__name__, (serializers.Serializer,), rules)

    def get_form_class(self) -> type[forms.Form]:
        """Make a form of the parameters that were given; the others cost nothing."""
        fields = {name: found.field for name, found in self.filters.items() if name in self.data}
        return type("ParametersForm", (self._meta.form,), fields)
