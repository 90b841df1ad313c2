"""AWS itself: what acting asks for, out of boto3, with every reply checked. The only boto3 in the program."""

from __future__ import annotations
