from __future__ import annotations

import pytest

from lab.conntrack import Tracked, read_connections
from lab.network import PASSED
from tests.rulesets import flow

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<conntrack>\n'
TAIL = "</conntrack>\n"


def written(  # noqa: PLR0913 - a connection has as many parts
    protocol: int, source: str, port: int, destination: str, to: int, *, mark: int, state: str | None = None
) -> str:
    """Write a connection as conntrack-tools 1.4.7 does."""

    def side(direction: str, ends: tuple[str, str], ports: tuple[int, int], packets: int) -> str:
        addresses = f'<layer3 protonum="2" protoname="ipv4"><src>{ends[0]}</src><dst>{ends[1]}</dst></layer3>'
        layer4 = f'<layer4 protonum="{protocol}"><sport>{ports[0]}</sport><dport>{ports[1]}</dport></layer4>'
        counters = f"<counters><packets>{packets}</packets><bytes>{packets * 100}</bytes></counters>"
        return f'<meta direction="{direction}">{addresses}{layer4}{counters}</meta>'

    original = side("original", (source, destination), (port, to), 4)
    reply = side("reply", (destination, source), (to, port), 3)
    stated = f"<state>{state}</state>" if state else ""
    clock = "<timestamp><start>1795390643236360128</start></timestamp>"
    own = f'<meta direction="independent">{stated}<timeout>9</timeout><mark>{mark}</mark>{clock}</meta>'
    return f"<flow>{original}{reply}{own}</flow>\n"


def test_connections_are_read_with_what_both_directions_sent() -> None:
    xml = (
        HEAD + written(6, "10.10.1.10", 40001, "10.10.2.10", 80, mark=PASSED | 2, state="ESTABLISHED") + TAIL
    )
    (found,) = read_connections(xml)
    assert found == Tracked(
        flow("tcp 10.10.1.10:40001 10.10.2.10:80"), 1795390643.23636, 7, 700, PASSED | 2, "ESTABLISHED"
    )
    assert found.queue == 2
    assert found.lives


@pytest.mark.parametrize(
    ("mark", "state", "lives"),
    [
        (PASSED, "ESTABLISHED", True),
        (PASSED, None, True),
        (PASSED, "CLOSE", False),
        (PASSED, "TIME_WAIT", False),
        (1, "ESTABLISHED", False),  # moved to another engine, which has let nothing through
    ],
)
def test_what_its_engine_let_through_and_has_not_ended_lives(
    mark: int, state: str | None, *, lives: bool
) -> None:
    xml = HEAD + written(17, "10.10.1.10", 1, "10.10.2.10", 53, mark=mark, state=state) + TAIL
    (found,) = read_connections(xml)
    assert found.lives is lives


def test_only_tcp_and_udp_are_connections_of_the_lab() -> None:
    assert list(read_connections(HEAD + written(132, "10.10.1.10", 1, "10.10.2.10", 2, mark=0) + TAIL)) == []


@pytest.mark.parametrize("xml", ["", "\n", HEAD + TAIL])
def test_no_connections(xml: str) -> None:
    assert list(read_connections(xml)) == []


def test_another_form_is_an_error_that_names_what_is_missing() -> None:
    xml = HEAD + written(6, "10.10.1.10", 1, "10.10.2.10", 2, mark=0).replace("counters", "sums") + TAIL
    with pytest.raises(ValueError, match="conntrack writes no counters"):
        list(read_connections(xml))
