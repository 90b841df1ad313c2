"""Tests of nfw_reconcile.engine.region."""
