from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.errors import Severity
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Inventory
from nfw_reconcile.sources.assemble import NO_CHOICE, assemble
from tests.bodies import (
    arn,
    firewall,
    group,
    inventory,
    policy,
)

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import PolicyChange, PolicyRecord
    from nfw_reconcile.sources.assemble import Assembled

from tests.unit.sources.stack import DROP_WEB, PASS_WEB

GROUPS: Final = ("a", "b")
POLICIES: Final = ("p", "q")
RULES: Final = st.sampled_from([PASS_WEB, DROP_WEB])


@st.composite
def sides(draw: st.DrawFn) -> Inventory:
    """Give one side of a stack: some groups, policies that use some of them, firewalls with one policy each."""
    present = draw(st.sets(st.sampled_from(GROUPS)))
    groups = {
        name: group(name, draw(RULES), address=f"group.{name}", known=draw(st.booleans()))
        for name in sorted(present)
    }
    policies = {
        name: policy(
            name,
            *(
                groups[used]
                for used in sorted(
                    draw(st.sets(st.sampled_from(sorted(groups))) if groups else st.just(set()))
                )
            ),
            address=f"policy.{name}",
            known=draw(st.booleans()),
        )
        for name in sorted(draw(st.sets(st.sampled_from(POLICIES), min_size=1)))
    }
    links: list[PolicyRecord | str] = [*policies.values(), arn("firewall-policy", "elsewhere")]
    firewalls = [
        firewall(name, draw(st.sampled_from(links)), address=name)
        for name in sorted(draw(st.sets(st.sampled_from(("f", "g")))))
    ]
    return inventory(*groups.values(), *policies.values(), *firewalls)


def by_label(found: Assembled) -> dict[str, PolicyChange]:
    labels = [
        change.firewall.name.label if change.firewall else str(change.new and change.new.policy.name.label)
        for change in found.changes
    ]
    assert len(set(labels)) == len(labels)
    return dict(zip(labels, found.changes, strict=True))


@given(sides(), sides())
def test_every_policy_and_firewall_of_the_new_side_is_there_once(old: Inventory, new: Inventory) -> None:
    found = assemble(old, new, None, NO_CHOICE)
    labels = by_label(found)
    warned = {d.where.source for d in found.diagnostics if d.where and d.severity is Severity.WARNING}
    assert {record.name.label for record in new.firewalls} <= {*labels, *warned}
    bound = {f.policy for side in (old, new) for f in side.firewalls}
    for record in new.policies:
        free = not {record.name.arn, Unresolved(f"{record.name.address}.arn")} & bound
        if free and record.name.address not in {r.name.address for r in old.policies}:
            assert record.name.label in labels


@given(sides(), sides())
def test_the_order_of_records_makes_no_difference(old: Inventory, new: Inventory) -> None:
    def turned(side: Inventory) -> Inventory:
        return Inventory(
            side.firewalls[::-1], side.policies[::-1], side.groups[::-1], side.prefix_lists, side.vpcs
        )

    found = assemble(old, new, None, NO_CHOICE)
    again = assemble(turned(old), turned(new), None, NO_CHOICE)
    assert by_label(found) == by_label(again)
    assert set(found.diagnostics) == set(again.diagnostics)


@given(sides(), sides())
def test_a_context_that_repeats_the_input_adds_nothing(old: Inventory, new: Inventory) -> None:
    plain = by_label(assemble(old, new, None, NO_CHOICE))
    assert by_label(assemble(old, new, old, NO_CHOICE)) == plain
    assert by_label(assemble(old, new, new, NO_CHOICE)) == plain


@given(sides())
def test_a_side_against_itself_is_no_change(side: Inventory) -> None:
    for change in assemble(side, side, None, NO_CHOICE).changes:
        assert change.old == change.new
