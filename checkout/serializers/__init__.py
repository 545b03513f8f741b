"""Serializers of checkouts, and of the ways to deliver."""
