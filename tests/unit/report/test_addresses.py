from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.report.addresses import addresses_in, tells_nothing


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("drop tcp 10.0.0.1 any -> [192.0.2.0/24,!192.0.2.7] 443", ["10.0.0.1", "192.0.2.0/24", "192.0.2.7"]),
        ("10.0.0.1-10.0.0.9:443.", ["10.0.0.1", "10.0.0.9"]),
        ("from 2001:db8::1: and [2001:db8::/32]:443", ["2001:db8::1", "2001:db8::/32"]),
        ("addr:fe80::1", ["fe80::1"]),
        ("::ffff:192.0.2.1 ::1 ::/0", ["::ffff:192.0.2.1", "::1", "::/0"]),
        ("Suricata 7.0.10 at 12:30:45, sid:7; 300.1.1.1 1.2.3.4.5", []),
        ("2025-06-01T12:00:00Z", []),
    ],
)
def test_addresses_are_found_in_running_text(text: str, found: list[str]) -> None:
    assert addresses_in(text) == found


@given(
    st.ip_addresses(),
    st.sampled_from(["", " ", "(", "[", "!", "=", ":", "x=", "addr:", ","]),
    st.sampled_from(["", " ", ")", "]", ";", ",", ":", ". ", ": "]),
)
def test_no_address_is_missed(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, before: str, after: str
) -> None:
    assert [ipaddress.ip_address(found) for found in addresses_in(f"{before}{address}{after}")] == [address]


def test_a_block_of_everything_tells_nothing() -> None:
    assert tells_nothing("0.0.0.0/0")
    assert tells_nothing("::/0")
    assert not tells_nothing("10.0.0.0/8")
    assert not tells_nothing("any")
