"""Errors about the verdict of one policy: what rules and default actions match, and what need not be tried."""

from __future__ import annotations

from functools import partial
from typing import Final

from nfw_reconcile.engine.questions import NameMatch, Names
from tests.mutants.cases import rows
from tests.mutants.mechanism import Edit, Mutant
from tests.unit.engine import test_compile, test_headers, test_names, test_resolve, test_worlds

_FLOW_STATE: Final = (
    Mutant(
        "established and not_established are not asked for",
        Edit(
            "engine.matching:_flow_state_holds",
            "return wanted.established is None or wanted.established == packet.established",
            "return True",
        ),
        rows(
            "handshakes pass, names pass, the rest to the server is dropped",
            "a handshake packet that is dropped has still completed the handshake",
        ),
    ),
    Mutant(
        "to_server and to_client are not asked for",
        Edit(
            "engine.matching:_flow_state_holds",
            "if wanted.to_server not in (None, packet.to_server):",
            "if False:",
        ),
        rows(
            "header and direction contradict each other",
            "the same with a direction hits what was opened from outside only",
        ),
    ),
    Mutant(
        "flow:stateless holds where there is no flow",
        Edit("engine.matching:_flow_state_holds", "return not wanted.of_flow and", "return"),
        rows("stateless asks for a flow, too"),
    ),
    Mutant(
        "flags compare as if all of them came with a plus",
        Edit(
            "engine.conditions:TcpFlagsAre.holds", "return seen == self.wanted", "return seen >= self.wanted"
        ),
        rows("flags are exactly these: a SYN/ACK is no SYN"),
    ),
)

_HEADER: Final = (
    Mutant(
        "a header does not ask for the port of the destination",
        Edit("engine.headers:HeaderIndex.__init__", "box.any_destination_port", "True"),
        rows("icmp with a port matches nothing", "ip with a port: every protocol that has ports"),
    ),
    Mutant(
        "a negated IPv4 list matches every IPv6 address",
        Edit(
            "engine.members:Addresses._family",
            "if not wanted and unwanted:",
            "if not wanted and self.negated:",
        ),
        (
            *rows("EXTERNAL_NET is all but HOME_NET, of its family"),
            partial(test_resolve.test_a_list_of_addresses, "!10.0.0.0/24", "10.0.1.1 192.0.2.1"),
        ),
    ),
    Mutant(
        "EXTERNAL_NET is the negation of the group's HOME_NET",
        Edit(
            "engine.resolve:Scope.addresses_of",
            "return Negation(self.home_net)",
            "return Negation(self.ip_sets.get(HOME_NET, self.home_net))",
        ),
        (
            partial(
                test_resolve.test_external_net_is_the_negation_of_the_policys_home_net_even_where_the_group_has_its_own
            ),
        ),
    ),
    Mutant(
        "both directions are one",
        Edit("engine.compile:_GroupCompiler._header", "header.direction is Direction.BOTH", "False"),
        rows("both directions, pass", "a pass of established packets in both directions"),
    ),
    Mutant(
        "icmp is ICMP of IPv4",
        Edit(
            "engine.protocols:protocol_match",
            "return _NETWORK[name]",
            'return _NETWORK["icmpv4" if name == "icmp" else name]',
        ),
        rows("icmp is both of them"),
    ),
    Mutant(
        "an application protocol is spoken over any transport",
        Edit("engine.protocols:transports", "_TRANSPORTS.get(application, _TCP_UDP)", "_TCP_UDP"),
        (
            partial(test_worlds.test_a_protocol_that_the_transport_cannot_carry_is_never_spoken),
            partial(test_headers.test_an_application_protocol_admits_the_transports_that_suricata_implies),
        ),
    ),
    Mutant(
        "http is HTTP/2 only",
        Edit("engine.protocols:applications", "return _ALIASES[name]", 'return frozenset({"http2"})'),
        rows("HTTP is allowed, on its port"),
    ),
)

_PAYLOAD: Final = (
    Mutant(
        "the application protocol is known from the first packet on",
        Edit("engine.matching:_application_holds", "if not packet.detected:", "if False:"),
        rows("a protocol is allowed, and everything is dropped: the SYN never gets through"),
    ),
    Mutant(
        "a conversation that is not recognised speaks another protocol",
        Edit("engine.matching:_application_holds", "not world.ask(_UNDETECTED) and ", ""),
        rows("any other protocol, once one is detected"),
    ),
    Mutant(
        "names are in replies, too",
        Edit("engine.matching:_asks_whole", "packet.to_server and ", ""),
        rows("a server name is never in a reply"),
    ),
    Mutant(
        "a name that is not there is one that does not match",
        Edit("engine.matching:_name_holds", "return world.ask(gives_a_name) and", "return"),
        rows("all names but one: a conversation without a name is none of them"),
    ),
    Mutant(
        "contents are looked for in packets without data",
        Edit(
            "engine.matching:_carries",
            "case Carrier.DATA:\n            return packet.data",
            "case Carrier.DATA:\n            return True",
        ),
        rows("a content is allowed, and everything is dropped: the SYN carries none"),
    ),
    Mutant(
        "a domain holds all names that end alike",
        Edit(
            "engine.questions:Names.holds",
            'return f".{name}".endswith(f".{self.value}")',
            "return name.endswith(self.value)",
        ),
        (
            partial(
                test_names.test_a_name_matches_as_its_content_would,
                Names("tls.sni", NameMatch.DOMAIN, "a.example"),
                ["a.example", "b.a.example"],
                ["aa.example"],
            ),
        ),
    ),
    Mutant(
        "a conversation may speak two protocols",
        Edit(
            "engine.worlds:World._choose_application",
            "self._applications = inside if answer else outside",
            "pass",
        ),
        (partial(test_worlds.test_a_conversation_speaks_one_protocol),),
    ),
)

_DEFAULTS: Final = (
    Mutant(
        "aws:drop_established drops the SYN",
        Edit(
            "engine.defaults:_rules_of",
            "Meaning(When.EVERY, Reach.PACKET, state)",
            "Meaning(When.FIRST, Reach.FLOW)",
        ),
        rows("aws:drop_established behind an allowed name", "an allowed host, on any port"),
    ),
    Mutant(
        "aws:drop_established leaves UDP alone",
        Edit(
            "engine.defaults:_rules_of",
            "conditions=(_NOT_TCP,)",
            "conditions=(_NOT_TCP, ProtocolNumbers(frozenset({1})))",
        ),
        rows("aws:drop_established alone"),
    ),
    Mutant(
        "a default action that is not known does nothing",
        Edit("engine.defaults:_rules_of", "yield from _unknown(", "str("),
        (partial(test_compile.test_a_default_action_that_is_not_known_leaves_what_reaches_it_undecided),),
    ),
)

_SHORTCUTS: Final = (
    Mutant(
        "a flow is settled although a pass of its first packet comes before",
        Edit("engine.settling:tried", "and not forward & blocking", ""),
        rows(
            "a packet-wide pass before aws:drop_strict: the reply is dropped",
            "action order: the pass of the lower sid settles whether the flow or the packet is passed",
        ),
    ),
    Mutant(
        "a rule that asks about payload settles a flow",
        Edit(
            "engine.settling:settles",
            "all(isinstance(c, ProtocolNumbers) and protocol in c.numbers for c in",
            "all(True for c in",
        ),
        rows("a name is allowed, and everything is dropped: the SYN never gets through"),
    ),
)

MUTANTS: Final = (*_FLOW_STATE, *_HEADER, *_PAYLOAD, *_DEFAULTS, *_SHORTCUTS)
