"""``python -m nfw_reconcile``: the command line."""

from __future__ import annotations

from nfw_reconcile.cli import main

if __name__ == "__main__":
    main()
