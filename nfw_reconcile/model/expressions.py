"""What a rule header says about addresses and ports, before variables are looked up.

The grammar is Suricata's (user guide, "Rules format": IP addresses, ports): ``any``, blocks and
ranges, ``$VARIABLE``, groups in brackets, ``!`` for negation; plus AWS's ``@REFERENCE`` for IP set
references (developer guide, "IP set references in rule groups"). One tree serves both fields: its
leaves are :class:`AddressRange` in an address field and :class:`PortRange` in a port field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.addresses import Address, range_to_networks

if TYPE_CHECKING:
    from nfw_reconcile.model.addresses import Family


@dataclass(frozen=True, slots=True)
class Anything:
    """``any``: no condition on the field."""

    def __str__(self) -> str:
        return "any"


@dataclass(frozen=True, slots=True)
class AddressRange:
    """All addresses from ``low`` to ``high``, both included."""

    family: Family
    low: int
    high: int

    def __str__(self) -> str:
        blocks = range_to_networks(self.family, self.low, self.high)
        if self.low == self.high:
            return str(Address(self.family, self.low))
        if len(blocks) == 1:
            return str(blocks[0])
        return f"{Address(self.family, self.low)}-{Address(self.family, self.high)}"


@dataclass(frozen=True, slots=True)
class PortRange:
    """All ports from ``low`` to ``high``, both included."""

    low: int
    high: int

    def __str__(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low}:{self.high}"


@dataclass(frozen=True, slots=True)
class Variable:
    """``$NAME``: an IP set or port set of the rule group, else of the policy."""

    name: str

    def __str__(self) -> str:
        return f"${self.name}"


@dataclass(frozen=True, slots=True)
class SetReference:
    """``@NAME``: an IP set reference of the rule group (a prefix list or resource group)."""

    name: str

    def __str__(self) -> str:
        return f"@{self.name}"


@dataclass(frozen=True, slots=True)
class Negation:
    """``!x``."""

    operand: Expression

    def __str__(self) -> str:
        return f"!{self.operand}"


@dataclass(frozen=True, slots=True)
class Group:
    """``[a,b,...]``, in written order."""

    items: tuple[Expression, ...]

    def __str__(self) -> str:
        return f"[{','.join(str(item) for item in self.items)}]"


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A value that the input does not hold, with the reference that would give it.

    ``reference`` is the identity of the value: the same reference in the old and the new policy is
    the same unknown value, so that what both sides share cancels out.
    """

    reference: str

    def __str__(self) -> str:
        return f"({self.reference})"


_DIGEST: Final = re.compile(r"#[0-9a-f]{12}(?![0-9a-f])")


def without_digests(text: str) -> str:
    """Give a text about unresolved values for people: without the digests that tell different ones apart."""
    return _DIGEST.sub("", text)


Expression = Anything | AddressRange | PortRange | Variable | SetReference | Negation | Group | Unresolved
