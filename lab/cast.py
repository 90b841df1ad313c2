"""Who talks to whom in the lab: a conversation for each way in which the rules treat one."""

from __future__ import annotations

from typing import Final

from lab.network import CLIENT_ADDRESSES, SERVER_ADDRESS
from lab.talk.values import Conversation, Kind
from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import TCP, UDP, FiveTuple

EVERY: Final = 0.2
PATIENCE: Final = 1.5
_HOST, _DESK = CLIENT_ADDRESSES
_FIRST_PORT: Final = 40_001

_TOLD: Final = (
    ("database", Kind.TCP, 5432, None),  # a flow-wide pass becomes a header-only drop
    ("database-idle", Kind.IDLE, 5432, None),
    ("replication", Kind.TCP, 5433, None),  # a flow-wide pass goes, a drop of established flows stays
    ("legacy", Kind.TCP, 6000, None),  # no rule matched; now a header-only drop does
    ("reports", Kind.TCP, 7000, None),  # no rule matched; now a drop of established flows does
    ("orders", Kind.TCP, 8443, None),  # a flow-wide pass that stays
    ("intranet", Kind.TCP, 6500, None),  # no rule matches, before and after
    ("web", Kind.TLS, 443, "www.example.com"),  # a name that stays on the list
    ("partner", Kind.TLS, 443, "partner.example.net"),  # a name that goes
    ("metrics", Kind.UDP, 6001, None),  # no rule matched; now a header-only drop does
    ("names", Kind.UDP, 53, None),  # a flow-wide pass that stays
    ("logs", Kind.UDP_ONE_WAY, 5140, None),  # a flow-wide pass becomes a header-only drop
    ("audit", Kind.UDP_ONE_WAY, 5141, None),  # a flow-wide pass that stays
)

CAST: Final = tuple(
    Conversation(
        name,
        kind,
        _DESK if kind is Kind.TLS else _HOST,
        _FIRST_PORT + 10 * number,
        SERVER_ADDRESS,
        port,
        EVERY,
        server_name,
    )
    for number, (name, kind, port, server_name) in enumerate(_TOLD)
)


def flow_of(conversation: Conversation) -> FiveTuple:
    """Give the 5-tuple of a conversation."""
    protocol = UDP if conversation.kind.datagrams else TCP
    client, server = Address.parse(conversation.client), Address.parse(conversation.server)
    return FiveTuple(protocol, client, conversation.client_port, server, conversation.server_port)
