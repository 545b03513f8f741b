"""Serializers of categories."""

from __future__ import annotations

from rest_framework import serializers

from catalog.serializers.images import ImageOutput
from core.http.fields import Output


class CategoryOutput(Output):
    """A node of the category tree."""

    examples = {"slug": "kitchen", "title": "Kitchen", "parent": "home", "depth": 1}

    id = serializers.UUIDField()
    slug = serializers.CharField()
    title = serializers.CharField()
    parent = serializers.CharField(  # type: ignore[assignment] # the metaclass takes fields away
        allow_null=True, help_text="The parent's slug."
    )
    depth = serializers.IntegerField(help_text="0 at the top.")
    media = ImageOutput(many=True)


class CategoryListOutput(Output):
    """The whole tree on one page: each category is followed by those below it."""

    examples = {"next": None, "previous": None}

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = CategoryOutput(many=True)
