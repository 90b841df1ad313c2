"""Errors about flow filters: what is looked at, what is chosen for a flush, and the guard behind the choice."""

from __future__ import annotations

from functools import partial
from typing import Final

from tests.mutants.mechanism import Edit, Mutant
from tests.unit.flows import test_capture, test_proof, test_select


def _select(name: str) -> partial[None]:
    return partial(test_select.test_worked_examples, *test_select.CASES[name])


_CHOICE: Final = (
    Mutant(
        "the mirror image of a flow that stays is no flow that stays",
        Edit("flows.select:_keep_tables", "for each in (flow, flow.reversed()):", "for each in (flow,):"),
        (_select("the mirror image of one that must stay is left alone"),),
    ),
    Mutant(
        "no flow stays",
        Edit("flows.select:_keep_tables", "listed[_families(each)].append(each)", "pass"),
        (
            _select("a client that must stay parts the filters"),
            partial(test_select.test_more_filters_than_fit_are_several_operations),
        ),
    ),
    Mutant(
        "filters leave ports open that no flow to cut has",
        Edit("flows.choose:_span", "return min(ports), max(ports)", "return 0, 65535"),
        (
            _select("one flow is one host a side and its ports"),
            _select("a filter is no larger than its flows"),
        ),
    ),
    Mutant(
        "blocks are larger than the flows to cut need",
        Edit("flows.choose:_block", "enclosing(lowest, bits)", "enclosing(lowest, bits - 1)"),
        (_select("one flow is one host a side and its ports"),),
    ),
    Mutant(
        "filters are joined over flows that stay",
        Edit("flows.select:_allowed", "and not table.matching(hull)", "or not table.matching(hull)"),
        (partial(test_select.test_more_filters_than_fit_are_several_operations),),
    ),
    Mutant(
        "an operation takes any number of filters",
        Edit("flows.select:select", "size = max(1, most_per_operation)", "size = 10**6"),
        (partial(test_select.test_more_filters_than_fit_are_several_operations),),
    ),
    Mutant(
        "flows that were not looked at are not told",
        Edit("flows.select:select", "tuple(sorted(set(cut).difference(inside)))", "()"),
        (
            partial(test_select.test_flows_that_were_not_looked_at_are_told),
            partial(test_select.test_nothing_looked_at_is_nothing_flushed),
        ),
    ),
    Mutant(
        "filters are as large as they grew",
        Edit("flows.select:select", "tightened(each, choice) for", "each for"),
        (
            _select("one flow is one host a side and its ports"),
            _select("a filter is no larger than its flows"),
        ),
    ),
    Mutant(
        "filters grow over flows that stay",
        Edit("flows.grow:Grower.__init__", "self.keep = tuple(keep)", "self.keep = ()"),
        (
            _select("a client that must stay parts the filters"),
            partial(test_select.test_more_filters_than_fit_are_several_operations),
        ),
    ),
    Mutant(
        "a filter is region-safe without a proof",
        Edit(
            "flows.select:select",
            "each for each in filters if is_region_safe(each, _one_of(each, choices), survey)",
            "filters",
        ),
        (
            partial(test_select.test_region_safe_filters_cost_no_operation),
            partial(test_select.test_flows_outside_of_the_region_are_covered_all_the_same),
        ),
    ),
    Mutant(
        "protocols without ports are joined into restricted ports",
        Edit("flows.select:_allowed", "if portless and", "if False and"),
        (partial(test_select.test_protocols_without_ports_are_not_joined_into_restricted_ports),),
    ),
)

_GUARD: Final = (
    Mutant(
        "the guard looks at no flow that stays",
        Edit("flows.proof:faults", 'flows that must stay": hit', 'flows that must stay": 0'),
        (
            partial(
                test_proof.test_each_fault_is_told,
                [[test_proof.EXACT, "tcp 10.0.0.2/32 -> 10.9.0.0/24"]],
                test_proof.CAPTURED,
                "The flush filters match 1 of 1 flows that must stay.",
            ),
        ),
    ),
    Mutant(
        "the guard looks at no mirror image",
        Edit("flows.proof:faults", "flow.reversed()", "flow"),
        (
            partial(
                test_proof.test_each_fault_is_told,
                [[test_proof.EXACT, "tcp 10.9.0.1/32@443 -> 10.0.0.2/32"]],
                "tcp 10.0.0.0/8 -> 10.0.0.0/8",
                "The flush filters match 1 of 1 flows that must stay.",
            ),
        ),
    ),
    Mutant(
        "the guard does not ask what was captured",
        Edit("flows.proof:faults", "not any(around.covers(each) for around in within)", "False"),
        (
            partial(
                test_proof.test_each_fault_is_told,
                [["ip 10.0.0.1/32 -> 10.9.0.1/32"]],
                test_proof.CAPTURED,
                "1 of 1 flush filters reach beyond what was captured.",
            ),
        ),
    ),
    Mutant(
        "a flow may go and stay, the other way round",
        Edit(
            "flows.select:_refuse_contradictions",
            "kept = {flow.canonical() for flow in keep}",
            "kept = set(keep)",
        ),
        (partial(test_select.test_flow_cannot_both_go_and_stay, mirrored=True),),
    ),
)

_CAPTURE: Final = (
    Mutant(
        "flows are looked for in one orientation",
        Edit("flows.capture:cover", "pieces |= {piece.reversed() for piece in pieces}", "pass"),
        (partial(test_capture.test_worked_examples, *test_capture.CASES["one rule is two filters"]),),
    ),
    Mutant(
        "portless protocols are looked for by ports",
        Edit(
            "flows.capture:_protocols",
            "numbers & PROTOCOLS_WITH_PORTS if numbers else PROTOCOLS_WITH_PORTS",
            "numbers",
        ),
        (
            partial(
                test_capture.test_worked_examples, *test_capture.CASES["ICMP with ports matches nothing"]
            ),
            partial(
                test_capture.test_worked_examples,
                *test_capture.CASES["ports are ports of protocols that have them"],
            ),
        ),
    ),
)

MUTANTS: Final = (*_CHOICE, *_GUARD, *_CAPTURE)
