"""Serializers of the catalog."""
