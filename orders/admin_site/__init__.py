"""The pages of the admin on which staff work on orders."""
