"""XML as EC2 and STS answer with."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape

EC2: Final = "http://ec2.amazonaws.com/doc/2016-11-15/"


def element(name: str, text: str) -> str:
    """Give an element with a text in it."""
    return f"<{name}>{escape(text)}</{name}>"


def tagged(name: str) -> str:
    """Give the set of tags of a resource that has a name."""
    return f"<tagSet><item>{element('key', 'Name')}{element('value', name)}</item></tagSet>"


def document(operation: str, member: str, inner: str) -> str:
    """Give the reply of an EC2 call with one list in it; ``inner`` is XML."""
    return f'<{operation}Response xmlns="{EC2}"><{member}>{inner}</{member}></{operation}Response>'
