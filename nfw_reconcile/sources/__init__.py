"""Text or JSON in, model values and diagnostics out: plans, state, snapshots, configuration, rule text."""
