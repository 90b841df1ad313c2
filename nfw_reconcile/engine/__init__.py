"""Policies in, answers out: verdicts, effects, the semantic diff and the newly denied region. Pure."""
