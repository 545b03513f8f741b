"""The shapes of accounts over HTTP."""
