"""The shapes of the catalog over HTTP."""
