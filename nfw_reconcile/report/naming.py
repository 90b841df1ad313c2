"""How firewalls, flows, rules and defaults are called in a report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeGuard

from nfw_reconcile.model.flow import PROTOCOL_NAMES, PROTOCOLS_WITH_PORTS
from nfw_reconcile.model.verdict import Engine
from nfw_reconcile.report.phrases import Datum, Phrase, Prose, say
from nfw_reconcile.report.places import of_rule

if TYPE_CHECKING:
    from nfw_reconcile.model.documents import CauseText, FirewallIdentity, FlowText, PolicyIdentity, RuleText

HIDDEN: Final = "(redacted)"
"""What stands in a rule for what was taken out of it."""

_LONGEST_HEADER: Final = 60
"""Characters of a header that stand for a rule with neither sid nor line."""

_RESOURCE_TYPE: Final = re.compile(r"\baws_networkfirewall_[a-z_]+\.")
_CONTENT: Final = re.compile(r'\bcontent:"([^"]*)"')


def protocol(number: int) -> str:
    """Give a protocol's name, else its number."""
    return PROTOCOL_NAMES.get(number, f"protocol {number}")


def endpoint(address: str, port: int | str) -> str:
    """Write ``10.0.0.1:443``, ``[2001:db8::1]:443``, or the address alone without a port."""
    if port in {0, ""}:
        return address
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def service(flow: FlowText) -> Datum:
    """Name what a flow goes to: protocol, address and port of its destination."""
    port = flow.destination_port if flow.protocol in PROTOCOLS_WITH_PORTS else 0
    return Datum(f"{protocol(flow.protocol)} {endpoint(flow.destination, port)}")


def five_tuple(flow: FlowText) -> Datum:
    """Write a flow as people do."""
    source, destination = flow.source_port, flow.destination_port
    return Datum(
        f"{protocol(flow.protocol)} {endpoint(flow.source, source)} -> {endpoint(flow.destination, destination)}"
    )


def short(label: str) -> str:
    """Leave the resource types out of a Terraform address, and anything else as it is."""
    return _RESOURCE_TYPE.sub("", label)


def name(firewall: FirewallIdentity, policy: PolicyIdentity) -> Datum:
    """Name a firewall, or its policy where the input holds no firewall for it."""
    return Datum(short(policy.label if _is_none(firewall) else firewall.label))


def owner(firewall: FirewallIdentity, policy: PolicyIdentity) -> Phrase:
    """Name a firewall, or its policy, with the word in front."""
    return say("policy {}" if _is_none(firewall) else "firewall {}", name(firewall, policy))


def at(firewall: FirewallIdentity, policy: PolicyIdentity) -> Phrase:
    """Name a firewall, or its policy, as the place where something happens."""
    return say("under {}" if _is_none(firewall) else "on {}", owner(firewall, policy))


def _is_none(firewall: FirewallIdentity) -> bool:
    return firewall.name is None and firewall.arn is None and firewall.label.startswith("(")


def rule(text: RuleText) -> Datum:
    """Name a rule for a table: its group, with sid and line or what else it is known by."""
    is_known = text.sid is not None or text.line is not None
    return Datum(" ".join([short(text.group), *([] if is_known else [_known_by(text)]), *_where(text)]))


def is_told_apart(text: RuleText) -> bool:
    """Say whether a rule is told from all others: hidden texts without sid and line are the same."""
    return text.sid is not None or text.line is not None or not (text.sensitive or HIDDEN in text.text)


def placed(text: RuleText) -> str:
    """Name the group of a rule that is shown beside it, with sid and line where known."""
    return " ".join([short(text.group), *_where(text)])


def _where(text: RuleText) -> list[str]:
    """Give the sid, and the file with its line, else the line in the text of the group."""
    sid = [f"sid {text.sid}"] if text.sid is not None else []
    line = written(text) or (f"line {text.line}" if text.line is not None else "")
    return [*sid, line] if line else sid


def written(text: RuleText) -> str:
    """Give ``FILE:LINE``; empty where it is not known in which file a rule is written."""
    file = of_rule(text).file
    return "" if file is None else f"{file.path}:{file.line}"


def cause(decided: CauseText) -> Phrase:
    """Name what decided for a table."""
    if decided.rule is not None:
        return Phrase((rule(decided.rule),))
    return Phrase((Datum(decided.default),)) if _is_action(decided.default) else _default(decided.default)


def by(decided: CauseText, beside: CauseText | None = None) -> Phrase:
    """Name what decided behind "allowed" or "denied"; a group that ``beside`` named is not named again."""
    if decided.rule is None:
        return say("by {}" if _is_action(decided.default) else "as {}", _default(decided.default))
    named = _in_sentence(decided.rule, decided.engine)
    if beside is not None and beside.rule is not None and beside.rule.group == decided.rule.group:
        return say("by {}", named)
    return say("by {} of group {}", named, Datum(short(decided.rule.group)))


def _in_sentence(text: RuleText, engine: Engine) -> Phrase:
    if text.sid is not None:
        return Phrase((f"sid {text.sid}",))
    if file := written(text):
        return say("the rule at {}", Datum(file))
    if text.line is not None:
        return Phrase((f"the rule in line {text.line}",))
    kind = "stateless rule" if engine is Engine.STATELESS else "rule"
    return say(f"{kind} {{}}", Datum(_known_by(text)))


def _known_by(text: RuleText) -> str:
    """Give what tells a rule without sid and line from others.

    That is the priority of a stateless one, action, protocol and name of one that a domain list generates, else its
    header.
    """
    priority = re.match(r"priority \d+(?=:)", text.text)
    if priority is not None:
        return priority[0]
    header, _, options = text.text.partition(" (")
    content = _CONTENT.search(options)
    if content is not None:
        return f"{' '.join(header.split()[:2])} {content[1]}"
    return header if len(header) <= _LONGEST_HEADER else f"{header[:_LONGEST_HEADER]}…"


def _is_action(default: str | None) -> TypeGuard[str]:
    return default is not None and default.startswith("aws:")


def _default(default: str | None) -> Phrase:
    if default is None:
        return Phrase(("no rule matched",))
    return say("default action {}", Datum(default)) if _is_action(default) else Phrase((Prose(default),))
