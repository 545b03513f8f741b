"""Access and refresh tokens, the keys that sign them, and the tokens of mailed links."""
