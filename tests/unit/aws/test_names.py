"""Names from EC2: shapes and calls as boto3 has them, from moto where it models them, else from botocore's stubber."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber
from moto import mock_aws

from nfw_reconcile.aws.interfaces import label, owner, tags_of, thing_of
from nfw_reconcile.aws.names import BATCH, Ec2Names
from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.documents import AddressName, NameKind, NameOrigin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.awsrequest import AWSPreparedRequest

KEYS: Final = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "eu-west-1"}
OURS: Final = "10.0.1.5"


def _client(**config: Any) -> Any:  # noqa: ANN401 - boto3 has no types
    return boto3.client("ec2", config=Config(**config), **KEYS)


def _addresses(*texts: str) -> list[Address]:
    return [Address.parse(text) for text in texts]


def _tags(**tags: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


class Account:
    """A VPC with one subnet on moto."""

    def __init__(self) -> None:
        self.ec2 = _client()
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16", **self._named("vpc", "prod"))["Vpc"]["VpcId"]
        self.subnet = self.subnet_of(self.vpc, "10.0.1.0/24", "app-a")

    def subnet_of(self, vpc: str, block: str, name: str) -> str:
        made = self.ec2.create_subnet(
            VpcId=vpc, CidrBlock=block, **self._named("subnet", name, Owner="network")
        )
        return str(made["Subnet"]["SubnetId"])

    @staticmethod
    def _named(kind: str, name: str, **tags: str) -> dict[str, Any]:
        return {"TagSpecifications": [{"ResourceType": kind, "Tags": _tags(Name=name, **tags)}]}

    def interface(self, address: str, description: str, *, subnet: str | None = None, **tags: str) -> str:
        kinds = [{"ResourceType": "network-interface", "Tags": _tags(**tags)}] if tags else []
        made = self.ec2.create_network_interface(
            SubnetId=subnet or self.subnet,
            PrivateIpAddress=address,
            Description=description,
            TagSpecifications=kinds,
        )
        return str(made["NetworkInterface"]["NetworkInterfaceId"])

    def instance(self, address: str, **tags: str) -> str:
        image = self.ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        made = self.ec2.run_instances(
            ImageId=image, MinCount=1, MaxCount=1, SubnetId=self.subnet, PrivateIpAddress=address,
            TagSpecifications=[{"ResourceType": "instance", "Tags": _tags(**tags)}] if tags else [],
        )  # fmt: skip
        return str(made["Instances"][0]["InstanceId"])

    def names(self, *addresses: str) -> dict[str, AddressName]:
        found = Ec2Names(self.ec2).names(_addresses(*addresses))
        assert found.problems == ()
        return {each.address: each for each in found.names}


@pytest.fixture
def account() -> Iterator[Account]:
    with mock_aws():
        yield Account()


def test_an_instance_is_called_what_its_tags_say(account: Account) -> None:
    bare = account.instance("10.0.1.6")
    account.instance(OURS, Name="web-1", Service="checkout", Owner="payments")
    found = account.names(OURS, "10.0.1.6")
    assert found[OURS] == AddressName(
        OURS, "checkout/web-1", NameKind.INSTANCE, "payments", "app-a in prod", NameOrigin.EC2
    )
    assert (found["10.0.1.6"].name, found["10.0.1.6"].owner) == (bare, None)


def test_an_interface_says_whose_it_is(account: Account) -> None:
    account.interface("10.0.1.11", "ELB app/shop/50dc6c495c0c9188")
    account.interface("10.0.1.12", "RDSNetworkInterface", Name="orders", Team="data")
    account.interface("10.0.1.13", "just a description")
    made = account.interface("10.0.1.14", "")
    found = account.names("10.0.1.11", "10.0.1.12", "10.0.1.13", "10.0.1.14")
    assert [(each.kind, each.name, each.owner) for each in found.values()] == [
        (NameKind.LOAD_BALANCER, "shop", None),
        (NameKind.DATABASE, "orders", "data"),
        (NameKind.INTERFACE, "just a description", None),
        (NameKind.INTERFACE, made, None),
    ]


def test_an_address_that_nothing_has_is_called_after_its_subnet(account: Account) -> None:
    found = account.names("10.0.1.99", "10.0.2.1", "192.168.0.1")
    assert found == {
        "10.0.1.99": AddressName(
            "10.0.1.99", "app-a", NameKind.SUBNET, "network", "app-a in prod", NameOrigin.EC2
        )
    }


def test_networks_that_overlap_have_both_a_say(account: Account) -> None:
    other = account.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = account.subnet_of(other, "10.0.1.0/25", "app-b")
    account.interface(OURS, "ELB net/one/50dc6c495c0c9188")
    account.interface(OURS, "ELB net/two/50dc6c495c0c9188", subnet=subnet)
    account.interface("10.0.1.6", "ELB net/one/50dc6c495c0c9188", Owner="x")
    account.interface("10.0.1.6", "RDSNetworkInterface", subnet=subnet, Name="orders", Owner="y")
    found = account.names(OURS, "10.0.1.6", "10.0.1.99")
    assert [(each.name, each.kind, each.owner, each.network) for each in found.values()] == [
        ("one or two", NameKind.LOAD_BALANCER, None, None),
        ("one or orders", NameKind.INTERFACE, None, None),
        ("app-b or app-a", NameKind.SUBNET, "network", None),
    ]


def test_more_addresses_than_one_filter_takes(account: Account) -> None:
    last = f"10.0.1.{BATCH + 40}"
    account.interface(last, "ELB shop")
    asked: list[int] = []
    account.ec2.meta.events.register(
        "provide-client-params.ec2.DescribeNetworkInterfaces",
        lambda params, **_: asked.append(len(params["Filters"][0]["Values"])),
    )
    found = account.names(*(f"10.0.1.{n}" for n in range(BATCH + 41)))
    assert asked == [BATCH, 41]
    assert found[last].name == "shop"


def test_nobody_is_asked_for_nothing() -> None:
    with Stubber(_client()) as stub:
        assert Ec2Names(stub.client).names([]).names == ()


DESCRIPTIONS: Final = {
    "ELB app/shop/50dc6c495c0c9188": (NameKind.LOAD_BALANCER, "shop"),
    "ELB net/shop/50dc6c495c0c9188": (NameKind.LOAD_BALANCER, "shop"),
    "ELB gwy/shop/50dc6c495c0c9188": (NameKind.LOAD_BALANCER, "shop"),
    "ELB shop": (NameKind.LOAD_BALANCER, "shop"),
    "AWS Lambda VPC ENI-resize-thumbs-7a7e6f0e-1b7b-4a59-8a59-0f6a63c1b3d6": (
        NameKind.FUNCTION,
        "resize-thumbs",
    ),
    "AWS Lambda VPC ENI-resize": (NameKind.FUNCTION, "resize"),
    "Interface for NAT Gateway nat-0123456789abcdef0": (NameKind.NAT_GATEWAY, "nat-0123456789abcdef0"),
    "VPC Endpoint Interface vpce-0123456789abcdef0": (NameKind.ENDPOINT, "vpce-0123456789abcdef0"),
    "Network Interface for Transit Gateway Attachment tgw-attach-0123456789abcdef0": (
        NameKind.TRANSIT_GATEWAY,
        "tgw-attach-0123456789abcdef0",
    ),
    "arn:aws:ecs:eu-west-1:111122223333:attachment/7a7e6f0e": (NameKind.TASK, "7a7e6f0e"),
    "RDSNetworkInterface": (NameKind.DATABASE, "eni-1"),
    "": (NameKind.INTERFACE, "eni-1"),
}


@pytest.mark.parametrize(("description", "told"), DESCRIPTIONS.items(), ids=str)
def test_what_aws_writes_into_descriptions(description: str, told: tuple[NameKind, str]) -> None:
    found = thing_of({"NetworkInterfaceId": "eni-1", "Description": description}, {}, None)
    assert (found.kind, found.name) == told


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("natGateway", NameKind.NAT_GATEWAY),
        ("nat_gateway", NameKind.NAT_GATEWAY),
        ("lambda", NameKind.FUNCTION),
        ("network_load_balancer", NameKind.LOAD_BALANCER),
        ("gateway_load_balancer_endpoint", NameKind.ENDPOINT),
        ("interface", NameKind.INTERFACE),
        ("something new", NameKind.INTERFACE),
    ],
)
def test_the_type_tells_where_the_description_does_not(kind: str, told: NameKind) -> None:
    found = thing_of({"NetworkInterfaceId": "eni-1", "Description": "x", "InterfaceType": kind}, {}, None)
    assert (found.kind, found.name) == (told, "x")


def test_tags_are_read_without_regard_to_case_and_the_first_resource_goes_before() -> None:
    instance = {"Tags": _tags(NAME="web", team="ops", Empty=" ")}
    interface = {"TagSet": _tags(Name="eth0", Service="shop", Owner="payments")}
    tags = tags_of(instance, interface)
    assert (label(tags), owner(tags)) == ("shop/web", "payments")
    assert (label({}), owner({})) == ("", None)


# What moto does not do: pages, public and IPv6 addresses, refusals, outages.


def _interface(number: int, **members: Any) -> dict[str, Any]:  # noqa: ANN401 - any member
    return {"NetworkInterfaceId": f"eni-{number}", "Description": f"ELB lb{number}", **members}


def test_all_pages_are_read() -> None:
    with Stubber(_client()) as stub:
        for number, token in ((5, "more"), (6, None)):
            reply = {"NetworkInterfaces": [_interface(number, PrivateIpAddress=f"10.0.1.{number}")]}
            stub.add_response("describe_network_interfaces", reply | ({"NextToken": token} if token else {}))
        stub.add_response("describe_subnets", {"Subnets": []})
        stub.add_response("describe_vpcs", {"Vpcs": []})
        found = Ec2Names(stub.client).names(_addresses("10.0.1.5", "10.0.1.6"))
        stub.assert_no_pending_responses()
    assert [each.name for each in found.names] == ["lb5", "lb6"]


def test_public_and_ipv6_addresses_have_filters_of_their_own() -> None:
    page = {"MaxResults": 1000}
    public = _interface(1, PrivateIpAddresses=[{"Association": {"PublicIp": "8.8.8.8"}}])
    modern = _interface(2, Ipv6Addresses=[{"Ipv6Address": "2001:db8:0:0::5"}])
    with Stubber(_client()) as stub:
        for name, values, reply in (
            ("addresses.private-ip-address", ["10.0.1.5", "8.8.8.8"], []),
            ("addresses.association.public-ip", ["8.8.8.8"], [public]),
            ("ipv6-addresses.ipv6-address", ["2001:db8::5"], [modern]),
        ):
            asked = {"Filters": [{"Name": name, "Values": values}], **page}
            stub.add_response("describe_network_interfaces", {"NetworkInterfaces": reply}, asked)
        stub.add_response("describe_subnets", {"Subnets": []}, page)
        stub.add_response("describe_vpcs", {"Vpcs": []}, page)
        found = Ec2Names(stub.client).names(_addresses("10.0.1.5", "8.8.8.8", "2001:db8::5"))
        stub.assert_no_pending_responses()
    assert [(each.address, each.name) for each in found.names] == [("8.8.8.8", "lb1"), ("2001:db8::5", "lb2")]


def test_what_is_no_address_names_nothing() -> None:
    with Stubber(_client()) as stub:
        odd = [_interface(1, PrivateIpAddress="x"), _interface(2, PrivateIpAddress=OURS), {}]
        stub.add_response("describe_network_interfaces", {"NetworkInterfaces": odd})
        stub.add_response(
            "describe_subnets", {"Subnets": [{"CidrBlock": "y"}, {"CidrBlock": "10.9.0.0/16"}, {}]}
        )
        stub.add_response("describe_vpcs", {"Vpcs": [{}]})
        found = Ec2Names(stub.client).names(_addresses(OURS, "10.8.0.1"))
    assert [each.name for each in found.names] == ["lb2"]


def _subnets(stub: Stubber) -> None:
    subnet = {"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24"}
    stub.add_response("describe_subnets", {"Subnets": [subnet]})
    stub.add_response("describe_vpcs", {"Vpcs": [{"VpcId": "vpc-1"}]})


def test_what_is_not_permitted_is_told_once_and_the_rest_is_asked() -> None:
    many = _addresses(*(f"10.0.1.{n}" for n in range(250)))
    with Stubber(_client()) as stub:
        stub.add_client_error(
            "describe_network_interfaces", "UnauthorizedOperation", "no", http_status_code=403
        )
        _subnets(stub)
        found = Ec2Names(stub.client).names(many)
        stub.assert_no_pending_responses()
    (problem,) = found.problems
    assert problem.severity == "warning"
    assert "ec2:DescribeNetworkInterfaces" in problem.summary
    assert problem.remedy == "Allow ec2:DescribeNetworkInterfaces in their IAM policy."
    assert {each.name for each in found.names} == {"subnet-1"}


def test_what_arrived_before_an_outage_counts_and_nothing_is_asked_after_it() -> None:
    with Stubber(_client()) as stub:
        reply = {"NetworkInterfaces": [_interface(5, PrivateIpAddress=OURS)], "NextToken": "more"}
        stub.add_response("describe_network_interfaces", reply)
        stub.add_client_error(
            "describe_network_interfaces", "RequestLimitExceeded", "slow down", http_status_code=503
        )
        found = Ec2Names(stub.client).names(_addresses(OURS))
        stub.assert_no_pending_responses()
    assert [each.name for each in found.names] == ["lb5"]
    (problem,) = found.problems
    assert "no usable answer to ec2:DescribeNetworkInterfaces on the addresses of flows" in problem.summary


@dataclass(frozen=True)
class BytesRaw:
    """What botocore reads the body of a reply from."""

    body: bytes

    def stream(self) -> Iterator[bytes]:
        yield self.body


def _wire(client: Any, *replies: tuple[int, str]) -> list[str]:  # noqa: ANN401 - boto3 has no types
    """Let the client be answered with these, the last one for ever, and give what it asked."""
    asked: list[str] = []

    def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        asked.append(
            parse_qs(str(request.body, "ascii") if isinstance(request.body, bytes) else request.body)[
                "Action"
            ][0]
        )
        status, text = replies[min(len(asked), len(replies)) - 1]
        return AWSResponse(request.url, status, {}, BytesRaw(text.replace("TOKEN", str(len(asked))).encode()))

    client.meta.events.register("before-send.ec2", answer)
    return asked


def test_no_connection_is_one_warning() -> None:
    client = _client()

    def refuse(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://ec2.invalid")

    client.meta.events.register("before-send.ec2", refuse)
    found = Ec2Names(client).names(_addresses(OURS, "10.0.1.6"))
    assert found.names == ()
    assert [each.summary.split(":")[1].split()[0] for each in found.problems] == ["DescribeNetworkInterfaces"]


_ERROR: Final = "<Error><Code>RequestLimitExceeded</Code><Message>slow</Message></Error>"
THROTTLED: Final = f"<Response><Errors>{_ERROR}</Errors></Response>"
EMPTY: Final = "<Anything/>"
ENDLESS: Final = "<Anything><nextToken>TOKEN</nextToken></Anything>"


def test_throttling_is_waited_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.random", lambda: 0.0)  # how long botocore waits
    client = _client(retries={"mode": "standard", "total_max_attempts": 3})
    asked = _wire(client, (503, THROTTLED), (503, THROTTLED), (200, EMPTY))
    assert Ec2Names(client).names(_addresses(OURS)).problems == ()
    assert asked == ["DescribeNetworkInterfaces"] * 3 + ["DescribeSubnets", "DescribeVpcs"]


def test_an_endless_answer_is_no_answer() -> None:
    client = _client()
    asked = _wire(client, (200, ENDLESS))
    (problem,) = Ec2Names(client).names(_addresses(OURS)).problems
    assert (
        "ec2:DescribeNetworkInterfaces on the addresses of flows: the reply is not usable: more than 100 pages"
        in (problem.summary)
    )
    assert set(asked) == {"DescribeNetworkInterfaces"}


@pytest.mark.parametrize(
    "reply", ["no XML", "<a><b></a>", "", "<a><networkInterfaceSet>x</networkInterfaceSet></a>"]
)
def test_a_garbled_answer_is_a_warning_or_nothing(reply: str) -> None:
    client = _client(retries={"mode": "standard", "total_max_attempts": 1})
    _wire(client, (200, reply))
    assert Ec2Names(client).names(_addresses(OURS)).names == ()
