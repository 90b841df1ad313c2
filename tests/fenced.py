"""Policies of which all flows that a change can deny may be listed, and the region of such a change, counted twice."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import TYPE_CHECKING, Final, Unpack

from nfw_reconcile.engine.align import align
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.engine.forgotten import Forgetting
from nfw_reconcile.engine.region import newly_denied
from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import ICMP, SCTP, TCP, UDP, FiveTuple
from nfw_reconcile.model.verdict import AfterFlush, Cause, Effect, Verdict
from tests.rulesets import Settings, compiled, numbered

if TYPE_CHECKING:
    from nfw_reconcile.engine.compiled import CompiledPolicy

# Everything outside of four addresses and three ports is dropped first, in both policies. The replies of a flow
# meet the same drops, so both of its ends lie inside.
FENCE: Final = (
    "drop ip6 any any -> any any ()",
    "drop ip ![10.0.0.0/30] any -> any any ()",
    "drop ip any any -> ![10.0.0.0/30] any ()",
    "drop ip any ![1:3] -> any any ()",
    "drop ip any any -> any ![1:3] ()",
)
OTHERS: Final = tuple(f"pass tcp 172.16.{n}.0/24 any -> 172.17.{n}.0/24 9 ()" for n in range(60))
"""Rules outside of the fence: among many of them the walk of the region is made around the changed ones."""

INSIDE: Final = [Address.parse(f"10.0.0.{host}") for host in range(4)]
PORTED: Final = [
    FiveTuple(protocol, source, source_port, destination, destination_port)
    for protocol, source, destination in product((TCP, UDP, SCTP), INSIDE, INSIDE)
    for source_port, destination_port in product((1, 2, 3), repeat=2)
]
PORTLESS: Final = [
    FiveTuple(ICMP, source, 0, destination, 0) for source, destination in product(INSIDE, INSIDE)
]
FLOWS: Final = (*PORTED, *PORTLESS)
_DENIALS: Final = frozenset({Effect.NEWLY_DENIED, Effect.POSSIBLY_DENIED, Effect.UNDECIDED})

Kind = tuple[Effect, bool, Cause, Cause, int, bool]
"""Effect, whether it calls for a flush, both causes, protocol, and whether the flow may live on once flushed."""


def fenced(*texts: str, **settings: Unpack[Settings]) -> CompiledPolicy:
    """Compile rules in strict order that stand behind the fence."""
    return compiled(numbered([*FENCE, *texts]), **settings)


def counted(old: CompiledPolicy, new: CompiledPolicy) -> Counter[Kind]:
    """Count newly denied flows by the region; it must be complete."""
    found = newly_denied(Comparison(old, new), align(old, new))
    assert found.complete
    counts = Counter[Kind]()
    for part in found.parts:
        key = part.key
        for lives, count in ((True, part.living), (False, part.count - part.living)):
            counts[key.effect, key.flush, key.old, key.new, part.protocol, lives] += count
    return +counts


def listed(old: CompiledPolicy, new: CompiledPolicy) -> Counter[Kind]:
    """Count them by judging every flow within the fence."""
    comparison, forgetting = Comparison(old, new), Forgetting(new)
    counts = Counter[Kind]()
    for each in FLOWS:
        found = comparison.effect(each)
        if found.effect in _DENIALS and found.old.verdict is not Verdict.DENIED:
            lives = found.flush and forgetting.after_flush(each) is AfterFlush.MAY_LIVE_ON
            counts[found.effect, found.flush, found.old.cause, found.new.cause, each.protocol, lives] += 1
    return counts
