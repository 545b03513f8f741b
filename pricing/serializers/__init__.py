"""Serializers of pricing."""
