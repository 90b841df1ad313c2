from __future__ import annotations

import pytest

from nfw_reconcile.aws.endpoints import Endpoints, read_endpoints, refuse_hidden_endpoints
from nfw_reconcile.errors import UsageError


def test_a_url_alone_is_for_all_services_and_a_named_one_goes_before_it() -> None:
    found = read_endpoints(["http://127.0.0.1:4566", "sts=https://sts.example.com/x?a=b"])
    assert found.of("network-firewall") == "http://127.0.0.1:4566"
    assert found.of("ec2") == "http://127.0.0.1:4566"
    assert found.of("sts") == "https://sts.example.com/x?a=b"


def test_without_any_it_is_awss_own() -> None:
    assert read_endpoints([]).of("network-firewall") is None
    assert not read_endpoints([])


@pytest.mark.parametrize(
    "text", ["s3=https://x", "localhost:4566", "ftp://x", "https://", "sts=", "", "http://[::1"]
)
def test_what_is_no_endpoint_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--endpoint-url"):
        read_endpoints([text])


def test_all_problems_are_told() -> None:
    with pytest.raises(UsageError) as caught:
        read_endpoints(["s3=https://x", "y"])
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    "name",
    ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_NETWORK_FIREWALL", "AWS_ENDPOINT_URL_EC2", "AWS_ENDPOINT_URL_STS"],
)
def test_an_endpoint_that_only_the_environment_names_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=f"{name} names an endpoint"):
        refuse_hidden_endpoints({name: "http://decoy"}, Endpoints())


@pytest.mark.parametrize(
    ("environ", "given"),
    [
        ({}, Endpoints()),
        ({"AWS_ENDPOINT_URL": ""}, Endpoints()),
        ({"AWS_ENDPOINT_URL_S3": "http://decoy"}, Endpoints()),
        ({"AWS_ENDPOINT_URL": "http://decoy"}, Endpoints("http://given")),
        ({"AWS_ENDPOINT_URL": "http://decoy", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "True"}, Endpoints()),
    ],
)
def test_otherwise_the_run_goes_on(environ: dict[str, str], given: Endpoints) -> None:
    refuse_hidden_endpoints(environ, given)
