"""Conversations across a firewall: a script of them in, what became of each of them out, exactly as it was seen."""
