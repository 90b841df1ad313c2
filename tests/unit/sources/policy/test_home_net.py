from __future__ import annotations

import pytest

from nfw_reconcile.model.expressions import AddressRange, Group, Unresolved
from nfw_reconcile.model.inventory import Body, Sensitive
from nfw_reconcile.sources.policy.body import Node
from nfw_reconcile.sources.policy.home_net import HomeNet, read_home_net
from nfw_reconcile.sources.policy.reading import Reading
from tests.unit.sources.policy.bodies import bundle

TEN = AddressRange(4, 0x0A000000, 0x0AFFFFFF)
HOST = AddressRange(4, 0x0A010203, 0x0A010203)
OWN = "policy variable HOME_NET"


def read(variables: Body, home_net: Body = None, origin: str = "") -> tuple[HomeNet, list[str]]:
    reading = Reading("policy")
    body: Body = {"PolicyVariables": variables}
    home = read_home_net(Node.of(body, ""), bundle(body, home_net=home_net, origin=origin), reading)
    return home, [problem.summary for problem in reading.report]


def own(definition: Body) -> Body:
    return {"RuleVariables": {"HOME_NET": {"Definition": definition}}}


CASES: dict[str, tuple[Body, Body, HomeNet]] = {
    "the policy's own": (own(["10.0.0.0/8"]), ["10.1.2.3"], HomeNet(TEN, OWN, sensitive=False)),
    "several": (own(["10.0.0.0/8", "10.1.2.3"]), None, HomeNet(Group((TEN, HOST)), OWN, sensitive=False)),
    "own, sensitive": (own(Sensitive(["10.0.0.0/8"])), None, HomeNet(TEN, OWN, sensitive=True)),
    "own, unknown": (own(Unresolved("x")), ["10.1.2.3"], HomeNet(Unresolved("x"), OWN, sensitive=False)),
    "own, one unknown": (
        own(["10.1.2.3", Unresolved("x")]),
        None,
        HomeNet(Group((HOST, Unresolved("x"))), OWN, sensitive=False),
    ),
    "variables unknown": (
        Unresolved("v"),
        ["10.1.2.3"],
        HomeNet(Unresolved("v.RuleVariables.HOME_NET.Definition"), OWN, sensitive=False),
    ),
    "stand-in": (None, ["10.1.2.3"], HomeNet(HOST, "the VPC", sensitive=False)),
    "own is empty: stand-in": (own([]), ["10.1.2.3"], HomeNet(HOST, "the VPC", sensitive=False)),
    "stand-in, sensitive": (None, [Sensitive("10.1.2.3")], HomeNet(HOST, "the VPC", sensitive=True)),
    "none": (None, Unresolved("HOME_NET"), HomeNet(Unresolved("HOME_NET"), "the VPC", sensitive=False)),
    "none, empty": (None, [], HomeNet(Unresolved("HOME_NET"), "the VPC", sensitive=False)),
}


@pytest.mark.parametrize(("variables", "home_net", "expected"), CASES.values(), ids=CASES.keys())
def test_home_net(variables: Body, home_net: Body, expected: HomeNet) -> None:
    assert read(variables, home_net, "the VPC") == (expected, [])


def test_other_policy_variables_are_told() -> None:
    home, problems = read({"RuleVariables": {"EXTERNAL_NET": {"Definition": ["any"]}}}, ["10.1.2.3"])
    assert home.addresses == HOST
    assert problems == ["the policy variable EXTERNAL_NET is not used"]


def test_variables_that_are_no_object_leave_home_net_unknown() -> None:
    home, problems = read("text", ["10.1.2.3"])
    assert isinstance(home.addresses, Unresolved)
    assert problems == ["PolicyVariables is not an object"]
