"""Changes as people make them, to policies of the size that they have: the region of each is enumerated and right.

The count is that of decision diagrams (:mod:`benchmarks.bdd`), which share nothing with the program. A region that is
not enumerated is a report without its main sentence, so a policy of some hundred rules may not be too large.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from benchmarks import bdd
from benchmarks.classbench import classbench_rules
from benchmarks.clipping import BoxList
from benchmarks.regions import flows_over_ipv4
from benchmarks.rules import ANY_PORT, ANYWHERE, AccessRule, edited, numbered
from benchmarks.snapshots import DEFAULT
from nfw_reconcile.engine.align import align
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.engine.region import newly_denied
from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.flow import TCP
from tests.rulesets import compiled

if TYPE_CHECKING:
    from nfw_reconcile.engine.region import RegionFound

RULES: Final = 412
MOST_NODES: Final = 1 << 20

TEN: Final = Network.parse("10.0.0.0/8")


class Change(NamedTuple):
    """Rules before and after."""

    title: str
    old: list[AccessRule]
    new: list[AccessRule]


def _subnet(number: int) -> Network:
    return Network(4, (10 << 24) + (number << 8), 24)


def _host(number: int) -> Network:
    return Network(4, (10 << 24) + (number << 8) + 10, 32)


def _passes(source: Network, destination: Network, port: int) -> AccessRule:
    return AccessRule("pass", TCP, source, ANY_PORT, destination, (port, port))


def _with_edits(rules: list[AccessRule]) -> list[AccessRule]:
    """Take one rule out and open another port in another one."""
    return [*rules[:7], replace(rules[7], destination_ports=(9999, 9999)), rules[8], *rules[10:]]


EGRESS: Final = [_passes(_subnet(n), ANYWHERE, 1000 + n) for n in range(RULES)]
"""Each subnet may go anywhere, by a port of its own: rules meet on flows from one subnet to another only."""

MESH: Final = [
    _passes(_subnet(n * 7 % 61), _host(n * 11 % 97), (22, 443, 5432, 8080)[n % 4]) for n in range(RULES)
]
"""Subnets that talk to hosts in each other, by a few ports."""

EVERY_TCP: Final = AccessRule("drop", TCP, ANYWHERE, ANY_PORT, ANYWHERE, ANY_PORT)
INSIDE: Final = AccessRule("pass", TCP, TEN, ANY_PORT, TEN, ANY_PORT)
OUTSIDE: Final = AccessRule("pass", TCP, ANYWHERE, ANY_PORT, ANYWHERE, ANY_PORT)
BLOCKED: Final = [
    AccessRule("drop", 0, ANYWHERE, ANY_PORT, Network(4, (198 << 24) + (n << 8) + 7, 32), ANY_PORT)
    for n in range(RULES)
]

UPPER_HALF: Final = Network.parse("10.128.0.0/9")
NARROWED: Final = Change(
    "every rule's source loses its upper half",
    [_passes(TEN, _host(n), 443) for n in range(RULES)],
    [_passes(Network.parse("10.0.0.0/9"), _host(n), 443) for n in range(RULES)],
)

TWO_EDITS: Final = Change("two edits of an egress list", EGRESS, _with_edits(EGRESS))
CHANGES: Final = (
    TWO_EDITS,
    Change("a drop in front of an egress list", EGRESS[:100], [EVERY_TCP, *EGRESS[:100]]),
    Change("a broad pass behind an egress list taken away", [*EGRESS[:100], INSIDE], EGRESS[:100]),
    Change("two edits of a mesh", MESH, _with_edits(MESH)),
    Change(
        "a port dropped in front of a mesh", MESH, [replace(EVERY_TCP, destination_ports=(443, 443)), *MESH]
    ),
    Change("a broad pass behind a mesh taken away", [*MESH, INSIDE], MESH),
    Change("twenty entries more in a block list", [*BLOCKED[20:], OUTSIDE], [*BLOCKED, OUTSIDE]),
    Change("every source of a list narrowed", NARROWED.old[:100], NARROWED.new[:100]),
)


def enumerated(change: Change) -> RegionFound:
    old, new = (compiled("\n".join(numbered(rules)), defaults=(DEFAULT,)) for rules in change[1:])
    found = newly_denied(Comparison(old, new), align(old, new))
    assert found.complete
    return found


def by_diagrams(change: Change, most_nodes: int = MOST_NODES) -> int:
    return bdd.newly_denied(BoxList(change.old), BoxList(change.new), most_nodes).flows


@pytest.mark.parametrize("change", CHANGES, ids=[change.title for change in CHANGES])
def test_the_region_of_an_ordinary_change_is_counted(change: Change) -> None:
    count = flows_over_ipv4(enumerated(change))
    assert count == by_diagrams(change)
    assert count > 0


def test_where_every_rule_changes_the_region_is_counted_too() -> None:
    """The diagrams of so many take half a minute; what the rules lose is plain."""
    ports = 1 << 16
    requests = replies = RULES * (UPPER_HALF.highest - UPPER_HALF.value + 1) * ports
    assert flows_over_ipv4(enumerated(NARROWED)) == requests + replies


@pytest.mark.parametrize(
    "name",
    [
        *(f"acl{n}_1k" for n in range(1, 6)),
        *(pytest.param(f"fw{n}_1k", marks=pytest.mark.full) for n in range(1, 6)),
        *("ipc1_1k", "ipc2_1k"),
    ],
)
def test_the_region_of_twenty_edits_of_a_published_list_is_counted(name: str) -> None:
    random = Random(1)  # noqa: S311 - the same in every run, as what the budget holds depends on the draw
    rules = classbench_rules(random, name)
    if rules is None:
        pytest.skip("the ClassBench sets are not there")
    change = Change(name, rules, edited(random, rules))
    assert flows_over_ipv4(enumerated(change)) == by_diagrams(change)
