"""Three hosts in a row, each a network namespace: clients, firewall, servers.

::

    clients 10.10.1.0/24 ---- firewall ---- servers 10.10.2.0/24
                                 |
              every forwarded packet goes to a Suricata, by the mark of its connection

The firewall's connection tracking knows every connection, and its mark says which Suricata is asked about its packets:
the lowest eight bits are the number of the queue. What that Suricata let through gets one more bit.
"""

from __future__ import annotations

from typing import Final

from lab.sandbox import run

CLIENTS, FIREWALL, SERVERS = "clients", "firewall", "servers"
CLIENT_ADDRESSES: Final = ("10.10.1.10", "10.10.1.130")
SERVER_ADDRESS: Final = "10.10.2.10"
_GATEWAYS: Final = {CLIENTS: "10.10.1.1", SERVERS: "10.10.2.1"}
_ADDRESSES: Final = {CLIENTS: CLIENT_ADDRESSES, SERVERS: (SERVER_ADDRESS,)}

QUEUES: Final = 16
"""Queues that packets can be sent to, from 0."""

QUEUE_BITS: Final = 0xFF
PASSED: Final = 0x100
"""The bit of a connection's mark that says: the Suricata of its queue let a packet through."""

_FORWARDING: Final = ("net.ipv4.ip_forward=1",)
_TRACKING: Final = ("net.netfilter.nf_conntrack_acct=1", "net.netfilter.nf_conntrack_timestamp=1")


def inside(host: str) -> tuple[str, ...]:
    """Give the words that run a command on a host."""
    return ("ip", "netns", "exec", host)


def build() -> None:
    """Make the hosts, the wires between them, and the firewall's way of sending packets to Suricata.

    Raises :class:`~lab.sandbox.FailedError`.
    """
    for host in (CLIENTS, FIREWALL, SERVERS):
        run("ip", "netns", "add", host)
        run("ip", "-n", host, "link", "set", "lo", "up")
    run(*inside(FIREWALL), "sysctl", "-qw", *_FORWARDING, *_TRACKING)
    for host in (CLIENTS, SERVERS):
        _wire(host)
    _send_to_suricata()


def _send_to_suricata() -> None:
    """Ask about each packet the Suricata whose number its connection bears, and note what it let through.

    Suricata's accept sends a packet on to the next table. It says nothing of a connection that was moved elsewhere
    while the packet waited, so the packet takes along whose it was.
    """
    _rule("mangle", "-j", "CONNMARK", "--restore-mark", "--nfmask", QUEUE_BITS, "--ctmask", QUEUE_BITS)
    for queue in range(QUEUES):
        marked = ("--mark", f"{queue}/{QUEUE_BITS}")
        _rule("mangle", "-m", "mark", *marked, "-j", "NFQUEUE", "--queue-num", queue)
        still_its_own = ("-m", "mark", *marked, "-m", "connmark", *marked)
        _rule("filter", *still_its_own, "-j", "CONNMARK", "--set-xmark", f"{PASSED}/{PASSED}")


def _wire(host: str) -> None:
    run("ip", "link", "add", host, "netns", FIREWALL, "type", "veth", "peer", "name", "eth0", "netns", host)
    run("ip", "-n", FIREWALL, "address", "add", f"{_GATEWAYS[host]}/24", "dev", host)
    for address in _ADDRESSES[host]:
        run("ip", "-n", host, "address", "add", f"{address}/24", "dev", "eth0")
    run("ip", "-n", FIREWALL, "link", "set", host, "up")
    run("ip", "-n", host, "link", "set", "eth0", "up")
    run("ip", "-n", host, "route", "add", "default", "via", _GATEWAYS[host])


def _rule(table: str, *words: object) -> None:
    run(*inside(FIREWALL), "iptables", "-w", "-t", table, "-A", "FORWARD", *map(str, words))
