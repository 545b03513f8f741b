"""The admin's forms of pricing."""
