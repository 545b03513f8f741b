#!/usr/bin/env python
from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    if sys.argv[1:2] == ["up"]:
        # It provides the database that the settings name, so it runs before they are read.
        from embedded import up

        sys.exit(up.main(sys.argv[2:]))

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "congocart.settings")
    if os.environ.get("DATABASE_URL") or os.environ.get("CONGOCART_ENVIRONMENT") == "production":
        from congocart.commands import run

        run(sys.argv)
    else:
        from embedded.commands import main

        main(sys.argv)
