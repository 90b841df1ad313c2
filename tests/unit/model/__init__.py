"""Tests of nfw_reconcile.model."""
