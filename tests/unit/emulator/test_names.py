from __future__ import annotations

import re

import pytest

from nfw_reconcile.emulator.names import Names, is_managed, name_of, stand_in_token, zone_id

UUID = re.compile(r"^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$")


def test_equal_seeds_give_equal_names_and_other_seeds_others() -> None:
    one, same, other = (Names(seed, "1", "us-east-1") for seed in (7, 7, 8))

    assert [one.uuid(), one.endpoint(), one.subnet()] == [same.uuid(), same.endpoint(), same.subnet()]
    assert one.uuid() != other.uuid()


def test_ids_and_tokens_have_the_form_of_the_service_model() -> None:
    names = Names(1, "1", "us-east-1")

    assert UUID.match(names.uuid())
    assert UUID.match(stand_in_token("anything"))
    assert re.match(r"^vpce-[a-zA-Z0-9]*$", names.endpoint())
    assert re.match(r"^subnet-[0-9a-f]+$", names.subnet())


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("us-east-1", "arn:aws:network-firewall:us-east-1:111122223333:firewall/edge"),
        ("cn-north-1", "arn:aws-cn:network-firewall:cn-north-1:111122223333:firewall/edge"),
        ("us-gov-west-1", "arn:aws-us-gov:network-firewall:us-gov-west-1:111122223333:firewall/edge"),
    ],
)
def test_arns_follow_the_partition_of_the_region(region: str, expected: str) -> None:
    arn = Names(1, "111122223333", region).arn("firewall", "edge")

    assert arn == expected
    assert name_of(arn) == "edge"
    assert not is_managed(arn)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("us-east-1a", "use1-az1"), ("eu-west-2c", "euw2-az3"), ("us-gov-west-1b", "usgw1-az2")],
)
def test_zone_ids_are_derived_from_zone_names(zone: str, expected: str) -> None:
    assert zone_id(zone) == expected
