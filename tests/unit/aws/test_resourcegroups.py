"""Resource groups: EC2 is moto where it models what is asked, else botocore's stubber; moto lists no members."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from nfw_reconcile.act.ports import UnreachableError
from nfw_reconcile.aws.client import Clients
from nfw_reconcile.aws.optional import Asker
from nfw_reconcile.aws.resourcegroups import ResourceGroups, is_resource_group
from tests.unit.aws.resource_groups import ACCOUNT, KEYS, REGION, Groups, Json, arn_of, listed, query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.errors import Diagnostic

GROUP: Final = f"arn:aws:resource-groups:{REGION}:{ACCOUNT}:group/workers"
INTERFACE: Final = "eni-0a1b2c3d4e5f60718"
INSTANCE: Final = "i-0a1b2c3d4e5f60718"


@dataclass
class Reading:
    """The addresses of a group as they are read, and what is told on the way."""

    groups: Groups
    ec2: Any
    told: list[Diagnostic] = field(default_factory=list)

    def addresses(self, arn: str = GROUP) -> list[str] | None:
        nobody = None
        clients = Clients(REGION, nobody, nobody, self.ec2, nobody, self.groups.client())
        return ResourceGroups(clients, Asker(self.told.append)).addresses(arn)

    @property
    def why(self) -> str:
        return "\n".join(map(str, self.told))


# Members, as EC2 has them


@pytest.fixture
def ec2() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("ec2", **KEYS)


def subnet(ec2: Any) -> str:  # noqa: ANN401 - boto3 has no types
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]["VpcId"]
    block = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
    made = ec2.create_subnet(
        VpcId=vpc, CidrBlock="10.0.1.0/24", Ipv6CidrBlock=f"{block.rpartition('/')[0]}/64"
    )
    return str(made["Subnet"]["SubnetId"])


def interface(ec2: Any, where: str, address: str, **more: Any) -> str:  # noqa: ANN401 - boto3 has no types
    made = ec2.create_network_interface(SubnetId=where, PrivateIpAddress=address, **more)
    return str(made["NetworkInterface"]["NetworkInterfaceId"])


def instance(ec2: Any, where: str, address: str) -> str:  # noqa: ANN401 - boto3 has no types
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    made = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=where, PrivateIpAddress=address)
    return str(made["Instances"][0]["InstanceId"])


def test_a_group_stands_for_all_addresses_of_its_members(ec2: Any) -> None:  # noqa: ANN401
    where = subnet(ec2)
    worker = instance(ec2, where, "10.0.1.5")
    second = interface(ec2, where, "10.0.1.6")
    ec2.attach_network_interface(NetworkInterfaceId=second, InstanceId=worker, DeviceIndex=1)
    alone = interface(ec2, where, "10.0.1.7", Ipv6Addresses=[{"Ipv6Address": "2001:db8::7"}])
    interface(ec2, where, "10.0.1.8")  # is no member
    public = ec2.allocate_address(Domain="vpc")
    ec2.associate_address(AllocationId=public["AllocationId"], NetworkInterfaceId=alone)
    reading = Reading(Groups(pages={None: listed(arn_of(worker), arn_of(alone))}), ec2)
    found = reading.addresses()
    assert found is not None
    wanted = {"10.0.1.5/32", "10.0.1.6/32", "10.0.1.7/32", "2001:db8::7/128", f"{public['PublicIp']}/32"}
    of_the_instance = {f"{text}/32" for text in _public_addresses(ec2, worker)}
    assert found == sorted(wanted | of_the_instance)
    assert reading.told == []


def _public_addresses(ec2: Any, name: str) -> set[str]:  # noqa: ANN401 - boto3 has no types
    about = ec2.describe_instances(InstanceIds=[name])["Reservations"][0]["Instances"][0]
    found = ((each.get("Association") or {}).get("PublicIp") for each in about["NetworkInterfaces"])
    return {str(address) for address in found if address}


def test_all_pages_of_members_are_read_and_each_address_is_there_once(ec2: Any) -> None:  # noqa: ANN401
    where = subnet(ec2)
    names = [interface(ec2, where, f"10.0.1.{host}") for host in range(10, 16)]
    pages: dict[str | None, Json] = {
        None: listed(*map(arn_of, names[:3]), NextToken="more"),
        "more": listed(*map(arn_of, names[2:])),
    }
    reading = Reading(Groups(pages=pages), ec2)
    assert reading.addresses() == [f"10.0.1.{host}/32" for host in range(10, 16)]
    assert reading.groups.asked == [
        ("get-group-query", {"Group": GROUP}),
        ("list-group-resources", {"Group": GROUP, "MaxResults": 50}),
        ("list-group-resources", {"Group": GROUP, "MaxResults": 50, "NextToken": "more"}),
    ]


def test_a_group_without_members_stands_for_no_address_and_ec2_is_not_asked() -> None:
    assert Reading(Groups(), None).addresses() == []


def test_many_members_are_asked_for_in_batches(ec2: Any) -> None:  # noqa: ANN401
    where = subnet(ec2)
    names = [interface(ec2, where, f"10.0.1.{host}") for host in range(4, 249)]
    reading = Reading(Groups(pages={None: listed(*map(arn_of, names))}), ec2)
    found = reading.addresses()
    assert found is not None
    assert len(found) == 245


def _stubbed(*replies: tuple[str, Json]) -> Any:  # noqa: ANN401 - boto3 has no types
    client = boto3.client("ec2", **KEYS)
    stub = Stubber(client)
    for operation, reply in replies:
        stub.add_response(operation, reply)
    stub.activate()
    return client


def _interface(**more: Any) -> Json:  # noqa: ANN401 - JSON
    return {"NetworkInterfaceId": INTERFACE, "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.0.1"}], **more}


def _instance(**more: Any) -> Json:  # noqa: ANN401 - JSON
    return {"InstanceId": INSTANCE, "State": {"Name": "running"}, **more}


def _private(**association: str) -> list[Json]:
    return [{"PrivateIpAddress": "10.0.0.1", "Association": association}]


def test_a_terminated_instance_has_no_addresses() -> None:
    stub = _stubbed(
        ("describe_instances", {"Reservations": [{"Instances": [_instance(State={"Name": "terminated"})]}]}),
        ("describe_network_interfaces", {"NetworkInterfaces": [_interface()]}),
    )
    reading = Reading(Groups(pages={None: listed(arn_of(INSTANCE), arn_of(INTERFACE))}), stub)
    assert reading.addresses() == ["10.0.0.1/32"]


# What is not known


@pytest.mark.parametrize(
    ("groups", "why"),
    [
        (Groups(query("CLOUDFORMATION_STACK_1_0")), "its members are chosen by 'CLOUDFORMATION_STACK_1_0'"),
        (Groups(query(name="others")), "AWS answered with the group 'others'"),
        (Groups(pages={None: {}}), "AWS answered without a list of them"),
        (
            Groups(pages={None: listed(QueryErrors=[{"ErrorCode": "RESOURCE_TYPE_NOT_SUPPORTED"}])}),
            "its query has a problem, 'RESOURCE_TYPE_NOT_SUPPORTED'",
        ),
        (
            Groups(pages={None: listed(arn_of(INTERFACE), f"arn:aws:rds:{REGION}:{ACCOUNT}:db:orders")}),
            f"arn:aws:rds:{REGION}:{ACCOUNT}:db:orders is neither an EC2 instance nor a network interface",
        ),
        (
            Groups(pages={None: listed(f"arn:aws:ec2:{REGION}:{ACCOUNT}:subnet/subnet-1")}),
            "subnet-1 is neither an EC2 instance nor a network interface",
        ),
        (
            Groups(pages={None: listed(arn_of(INSTANCE, account="210987654321"))}),
            "is not of the group's account and region",
        ),
        (Groups(pages={None: listed(arn_of(INSTANCE, region="us-east-1"))}), "is not of the group's account"),
        (
            Groups(
                pages={
                    None: {
                        "Resources": [
                            {
                                "Identifier": {"ResourceArn": arn_of(INSTANCE)},
                                "Status": {"Name": "PENDING"},
                            }
                        ]
                    }
                }
            ),
            f"{arn_of(INSTANCE)} is only about to become a member",
        ),
    ],
)
def test_a_group_of_another_kind_is_not_known(groups: Groups, why: str) -> None:
    reading = Reading(groups, None)
    assert reading.addresses() is None
    assert why in reading.why
    assert reading.why.startswith(f"the members of resource group {GROUP} are not known: ")


@pytest.mark.parametrize(
    ("about", "why"),
    [
        (
            _interface(PrivateIpAddresses=_private(CarrierIp="192.0.2.1")),
            f"{INTERFACE} has an address of a c",
        ),
        (
            _interface(Association={"CustomerOwnedIp": "192.0.2.1"}),
            f"{INTERFACE} has an address of a carrier",
        ),
        (_interface(Ipv4Prefixes=[{"Ipv4Prefix": "10.0.0.16/28"}]), f"{INTERFACE} has a delegated prefix"),
        (_interface(Ipv6Prefixes=[{"Ipv6Prefix": "2001:db8::/80"}]), f"{INTERFACE} has a delegated prefix"),
        ({"NetworkInterfaceId": INTERFACE}, f"EC2 shows no address of {INTERFACE}"),
        (_interface(PrivateIpAddress="10.0.0"), f"an address of {INTERFACE} that is none, '10.0.0'"),
        ({**_interface(), "NetworkInterfaceId": "eni-1"}, f"EC2 does not know {INTERFACE}"),
    ],
)
def test_an_interface_with_addresses_that_nobody_documents_leaves_its_group_open(
    about: Json, why: str
) -> None:
    stub = _stubbed(("describe_network_interfaces", {"NetworkInterfaces": [about]}))
    reading = Reading(Groups(pages={None: listed(arn_of(INTERFACE))}), stub)
    assert reading.addresses() is None
    assert why in reading.why


@pytest.mark.parametrize(
    ("about", "why"),
    [
        (_instance(), f"EC2 shows no interface of {INSTANCE}"),
        (_instance(NetworkInterfaces=[_interface(Ipv4Prefixes=[{"Ipv4Prefix": "10.0.0.16/28"}])]), "prefix"),
        (
            _instance(NetworkInterfaces=[_interface()], SecondaryInterfaces=[{"MacAddress": "00"}]),
            f"{INSTANCE} is in a secondary network",
        ),
    ],
)
def test_an_instance_with_addresses_that_nobody_documents_leaves_its_group_open(
    about: Json, why: str
) -> None:
    stub = _stubbed(
        ("describe_instances", {"Reservations": [{"Instances": [about]}]}),
        ("describe_network_interfaces", {"NetworkInterfaces": []}),
    )
    reading = Reading(Groups(pages={None: listed(arn_of(INSTANCE))}), stub)
    assert reading.addresses() is None
    assert why in reading.why


def test_an_endless_list_of_members_is_given_up() -> None:
    reading = Reading(
        Groups(
            pages={None: listed(NextToken="0"), **{str(n): listed(NextToken=str(n + 1)) for n in range(200)}}
        ),
        None,
    )
    assert reading.addresses() is None
    assert "the answer to ListGroupResources has more than 100 pages" in reading.why


@pytest.mark.parametrize("operation", ["get-group-query", "list-group-resources"])
@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (403, "ForbiddenException", "the credentials do not permit resource-groups:"),
        (403, "AccessDeniedException", "in their IAM policy."),
        (404, "NotFoundException", f"on {GROUP}: NotFoundException: no"),
        (400, "UnknownOperationException", "AWS refused resource-groups:"),
    ],
)
def test_what_the_service_refuses_is_told(operation: str, status: int, code: str, told: str) -> None:
    reading = Reading(Groups(refusals={operation: (status, code)}), None)
    assert reading.addresses() is None
    assert told in reading.why


def test_what_ec2_refuses_is_told() -> None:
    client = boto3.client("ec2", **KEYS)
    stub = Stubber(client)
    stub.add_client_error("describe_network_interfaces", "UnauthorizedOperation", "no", 403)
    stub.activate()
    reading = Reading(Groups(pages={None: listed(arn_of(INTERFACE))}), client)
    assert reading.addresses() is None
    assert "the credentials do not permit ec2:DescribeNetworkInterfaces" in reading.why


@pytest.mark.parametrize(
    ("status", "code"), [(429, "TooManyRequestsException"), (500, "InternalServerErrorException")]
)
def test_an_outage_is_no_answer(status: int, code: str) -> None:
    reading = Reading(Groups(refusals={"list-group-resources": (status, code)}), None)
    with pytest.raises(UnreachableError, match="ListGroupResources"):
        reading.addresses()


@pytest.mark.parametrize(
    ("arn", "is_one"),
    [
        (GROUP, True),
        (f"{GROUP}/0a1b2c3d4e5f60718293a4b5c6", True),
        (f"arn:aws-cn:resource-groups:cn-north-1:{ACCOUNT}:group/workers", True),
        (f"arn:aws:ec2:{REGION}:{ACCOUNT}:prefix-list/pl-1", False),
        (f"arn:aws:resource-groups:{REGION}:{ACCOUNT}:tag-sync-task/x", False),
    ],
)
def test_the_arn_of_a_group_is_told_from_others(arn: str, *, is_one: bool) -> None:
    assert is_resource_group(arn) is is_one


def test_a_group_of_an_application_is_named_with_its_id() -> None:
    arn = f"{GROUP}/0a1b2c3d4e5f60718293a4b5c6"
    assert Reading(Groups(), None).addresses(arn) == []
    assert Reading(Groups(query(name=arn.partition("group/")[2])), None).addresses(arn) == []
