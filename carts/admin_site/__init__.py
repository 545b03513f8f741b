"""The admin page on which managers try their rules on a basket."""
