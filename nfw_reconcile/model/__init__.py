"""Frozen values that every room shares: sets, rules, policies, flows, filters and documents. No I/O."""
