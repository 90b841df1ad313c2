"""Tests of nfw-reconcile."""
