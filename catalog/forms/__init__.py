"""The admin's forms of the catalog."""
