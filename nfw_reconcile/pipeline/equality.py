"""Is the live policy the planned one? By meaning: comments, white space, sids and messages are no difference.

What the plan did not know unifies with whatever is live, and nothing else does. Members of prefix lists
move without any change here, so they are compared as planned; what apply decides by is live.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.policy import OpaqueGroup, RuleOrder
from nfw_reconcile.model.rule import UndecidedStatelessRule
from nfw_reconcile.pipeline.inputs import load
from nfw_reconcile.pipeline.unification import PLANNED, rule_differences
from nfw_reconcile.sources.links import bare, holds_unknown, ip_set_references, member, resource_address

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from nfw_reconcile.model.inventory import Body, GroupRecord
    from nfw_reconcile.model.policy import Policy
    from nfw_reconcile.pipeline.inputs import Loaded
    from nfw_reconcile.pipeline.unification import Terms

_NONE: Final = "(none)"
_ENGINE: Final = "StatefulEngineOptions"
_TLS: Final = "TLSInspectionConfigurationArn"
_SETTINGS: Final = (
    _ENGINE,
    "StatefulDefaultActions",
    "StatelessDefaultActions",
    "StatelessFragmentDefaultActions",
    _TLS,
)
"""Members of ``API: FirewallPolicy`` that are settings: one that the plan did not know is the live one."""


def differences(planned: Loaded, live: Loaded, terms: Terms = PLANNED) -> tuple[str, ...]:
    """Say in words where the live policy is not the planned one; empty if it is.

    ``terms`` name another policy than a planned one. No sentence quotes a rule where part of it is sensitive.
    """
    if planned.unknown:
        return ()
    live = _with_planned_members(planned, live)
    planned = _with_live_settings(planned, live)
    return (
        *_setting_differences(planned, live, terms),
        *_stateless_differences(planned, live, terms),
        *rule_differences(planned, live, terms),
    )


def _with_planned_members(planned: Loaded, live: Loaded) -> Loaded:
    """Give the live policy with the members that its prefix lists had in the plan."""
    bundle, wanted = live.bundle, planned.bundle.prefix_lists
    members = {arn: cidrs for arn, cidrs in wanted.items() if arn in bundle.prefix_lists}
    for reference, arn in _references_of_both(planned.bundle.groups, bundle.groups):
        if resource_address(reference) in wanted:
            members[arn] = wanted[resource_address(reference)]
    if all(bundle.prefix_lists.get(arn) == cidrs for arn, cidrs in members.items()):
        return live
    return load(replace(bundle, prefix_lists={**bundle.prefix_lists, **members}))


def _references_of_both(
    planned: Iterable[GroupRecord], live: Iterable[GroupRecord]
) -> Iterable[tuple[Unresolved, str]]:
    """Give the references whose ARN the plan did not know, with their live ARNs."""
    by_name = {group.name.name: group for group in live}
    for group in planned:
        partner = by_name.get(group.name.name)
        found = ip_set_references(partner.body) if partner is not None else {}
        for name, reference in ip_set_references(group.body).items():
            arn = found.get(name)
            if isinstance(reference, Unresolved) and isinstance(arn, str):
                yield reference, arn


def _with_live_settings(planned: Loaded, live: Loaded) -> Loaded:
    """Give the planned policy with the live value of every setting that the plan did not know."""
    body, there = bare(planned.bundle.policy.body), live.bundle.policy.body
    unknown = [name for name in _SETTINGS if holds_unknown(member(body, name))]
    if not unknown or not isinstance(body, Mapping):
        return planned
    settings = {name: _filled(member(body, name), member(there, name)) for name in unknown}
    policy = replace(planned.bundle.policy, body={**body, **settings})
    return load(replace(planned.bundle, policy=policy))


def _filled(planned: Body, live: Body) -> Body:
    if not isinstance(planned, Mapping):
        return live
    return {
        name: _filled(bare(value), member(live, name)) if holds_unknown(value) else value
        for name, value in planned.items()
    }


def _setting_differences(planned: Loaded, live: Loaded, terms: Terms) -> Iterable[str]:
    mine, theirs = _settings(planned), _settings(live)
    for name, wanted in mine.items():
        if wanted != theirs[name]:
            yield f"{name}: {theirs[name]} is live, {wanted} {terms.was}"


def _settings(side: Loaded) -> dict[str, str]:
    policy = side.policy
    return {
        "rule order": str(policy.options.rule_order),
        "stream exception policy": str(policy.options.stream_exception),
        "stateful default actions": _stateful_defaults(policy),
        "stateless default action": str(policy.stateless_default),
        "stateless default action for fragments": str(policy.stateless_fragment_default),
        "TLS inspection configuration": str(member(side.bundle.policy.body, _TLS) or _NONE),
    }


def _stateful_defaults(policy: Policy) -> str:
    """Write the default actions; in action order there are none."""
    if policy.options.rule_order is RuleOrder.ACTION:
        return _NONE
    if isinstance(policy.default_actions, Unresolved):
        return str(policy.default_actions)
    return ", ".join(policy.default_actions) or _NONE


def _stateless_differences(planned: Loaded, live: Loaded, terms: Terms) -> Iterable[str]:
    """Hold the stateless rules against each other, in order; one that was not known may be any one live rule."""
    texts = not planned.sensitive
    rules = {
        f"{terms.rule} stateless rule is not live": [
            r for r in planned.compiled.stateless.rules if not r.unknown
        ],
        f"live stateless rule {terms.foreign}": list(live.compiled.stateless.rules),
    }
    before, after = ([rule.content for rule in found] for found in rules.values())
    odd = [Counter(before) - Counter(after), Counter(after) - Counter(before)]
    if odd[1].total() <= _room(planned.policy):
        odd[1].clear()
    for (summary, found), count in zip(rules.items(), odd, strict=True):
        for rule in found:
            if count[rule.content] > 0:
                count[rule.content] -= 1
                yield f"{summary}: {rule.ref.group}{f' {rule.ref.text}' if texts else ''}"
    common = set(before) & set(after)
    if _only(before, common) != _only(after, common):
        yield f"stateless rules stand in another order than {terms.than}"


def _only(contents: Sequence[Hashable], common: set[Hashable]) -> list[Hashable]:
    return list(dict.fromkeys(content for content in contents if content in common))


def _room(planned: Policy) -> float:
    """Give how many live stateless rules the plan leaves open."""
    rules = 0
    for reference in planned.stateless:
        if isinstance(reference.group, OpaqueGroup):
            return float("inf")
        for entry in reference.group.entries:
            if isinstance(entry, UndecidedStatelessRule):
                if entry.priority == 0:
                    return float("inf")
                rules += 1
    return rules
