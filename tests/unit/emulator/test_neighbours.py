from __future__ import annotations

from typing import Any

import boto3
import botocore.exceptions
import pytest

from nfw_reconcile.emulator.clock import VirtualClock
from nfw_reconcile.emulator.emulator import Emulator
from nfw_reconcile.emulator.http_server import serve
from nfw_reconcile.emulator.judging import EngineJudge
from nfw_reconcile.emulator.transport import attach


def _emulator() -> Emulator:
    emulator = Emulator(VirtualClock().now, 0, EngineJudge())
    emulator.set_vpc("vpc-1", ["10.1.0.0/16", "2001:db8::/56", "10.2.0.0/16"])
    emulator.set_prefix_list("arn:aws:ec2:us-east-1:123456789012:prefix-list/pl-1", ["192.0.2.0/24"])
    return emulator


def _client(service: str, emulator: Emulator) -> Any:  # noqa: ANN401 - boto3 has no types
    keys = {"aws_access_key_id": "k", "aws_secret_access_key": "s", "region_name": "us-east-1"}
    client = boto3.client(service, **keys)
    attach(client, emulator)
    return client


def test_the_caller_is_of_the_emulated_account() -> None:
    assert _client("sts", _emulator()).get_caller_identity()["Account"] == "123456789012"


def test_a_vpc_has_its_cidrs_of_both_families() -> None:
    vpc = _client("ec2", _emulator()).describe_vpcs(VpcIds=["vpc-1"])["Vpcs"][0]
    assert [each["CidrBlock"] for each in vpc["CidrBlockAssociationSet"]] == ["10.1.0.0/16", "10.2.0.0/16"]
    assert [each["Ipv6CidrBlock"] for each in vpc["Ipv6CidrBlockAssociationSet"]] == ["2001:db8::/56"]


def test_a_prefix_list_has_its_entries() -> None:
    entries = _client("ec2", _emulator()).get_managed_prefix_list_entries(PrefixListId="pl-1")["Entries"]
    assert entries == [{"Cidr": "192.0.2.0/24"}]


def test_each_address_of_a_vpc_is_an_instance_in_a_subnet_of_it() -> None:
    ec2 = _client("ec2", _emulator())
    by_family = (("addresses.private-ip-address", "10.2.0.7"), ("ipv6-addresses.ipv6-address", "2001:db8::7"))
    for name, address in by_family:
        chosen = [{"Name": name, "Values": ["192.0.2.1", "2001:db9::", address]}]
        (found,) = ec2.describe_network_interfaces(Filters=chosen)["NetworkInterfaces"]
        listed = [
            found.get("PrivateIpAddress"),
            *(each["Ipv6Address"] for each in found.get("Ipv6Addresses", [])),
        ]
        assert address in listed
        instance = found["Attachment"]["InstanceId"]
        chosen = [{"Name": "instance-id", "Values": [instance]}]
        (reserved,) = ec2.describe_instances(Filters=chosen)["Reservations"]
        assert [each["InstanceId"] for each in reserved["Instances"]] == [instance]
        subnets = {each["SubnetId"]: each["VpcId"] for each in ec2.describe_subnets()["Subnets"]}
        assert subnets[found["SubnetId"]] == found["VpcId"] == "vpc-1"


def test_a_subnet_has_its_block() -> None:
    subnets = _client("ec2", _emulator()).describe_subnets()["Subnets"]
    v6 = [each["Ipv6CidrBlock"] for one in subnets for each in one.get("Ipv6CidrBlockAssociationSet", [])]
    assert [one["CidrBlock"] for one in subnets if "CidrBlock" in one] == ["10.1.0.0/16", "10.2.0.0/16"]
    assert v6 == ["2001:db8::/56"]


@pytest.mark.parametrize(
    ("call", "arguments", "code"),
    [
        ("describe_vpcs", {"VpcIds": ["vpc-9"]}, "InvalidVpcID.NotFound"),
        ("get_managed_prefix_list_entries", {"PrefixListId": "pl-9"}, "InvalidPrefixListID.NotFound"),
        ("describe_volumes", {}, "InvalidAction"),
    ],
)
def test_what_is_not_there_is_refused_by_code(call: str, arguments: dict[str, Any], code: str) -> None:
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        getattr(_client("ec2", _emulator()), call)(**arguments)
    assert caught.value.response["Error"]["Code"] == code


def test_the_http_door_answers_them_as_well() -> None:
    with serve(_emulator()) as url:
        keys = {"aws_access_key_id": "k", "aws_secret_access_key": "s", "region_name": "us-east-1"}
        assert (
            boto3.client("sts", endpoint_url=url, **keys).get_caller_identity()["Account"] == "123456789012"
        )
