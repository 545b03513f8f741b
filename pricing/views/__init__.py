"""Views of pricing."""
