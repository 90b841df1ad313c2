from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.engine.compile import compile_policy
from nfw_reconcile.model.rule import StatefulRule, UndecidedRule
from nfw_reconcile.sources.bundle import bundle_from_json
from nfw_reconcile.sources.policy import build_policy
from nfw_reconcile.sources.suricata import parse_addresses, parse_ports, parse_rules
from nfw_reconcile.sources.suricata.lines import rule_lines
from tests.fuzz.corpus import ADDRESSES, PORTS, RULE_TEXTS, real_plan
from tests.fuzz.mutate import mutated_text, mutated_tree
from tests.fuzz.trials import try_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.model.expressions import Expression
    from tests.tiers import Tier

BUNDLES = [real_plan()["firewalls"][0][side] for side in ("old_policy", "new_policy")]


def test_rule_text(tier: Tier) -> None:
    def read(text: str) -> None:
        entries = parse_rules(text, "rules")
        assert len(entries) == sum(1 for _ in rule_lines(text))
        for entry in entries:
            match entry:
                case StatefulRule():
                    assert entry.sid is None or entry.sid >= 0
                case UndecidedRule():
                    assert entry.reason

    try_all(tier, lambda random: mutated_text(random, RULE_TEXTS), read)


def test_address_fields(tier: Tier) -> None:
    _try_field(tier, parse_addresses, ADDRESSES)


def test_port_fields(tier: Tier) -> None:
    _try_field(tier, parse_ports, PORTS)


def _try_field(tier: Tier, parse: Callable[[str], Expression], corpus: tuple[str, ...]) -> None:
    def read(text: str) -> None:
        try:
            found = parse(text)
        except ValueError as bad:
            assert str(bad)  # noqa: PT017 - one of two good outcomes
        else:
            assert parse(str(found)) == found

    try_all(tier, lambda random: mutated_text(random, corpus), read)


def test_policies_with_their_groups(tier: Tier) -> None:
    def read(tree: object) -> None:
        policy, told = build_policy(bundle_from_json(tree, "nfw.plan"))
        compiled = compile_policy(policy)
        assert len(compiled.rules) >= 0
        assert all(one.summary and one.where for one in told)

    try_all(tier, lambda random: mutated_tree(random, BUNDLES), read)
