"""The rules that AWS makes from a domain list: what they do to names, in the engine and in real Suricata."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.model.inventory import GroupRecord
from nfw_reconcile.model.policy import GroupName, StatefulGroup
from nfw_reconcile.sources.policy import build_group
from tests.oracle.fates import Talk, fates
from tests.oracle.payloads import payload_of
from tests.oracle.rules import Rules
from tests.realities import Reality, outcome
from tests.rulesets import compiled, flow, numbered

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Body
    from tests.oracle.suricata import Suricata

pytestmark = pytest.mark.suricata

TARGETS: Final = (".example.com", "www.example.org")
LISTED: Final = ("example.com", "www.example.com", "a.b.example.com", "EXAMPLE.com", "www.example.org")
OTHERS: Final = ("badexample.com", "example.com.test", "example.org", "a.www.example.org", "")
NETWORKS: Final = {"HOME_NET": "[10.0.0.0/8]", "EXTERNAL_NET": "!$HOME_NET"}


def conversations() -> list[Reality]:
    """Give one over TLS and one over HTTP for every name; all go from inside to outside."""
    client, server = "10.0.1.10", "192.0.2.10"
    asked = [(application, name) for application in ("tls", "http1") for name in (*LISTED, *OTHERS)]
    closing = 'http.header_names; content:"|0d 0a|"; startswith'
    return [
        Reality(
            flow(f"tcp {client}:{port} {server}:443"),
            application,
            name,
            frozenset({closing} if application == "http1" else ()),
        )
        for port, (application, name) in enumerate(asked, 40_000)
    ]


def domain_list(kind: str, *, strict: bool) -> str:
    """Make the rules as the sources do, and give them sids."""
    body: Body = {
        "RulesSource": {
            "RulesSourceList": {
                "Targets": TARGETS,
                "TargetTypes": ("TLS_SNI", "HTTP_HOST"),
                "GeneratedRulesType": kind,
            }
        },
        "StatefulRuleOptions": {"RuleOrder": "STRICT_ORDER" if strict else "DEFAULT_ACTION_ORDER"},
    }
    group = build_group(GroupRecord(GroupName("domains"), stateful=True, body=body), {})
    assert isinstance(group, StatefulGroup)
    return numbered([entry.text for entry in group.entries])


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "action"])
@pytest.mark.parametrize("kind", ["ALLOWLIST", "DENYLIST", "REJECTLIST", "ALERTLIST"])
def test_a_domain_list_does_to_names_what_it_says(kind: str, suricata: Suricata, *, strict: bool) -> None:
    text = domain_list(kind, strict=strict)
    defaults = ("aws:drop_established",) if strict and kind == "ALLOWLIST" else ()
    realities = conversations()
    rules = Rules.of(text.splitlines(), defaults, NETWORKS, {}, strict=strict)
    found = fates(suricata, rules, [Talk(reality.flow, payload_of(reality)) for reality in realities])
    policy = compiled(text, strict=strict, defaults=defaults)
    expected = {
        "ALLOWLIST": [reality.name in LISTED for reality in realities],
        "DENYLIST": [reality.name not in LISTED for reality in realities],
        "REJECTLIST": [reality.name not in LISTED for reality in realities],
        "ALERTLIST": [True for _ in realities],
    }
    assert [fate.allowed for fate in found] == expected[kind]
    assert [outcome(policy, reality).allowed for reality in realities] == expected[kind]
