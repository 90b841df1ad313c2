"""What a team settles once, in ``nfw-reconcile.toml``: limits, HOME_NET, what reports leave out."""
