"""A view as one HTML page: no script, nothing loaded from anywhere, readable on paper."""

from __future__ import annotations

from nfw_reconcile.report.html.render import render_html as render_html
