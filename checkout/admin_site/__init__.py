"""The admin page on which staff make a draft order."""
