"""What is read of a configuration at most: a hostile file costs a message, never the machine."""

from __future__ import annotations

from typing import Final

MOST_BYTES: Final = 1_048_576
"""Largest file, in bytes; people write tens of kilobytes."""

MOST_TOKENS: Final = 250_000
"""Most words, signs and spaces of one file. A file that people write has one for every four characters or so; the
parser takes about a kilobyte and 20 microseconds for each."""

MOST_LEVELS: Final = 64
"""Deepest nesting of blocks, brackets, templates and directives; people use about fifteen levels."""

MOST_DEPTH: Final = 120
"""Longest path from an expression to an innermost part of it.

A chain of operators counts each of them. Whatever walks an expression by recursion (``repr``, the evaluator) takes a
few of Python's 1,000 frames a step.
"""

MOST_DIGITS: Final = 1_000
"""Longest number, in characters; Terraform itself keeps about 150 digits."""

MOST_EXPONENT: Final = 1_000
"""Largest power of ten: ``1e999999999`` is short to write, and takes a gigabyte as soon as it is an integer."""

MOST_SHOWN: Final = 60
"""Characters of source text that a message quotes."""

MOST_PRINTED: Final = 200
"""Characters of an expression that is printed for a message."""
