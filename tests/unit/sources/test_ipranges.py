from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from nfw_reconcile.errors import InputError
from nfw_reconcile.sources.ipranges import read_ip_ranges

if TYPE_CHECKING:
    from pathlib import Path


def _v4(block: object, service: object, region: object = "eu-west-1") -> dict[str, object]:
    return {"ip_prefix": block, "region": region, "service": service, "network_border_group": "eu-west-1"}


def _v6(block: object, service: object) -> dict[str, object]:
    return {"ipv6_prefix": block, "region": "GLOBAL", "service": service, "network_border_group": "GLOBAL"}


def _file(folder: Path, data: object) -> Path:
    path = folder / "ip-ranges.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def _names(folder: Path, *v4: object, v6: tuple[object, ...] = ()) -> dict[str, str]:
    data = {"syncToken": "1", "createDate": "2026-01-01-00-00-00", "prefixes": v4, "ipv6_prefixes": v6}
    return {str(each.block): each.name for each in read_ip_ranges(_file(folder, data))}


def test_a_block_is_called_after_its_service_and_region(tmp_path: Path) -> None:
    found = _names(
        tmp_path,
        _v4("203.0.113.0/24", "AMAZON"),
        _v4("198.51.100.0/24", "AMAZON"),
        _v4("198.51.100.0/24", "S3"),
        _v4("198.51.100.0/24", "EC2"),
        _v4("192.0.2.0/24", "EC2", "us-east-1"),
        _v4("192.0.2.0/24", "EC2", "us-west-2"),
        v6=(_v6("2001:db8::/32", "CLOUDFRONT"),),
    )
    assert found == {
        "203.0.113.0/24": "AMAZON eu-west-1",
        "198.51.100.0/24": "EC2/S3 eu-west-1",
        "192.0.2.0/24": "EC2 us-east-1, EC2 us-west-2",
        "2001:db8::/32": "CLOUDFRONT GLOBAL",
    }


def test_all_that_is_wrong_is_told_with_its_place(tmp_path: Path) -> None:
    wrong: tuple[Any, ...] = (3, _v4("10.0.0.0/33", "S3"), _v4("::/0", "S3"), _v4("10.0.0.0/8", None))
    data = {"prefixes": [_v4("10.0.0.0/8", "S3"), *wrong], "ipv6_prefixes": {}}
    with pytest.raises(InputError) as caught:
        read_ip_ranges(_file(tmp_path, data))
    assert [each.summary for each in caught.value.problems] == [
        "prefixes[1]: this is no object.",
        "prefixes[2]: '10.0.0.0/33' does not appear to be an IPv4 or IPv6 network.",
        "prefixes[3]: ::/0 is not of IPv4.",
        "prefixes[4]: ip_prefix, service and region are needed, as texts.",
        "ipv6_prefixes is not a list.",
    ]


@pytest.mark.parametrize("data", [[], 3, {}, {"Prefixes": []}])
def test_another_file_is_no_list_of_ranges(tmp_path: Path, data: object) -> None:
    with pytest.raises(InputError, match=r"ip-ranges\.json: this is no list of AWS's address ranges"):
        read_ip_ranges(_file(tmp_path, data))
