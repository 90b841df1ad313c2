"""What Suricata 7.0.10 does to connections that live when it reloads its rules, as the lab shows (docs/lab.md)."""

from __future__ import annotations

import pytest

from nfw_reconcile.engine.reloaded import may_outlive
from tests.rulesets import compiled, flow

TCP = flow("tcp 10.0.0.1:40000 192.0.2.1:5432")
UDP = flow("udp 10.0.0.1:40000 192.0.2.1:5140")
PASS = "pass tcp any any -> any any"
DROP = "drop tcp any any -> any any"
ESTABLISHED = f"{DROP} (flow:established,to_server; sid:2;)"


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    ("old", "new", "lives"),
    [
        # A flow-wide pass is for good, whatever comes.
        ([f"{PASS} (sid:1;)"], [f"{DROP} (sid:2;)"], True),
        ([f"{PASS} (sid:1;)"], [ESTABLISHED], True),
        (["pass tcp any any -> !198.51.100.1 any (sid:1;)"], [ESTABLISHED], True),
        # Header-only rules are tried on the first packets, which are gone.
        ([], [f"{DROP} (sid:2;)"], True),
        ([f"{PASS} (flow:established; sid:1;)"], [f"{DROP} (sid:2;)"], True),
        # All others are tried on every packet.
        ([], [ESTABLISHED], False),
        ([], ["drop tcp any any -> !198.51.100.1 any (sid:2;)"], False),
        ([f"{PASS} (flow:established; sid:1;)"], [ESTABLISHED], False),
        ([], ["drop tcp any any <> any any (flow:to_client; sid:2;)"], False),
        # Nothing that the old rules stop lives.
        ([f"{DROP} (sid:1;)"], [], False),
        # Whether there is such content hangs on the payload.
        ([], ['drop tcp any any -> any any (content:"x"; sid:2;)'], True),
    ],
)
def test_a_tcp_connection(old: list[str], new: list[str], *, lives: bool, strict: bool) -> None:
    before, after = (compiled("\n".join(rules), strict=strict) for rules in (old, new))
    assert may_outlive(before, after, TCP) is lives


def test_datagrams_are_treated_alike() -> None:
    open_, header_only = (
        compiled("", strict=True),
        compiled("drop udp any any -> any any (sid:1;)", strict=True),
    )
    each_packet = compiled("drop udp any any -> !198.51.100.1 any (sid:1;)", strict=True)
    assert may_outlive(open_, header_only, UDP)
    assert not may_outlive(open_, each_packet, UDP)


def test_rules_that_a_new_connection_would_never_get_to_count() -> None:
    old = compiled("", strict=True)
    new = compiled(f"{PASS} (sid:1;)\n{ESTABLISHED}", strict=True)
    assert not may_outlive(old, new, TCP)
