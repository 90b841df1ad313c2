"""Random edits of small policies, filters over their few addresses and ports, and all flows of these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.filters import ANY_PORT, FlowFilter
from nfw_reconcile.model.flow import TCP, UDP
from nfw_reconcile.model.verdict import Effect
from tests.rulesets import Settings, compiled, numbered
from tests.unit.engine.test_random_edits import FLOWS, edits, settings

if TYPE_CHECKING:
    from nfw_reconcile.model.flow import FiveTuple

blocks = st.sampled_from(
    [
        Network.parse(text)
        for text in ("0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/24", "10.0.0.1/32", "10.0.0.2/31", "192.0.2.1/32")
    ]
)
port_ranges = st.sampled_from((ANY_PORT, (443, 443), (80, 443), (1024, 65535)))
filters = st.builds(
    FlowFilter, blocks, blocks, port_ranges, port_ranges, st.sampled_from(((TCP,), (UDP,), (TCP, UDP)))
)


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    """Draw a policy before and after an edit."""
    given: Settings = draw(settings)
    if not given.get("strict", True):
        given = {**given, "defaults": ()}
    old, new = (compiled(numbered(texts), **given) for texts in draw(edits()))
    return Comparison(old, new)


def beyond(comparison: Comparison, found: FlowFilter) -> list[FiveTuple]:
    """Give the flows of the small world that a filter matches and that are not newly denied."""
    return [
        flow
        for flow in FLOWS
        if found.matches(flow) and comparison.effect(flow).effect is not Effect.NEWLY_DENIED
    ]
