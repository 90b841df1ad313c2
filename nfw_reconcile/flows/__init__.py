"""Captured flows in, flow filters out: what to capture, and what to flush. Pure.

Input: the header boxes of changed rules, or the flows that must go and those that must stay.
Output: at most 20 filters to an operation, in AWS's shape where it is asked for.
"""

from __future__ import annotations
