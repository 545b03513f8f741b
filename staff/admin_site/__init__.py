"""The admin site's login, its sessions, and the pages on which staff manage their own login."""
