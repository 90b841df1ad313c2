from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

import pytest
from botocore.awsrequest import AWSResponse

from nfw_reconcile.aws.client import Access, make_clients
from nfw_reconcile.aws.endpoints import Endpoints
from nfw_reconcile.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

DECOY = "http://decoy.invalid"
ROLE = "arn:aws:iam::111122223333:role/flusher"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give every test an environment that tries to lead it astray."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    config = tmp_path / "config"
    config.write_text(
        f"[profile led]\nregion = eu-north-1\nendpoint_url = {DECOY}\nservices = led\n"
        f"[services led]\nnetwork_firewall =\n  endpoint_url = {DECOY}\n"
    )
    values = {
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "9",
        "AWS_RETRY_MODE": "legacy",
        "AWS_ENDPOINT_URL": DECOY,
        "AWS_ENDPOINT_URL_NETWORK_FIREWALL": DECOY,
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def sends(client: Any) -> int:  # noqa: ANN401 - boto3 has no types
    """Count the requests that one call makes where every one fails on the way."""
    counted = 0

    def fail(**_: object) -> AWSResponse:
        nonlocal counted
        counted += 1
        return AWSResponse("http://x", 500, {}, _Empty())

    client.meta.events.register("before-send.network-firewall", fail)
    with pytest.raises(client.exceptions.ClientError):
        client.start_flow_flush(FirewallArn="arn:aws:x", FlowFilters=[{}])
    return counted


class _Empty:
    def stream(self) -> list[bytes]:
        return [b""]


def test_starts_are_sent_once_whatever_the_environment_says() -> None:
    clients = make_clients(Access(region="eu-west-1"))
    assert sends(clients.starts) == 1
    assert clients.starts.meta.config.read_timeout == 65
    assert clients.starts.meta.config.connect_timeout == 5


def test_reads_are_tried_five_times() -> None:
    config = make_clients(Access(region="eu-west-1")).reads.meta.config
    assert config.retries == {"mode": "standard", "total_max_attempts": 5}
    assert config.read_timeout == 30


def test_no_endpoint_comes_from_the_environment_or_a_profile() -> None:
    for access in (Access(region="eu-north-1"), Access(profile="led")):
        for client in make_clients(access).every:
            assert "amazonaws.com" in client.meta.endpoint_url


def test_endpoints_that_are_given_are_used() -> None:
    endpoints = Endpoints("http://127.0.0.1:1", {"sts": "http://127.0.0.1:2"})
    clients = make_clients(Access(region="eu-west-1", endpoints=endpoints))
    assert [client.meta.endpoint_url[-1] for client in clients.every] == ["1", "1", "1", "2", "1"]


def test_the_region_given_goes_before_that_of_the_firewall_and_of_the_profile() -> None:
    assert make_clients(Access(region="eu-west-1", profile="led"), "us-east-1").region == "eu-west-1"
    assert make_clients(Access(profile="led"), "us-east-1").region == "us-east-1"
    assert make_clients(Access(profile="led")).region == "eu-north-1"


def test_without_a_region_or_profile_the_remedy_is_told() -> None:
    with pytest.raises(UsageError, match="--region"):
        make_clients(Access())
    with pytest.raises(UsageError, match="--profile"):
        make_clients(Access(region="eu-west-1", profile="none"))


class _Sts(BaseHTTPRequestHandler):
    """Answers AssumeRole, and refuses whatever else is asked; remembers who asked."""

    asked: ClassVar[list[tuple[str, str]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        role = f"RoleArn={quote(ROLE, safe='')}" in body and "RoleSessionName=nfw-reconcile" in body
        action = "AssumeRole" if role else str(self.headers["X-Amz-Target"])
        key = str(self.headers["Authorization"]).split("Credential=")[1].split("/")[0]
        self.asked.append((action, key))
        answer = ASSUMED.encode() if role else b"{}"
        self.send_response(200 if role else 400)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


ASSUMED = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASSUMED</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"""


def test_a_role_is_assumed_with_the_callers_credentials_at_the_endpoint_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Sts) as server:
        Thread(target=server.serve_forever).start()
        endpoints = Endpoints(f"http://127.0.0.1:{server.server_port}")
        clients = make_clients(Access(region="eu-west-1", role_arn=ROLE, endpoints=endpoints))
        with pytest.raises(clients.starts.exceptions.ClientError):
            clients.starts.start_flow_flush(FirewallArn="arn:aws:x", FlowFilters=[{}])
        server.shutdown()
    assert _Sts.asked == [("AssumeRole", "test"), ("NetworkFirewall_20201112.StartFlowFlush", "ASSUMED")]
