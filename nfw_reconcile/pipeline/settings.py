"""What changes of a policy besides its rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.plan_document import SettingChange
from nfw_reconcile.model.policy import RuleOrder, StatefulGroup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.model.policy import OpaqueGroup, Policy

NOTHING: Final = "(none)"
ENGINE_OPTIONS: Final = ("rule order", "stream exception policy", "TCP idle timeout (s)")
"""Settings of the stateful engine, which restarts where one changes."""

INSPECTION: Final = ("TLS inspection", "resolved IP validation")
"""Settings whose change interrupts the connections in their scope."""


def setting_changes(old: Policy | None, new: Policy) -> tuple[SettingChange, ...]:
    """Compare everything but rules, by name, in a fixed order; a policy that is new changes nothing."""
    if old is None:
        return ()
    from deepdiff import DeepDiff  # noqa: PLC0415 - slow to import, and only plans need it

    before, after = _settings(old), _settings(new)
    sensitive = _sensitive_names(old) | _sensitive_names(new)
    difference = DeepDiff(before, after, view="tree", threshold_to_diff_deeper=0)
    names = {item.path(output_format="list")[0] for items in difference.values() for item in items}
    return tuple(
        SettingChange(name, before.get(name, NOTHING), after.get(name, NOTHING), name in sensitive)
        for name in sorted(names)
    )


def _settings(policy: Policy) -> dict[str, str]:
    options = policy.options
    found = {
        "rule order": str(options.rule_order),
        "stream exception policy": str(options.stream_exception),
        "TCP idle timeout (s)": str(options.tcp_idle_timeout),
        "stateful default actions": _default_actions(policy),
        "stateless default action": str(policy.stateless_default),
        "stateless fragment default action": str(policy.stateless_fragment_default),
        "HOME_NET": str(policy.home_net),
        "TLS inspection": policy.tls_inspection or NOTHING,
        "resolved IP validation": policy.resolved_ip_validation or NOTHING,
    }
    for reference in policy.stateful:
        found.update(_group_settings(policy, reference.group, reference.priority, reference.drop_to_alert))
    for attached in policy.stateless:
        found[f"stateless rule group {attached.group.name.label}"] = f"attached, priority {attached.priority}"
    return found


def _default_actions(policy: Policy) -> str:
    if isinstance(policy.default_actions, Unresolved):
        return str(policy.default_actions)
    return ", ".join(sorted(policy.default_actions)) or NOTHING


def _group_settings(
    policy: Policy,
    group: StatefulGroup | OpaqueGroup,
    priority: int | None,
    drop_to_alert: bool,  # noqa: FBT001
) -> Mapping[str, str]:
    label = group.name.label
    place = f", priority {priority}" if policy.options.rule_order is RuleOrder.STRICT else ""
    override = ", DROP_TO_ALERT" if drop_to_alert else ""
    found = {f"rule group {label}": f"attached{place}{override}"}
    if isinstance(group, StatefulGroup):
        for sigil, table in (("$", group.ip_sets), ("$", group.port_sets), ("@", group.references)):
            found.update({f"{sigil}{name} of {label}": str(value) for name, value in table.items()})
    return found


def _sensitive_names(policy: Policy) -> frozenset[str]:
    names = {"HOME_NET"} if policy.home_net_sensitive else set()
    for reference in policy.stateful:
        if isinstance(reference.group, StatefulGroup):
            label = reference.group.name.label
            names |= {
                f"{sigil}{name} of {label}" for name in reference.group.sensitive_sets for sigil in "$@"
            }
    return frozenset(names)
