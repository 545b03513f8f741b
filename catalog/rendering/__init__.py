"""Pictures as files: decoded with Pillow, kept by Django's storages."""

from __future__ import annotations

from catalog.rendering.pictures import Picture, format_of, rendered

__all__ = ["Picture", "format_of", "rendered"]
