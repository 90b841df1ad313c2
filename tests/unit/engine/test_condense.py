"""What is left out changes no answer; what stays is little."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.engine.condense import condense
from nfw_reconcile.engine.judge import Side, side_signature
from nfw_reconcile.engine.worlds import explore
from tests.rulesets import compiled, flow, numbered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.engine.compiled import CompiledPolicy
    from nfw_reconcile.engine.worlds import Vocabulary

FLOW: Final = flow("tcp 10.0.1.10:40000 192.0.2.10:443")
VALUES: Final = ("a.example", "b.example", "x.a.example", "example")

matches = st.sampled_from(
    ('content:{}"{}"; startswith; endswith; nocase;', 'content:{}"{}"; endswith; nocase;',
     'dotprefix; content:{}".{}"; endswith; nocase;', 'content:{}"{}"; endswith;')
)  # fmt: skip
names = st.builds(
    lambda buffer, match, negation, value: f"{buffer}; {match.format(negation, value)}",
    st.sampled_from(("tls.sni", "tls.sni", "http.host")),
    matches,
    st.sampled_from(("", "", "", "!")),
    st.sampled_from(VALUES),
)
contents = st.sampled_from(("p", "q", "r", "s")).map(lambda text: f'content:"{text}";')
clauses = st.one_of(names, names, contents, st.just(""))
rules = st.builds(
    "{} tcp any any -> any {} ({} {})".format,
    st.sampled_from(("pass", "pass", "drop", "drop", "reject", "alert")),
    st.sampled_from(("any", "443")),
    clauses,
    st.sampled_from(("", "flow:established,to_server;", "flow:to_server;", "flow:to_client;")),
)
rule_lists = st.lists(rules, max_size=4)


def kinds(sides: Sequence[Side], vocabulary: Vocabulary) -> set[tuple[bool, ...]]:
    """Give what all worlds together say: which of the policies allow the flow."""
    found = explore(
        FLOW.protocol, vocabulary, lambda world: tuple(side.judge(world).allowed for side in sides), 10**6
    )
    assert found.complete
    return {leaf.outcome for leaf in found.leaves}


def sides_of(*policies: CompiledPolicy) -> list[Side]:
    return [Side.of(policy, FLOW, side_signature(policy, FLOW)) for policy in policies]


@given(rule_lists, rule_lists, rule_lists)
def test_all_worlds_together_say_the_same_as_before(
    before: list[str], shared: list[str], after: list[str]
) -> None:
    old, new = compiled(numbered([*before, *shared])), compiled(numbered([*shared, *after]))
    vocabulary = old.vocabulary | new.vocabulary
    sides = sides_of(old, new)
    less = condense([side.lists for side in sides], vocabulary.names)
    condensed = [replace(side, lists=lists) for side, lists in zip(sides, less.sides, strict=True)]
    assert kinds(condensed, replace(vocabulary, names=less.names)) == kinds(sides, vocabulary)


@pytest.mark.parametrize(
    ("clause", "kept"),
    [
        ('tls.sni; dotprefix; content:".site{}.example"; endswith; nocase;', 1),
        ('content:"pattern {}";', 1),
        # A negated name is no list: each makes all other names match.
        ('tls.sni; content:!"site{}.example"; endswith; nocase;', 50),
    ],
)
def test_one_of_a_list_stands_for_all(clause: str, kept: int) -> None:
    policy = compiled(numbered([f"drop tcp any any -> any any ({clause.format(n)})" for n in range(50)]))
    (side,) = sides_of(policy)
    less = condense([side.lists], policy.vocabulary.names)
    assert len(less.sides[0].forward) == kept


def test_what_differs_between_the_policies_is_kept_apart() -> None:
    rule = 'pass tls any any -> any any (tls.sni; content:"site{}.example"; startswith; endswith; nocase;)'
    old = compiled(numbered([rule.format(n) for n in range(50)]))
    new = compiled(numbered([rule.format(n) for n in range(49)]))
    less = condense([side.lists for side in sides_of(old, new)], (old.vocabulary | new.vocabulary).names)
    assert less.names == ("site0.example", "site49.example")
    assert [len(side.forward) for side in less.sides] == [2, 1]


def test_rules_of_another_kind_between_keep_lists_apart() -> None:
    rules = ["pass {}", "drop {}", "pass {}"]
    names = [
        f'tls any any -> any any (tls.sni; content:"site{n}.example"; endswith; nocase;)' for n in range(3)
    ]
    policy = compiled(numbered([rule.format(name) for rule, name in zip(rules, names, strict=True)]))
    (side,) = sides_of(policy)
    assert len(condense([side.lists], policy.vocabulary.names).sides[0].forward) == 3
