"""Real boto3 clients through both doors: in the same process, and over a socket."""

from __future__ import annotations

import http.client
import json
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
)

from nfw_reconcile.emulator import faults
from nfw_reconcile.emulator.faults import FaultRule
from nfw_reconcile.emulator.http_server import serve
from nfw_reconcile.emulator.transport import attach
from nfw_reconcile.emulator.wire import JSON_TYPE, TARGET_PREFIX
from nfw_reconcile.errors import ServiceError
from tests.unit.emulator.scene import EVERYTHING, NEW_RULES, ZONES, A, Scene, boto_client, build, flow

Door = Callable[[Scene], Any]


@contextmanager
def in_process(scene: Scene) -> Iterator[Any]:
    client = boto_client(read_timeout=30)
    attach(client, scene.emulator, sleep=scene.clock.sleep)
    yield client
    client.close()


@contextmanager
def over_http(scene: Scene, *, read_timeout: float = 30) -> Iterator[Any]:
    with serve(scene.emulator) as url:
        client = boto_client(url, read_timeout=read_timeout)
        yield client
        client.close()


hasty_over_http = partial(over_http, read_timeout=2)
"""For replies that never come; the time is enough for the emulator to take the request in on a busy machine."""

doors = pytest.mark.parametrize("door", [in_process, over_http])


def story(scene: Scene, client: Any) -> list[Any]:  # noqa: ANN401 - boto3 has no types
    """Tighten, wait, capture, flush, look again; give every parsed reply, HTTP headers included."""
    replies: list[Any] = []

    def call(method: str, **params: object) -> dict[str, Any]:
        try:
            reply: dict[str, Any] = getattr(client, method)(**params)
        except ClientError as error:
            reply = dict(error.response)
        replies.append(reply)
        return reply

    firewall, zone = {"FirewallArn": scene.firewall}, {"AvailabilityZone": A}
    token = call("describe_rule_group", RuleGroupArn=scene.group)["UpdateToken"]
    call("update_rule_group", RuleGroupArn=scene.group, UpdateToken=token, Rules=NEW_RULES)
    call("update_rule_group", RuleGroupArn=scene.group, UpdateToken=token, Rules=NEW_RULES)
    call("describe_firewall", **firewall)
    scene.clock.sleep(10)
    call("describe_firewall", **firewall)
    for method in ("start_flow_capture", "start_flow_flush", "start_flow_capture"):
        started = call(method, **firewall, **zone, FlowFilters=[{"DestinationPort": "5432"}])
        call("start_flow_flush", **firewall, **zone, FlowFilters=EVERYTHING)
        scene.clock.sleep(5)
        operation = {**firewall, "FlowOperationId": started["FlowOperationId"]}
        call("describe_flow_operation", **operation)
        call("list_flow_operation_results", **operation)
    call("list_flow_operations", **firewall)
    call("start_flow_flush", **firewall, FlowFilters=[])
    return replies


def test_both_doors_give_equal_replies() -> None:
    told = []
    for door in (in_process, over_http):
        scene = build()
        for port in (443, 5432):
            scene.emulator.put_flow(A, flow(port), age=100)
        with door(scene) as client:
            told.append(story(scene, client))

    assert told[0] == told[1]
    errors = [reply["Error"]["Code"] for reply in told[0] if "Error" in reply]
    assert errors == ["InvalidTokenException", *["ThrottlingException"] * 3, "InvalidRequestException"]
    assert [len(reply["Flows"]) for reply in told[0] if "Flows" in reply] == [1, 1, 0]


@doors
def test_errors_come_as_the_exceptions_of_the_service_model(door: Door) -> None:
    scene = build()
    with door(scene) as client:
        with pytest.raises(client.exceptions.ResourceNotFoundException, match="does not exist"):
            client.describe_firewall(FirewallName="none")
        with pytest.raises(client.exceptions.InvalidRequestException, match="at least one filter"):
            client.start_flow_flush(FirewallArn=scene.firewall, AvailabilityZone=A, FlowFilters=[])
        with pytest.raises(
            ClientError, match=r"UnknownOperationException.*does not offer ListAnalysisReports"
        ):
            client.list_analysis_reports()


@doors
@pytest.mark.parametrize(
    ("fault", "code", "status"),
    [
        (faults.THROTTLED, "ThrottlingException", 400),
        (faults.RATE_LIMITED, "RequestLimitExceeded", 503),
        (faults.ACCESS_DENIED, "AccessDeniedException", 400),
        (faults.EXPIRED_CREDENTIALS, "ExpiredTokenException", 400),
        (faults.INTERNAL_ERROR, "InternalServerError", 500),
        (faults.INTERNAL_ERROR_AFTER, "InternalServerError", 500),
        (faults.UNAVAILABLE, "ServiceUnavailable", 503),
    ],
)
def test_error_faults_arrive_with_code_and_status(
    door: Door, fault: faults.ErrorFault, code: str, status: int
) -> None:
    scene = build()
    scene.emulator.faults.add(FaultRule(fault, "ListFirewalls", times=1))
    with door(scene) as client:
        with pytest.raises(ClientError) as raised:
            client.list_firewalls()
        assert client.list_firewalls()["Firewalls"]

    response = raised.value.response
    assert response["Error"]["Code"] == code
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status


@pytest.mark.parametrize("door", [in_process, hasty_over_http], ids=["in_process", "over_http"])
@pytest.mark.parametrize(("fault", "accepted"), [(faults.TIMEOUT, False), (faults.TIMEOUT_AFTER, True)])
def test_a_reply_that_never_comes_is_a_read_timeout(
    door: Door, fault: faults.LossFault, *, accepted: bool
) -> None:
    lost(door, fault, ReadTimeoutError, accepted=accepted)


@doors
@pytest.mark.parametrize(("fault", "accepted"), [(faults.RESET, False), (faults.RESET_AFTER, True)])
def test_a_connection_that_breaks_is_closed_to_botocore(
    door: Door, fault: faults.LossFault, *, accepted: bool
) -> None:
    lost(door, fault, ConnectionClosedError, accepted=accepted)


def lost(door: Door, fault: faults.LossFault, expected: type[HTTPClientError], *, accepted: bool) -> None:
    scene = build()
    scene.emulator.faults.add(FaultRule(fault, "StartFlowFlush", times=1))
    with door(scene) as client, pytest.raises(expected):
        client.start_flow_flush(FirewallArn=scene.firewall, AvailabilityZone=A, FlowFilters=EVERYTHING)

    assert len(scene.emulator.flow_operations) == int(accepted)


def test_a_lost_reply_takes_the_read_timeout_of_virtual_time() -> None:
    scene = build()
    scene.emulator.faults.add(FaultRule(faults.TIMEOUT))
    before = scene.clock()
    with in_process(scene) as client, pytest.raises(ReadTimeoutError):
        client.list_firewalls()

    assert scene.clock() == before + 30


@doors
@pytest.mark.parametrize("fault", [faults.TRUNCATED, faults.HTML, faults.EMPTY])
def test_a_garbled_reply_is_a_success_without_content_to_botocore(
    door: Door, fault: faults.GarbleFault
) -> None:
    scene = build()
    scene.emulator.faults.add(FaultRule(fault, "StartFlowFlush"))
    with door(scene) as client:
        reply = client.start_flow_flush(
            FirewallArn=scene.firewall, AvailabilityZone=A, FlowFilters=EVERYTHING
        )

    assert set(reply) == {"ResponseMetadata"}
    assert reply["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert len(scene.emulator.flow_operations) == 1


@doors
def test_noise_is_no_text_to_botocore(door: Door) -> None:
    scene = build()
    scene.emulator.faults.add(FaultRule(faults.BINARY, times=1))
    with door(scene) as client, pytest.raises(UnicodeDecodeError):
        client.list_firewalls()


@doors
def test_three_thousand_flows_can_be_paged_through(door: Door) -> None:
    scene = build()
    for index in range(3000):
        scene.emulator.put_flow(A, flow(443, 10_000 + index))
    with door(scene) as client:
        started = client.start_flow_capture(
            FirewallArn=scene.firewall, AvailabilityZone=A, FlowFilters=EVERYTHING
        )
        scene.clock.sleep(5)
        pages = client.get_paginator("list_flow_operation_results").paginate(
            FirewallArn=scene.firewall, FlowOperationId=started["FlowOperationId"]
        )
        flows = [each for page in pages for each in page["Flows"]]

    assert [int(each["SourcePort"]) for each in flows] == list(range(10_000, 13_000))
    assert len(scene.emulator.requests) == 3 + 1 + 30


@doors
def test_zones_can_be_worked_on_in_parallel(door: Door) -> None:
    scene = build()

    def capture(client: Any, zone: str) -> str:  # noqa: ANN401 - boto3 has no types
        reply = client.start_flow_capture(
            FirewallArn=scene.firewall, AvailabilityZone=zone, FlowFilters=EVERYTHING
        )
        return str(reply["FlowOperationId"])

    with door(scene) as client, ThreadPoolExecutor(3) as pool:
        ids = list(pool.map(lambda zone: capture(client, zone), ZONES))
        with pytest.raises(ClientError, match="ThrottlingException"):
            capture(client, A)

    assert len(set(ids)) == 3
    assert {operation.zone for operation in scene.emulator.flow_operations} == set(ZONES)
    assert [call.number for call in scene.emulator.requests] == list(range(1, 3 + 4 + 1))


def post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    connection.request("POST", "/", body, headers)
    response = connection.getresponse()
    answer = response.status, json.loads(response.read())
    connection.close()
    return answer


@pytest.mark.parametrize(
    ("headers", "body", "status", "code", "words"),
    [
        ({"smithy-protocol": "rpc-v2-cbor"}, b"", 415, "UnsupportedProtocolException", "CBOR"),
        ({"Content-Type": "application/cbor"}, b"", 415, "UnsupportedProtocolException", "JSON 1.0 only"),
        ({"Content-Type": JSON_TYPE}, b"{}", 400, "UnknownOperationException", "X-Amz-Target"),
        ({"X-Amz-Target": "AmazonSSM.GetParameter"}, b"{}", 400, "UnknownOperationException", "AmazonSSM"),
        ({"X-Amz-Target": f"{TARGET_PREFIX}.ListFirewalls"}, b"{", 400, "SerializationException", "not JSON"),
        ({"X-Amz-Target": f"{TARGET_PREFIX}.ListFirewalls"}, b"[]", 400, "SerializationException", "object"),
        (
            {"X-Amz-Target": f"{TARGET_PREFIX}.ListFirewalls"},
            b'{"X":1}',
            400,
            "InvalidRequestException",
            '"X"',
        ),
    ],
)
def test_what_is_not_understood_is_refused_in_words(
    headers: dict[str, str], body: bytes, status: int, code: str, words: str
) -> None:
    with serve(build().emulator) as url:
        got, answer = post(url, body, headers)

    assert (got, answer["__type"]) == (status, code)
    assert words in answer["Message"]


def test_a_body_may_be_left_out_and_a_browser_is_told_what_this_is() -> None:
    scene = build()
    with serve(scene.emulator) as url:
        headers = {"X-Amz-Target": f"{TARGET_PREFIX}.ListFirewalls"}
        assert post(url, b"", headers)[0] == 200
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
        connection.request("GET", "/")
        response = connection.getresponse()
        assert (response.status, b"AWS API endpoint" in response.read()) == (405, True)
        connection.close()


def test_replies_are_dated_by_the_emulators_clock() -> None:
    scene = build()
    scene.clock.sleep(3600)
    with over_http(scene) as client:
        headers = client.list_firewalls()["ResponseMetadata"]["HTTPHeaders"]
    assert headers["date"] == "Thu, 01 Jan 2026 01:00:00 GMT"


def test_a_broken_length_is_refused() -> None:
    with serve(build().emulator) as url:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", "many")
        connection.endheaders()
        assert connection.getresponse().status == 400
        connection.close()


def test_a_client_that_hangs_up_is_no_news(capfd: pytest.CaptureFixture[str]) -> None:
    scene = build()
    with serve(scene.emulator) as url:
        host, port = urlsplit(url).netloc.split(":")
        with socket.create_connection((host, int(port)), timeout=5) as hasty:
            hasty.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            hasty.sendall(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n{")
        assert post(url, b"{}", {"X-Amz-Target": f"{TARGET_PREFIX}.ListFirewalls"})[0] == 200
    assert capfd.readouterr().err == ""


def test_a_request_that_ends_half_way_is_none() -> None:
    scene = build()
    before = scene.emulator.call_count
    with serve(scene.emulator) as url:
        host, port = urlsplit(url).netloc.split(":")
        with socket.create_connection((host, int(port)), timeout=5) as killed:
            head = (
                f"POST / HTTP/1.1\r\nX-Amz-Target: {TARGET_PREFIX}.ListFirewalls\r\nContent-Length: 2\r\n\r\n"
            )
            killed.sendall(head.encode())
            killed.shutdown(socket.SHUT_WR)
            assert killed.recv(1) == b""
    assert scene.emulator.call_count == before


def test_the_server_is_gone_when_its_block_is_left() -> None:
    with serve(build().emulator) as url:
        pass
    client = boto_client(url)
    with pytest.raises(EndpointConnectionError):
        client.list_firewalls()
    client.close()


def test_leaving_the_block_does_not_wait_for_a_reply_that_is_held_back() -> None:
    scene = build()
    scene.emulator.faults.add(FaultRule(faults.TIMEOUT))
    with serve(scene.emulator, hold=3600) as url:
        client = boto_client(url, read_timeout=0.1)
        with pytest.raises(ReadTimeoutError):
            client.list_firewalls()
        client.close()


def test_a_defect_of_the_emulator_is_no_answer() -> None:
    scene = build()
    scene.emulator.world.firewalls[scene.firewall].response["Invented"] = True
    headers = {"X-Amz-Target": f"{TARGET_PREFIX}.DescribeFirewall"}
    with serve(scene.emulator) as url:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
        connection.request("POST", "/", b'{"FirewallName":"edge"}', headers)
        response = connection.getresponse()
        assert (response.status, b"Firewall has no member Invented" in response.read()) == (500, True)
        connection.close()
    with in_process(scene) as client, pytest.raises(ServiceError, match="has no member Invented"):
        client.describe_firewall(FirewallName="edge")


def test_a_reset_is_a_reset_on_the_socket() -> None:
    scene = build()
    scene.emulator.faults.add(FaultRule(faults.RESET))
    with serve(scene.emulator) as url:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
        connection.request("POST", "/", b"{}", {"X-Amz-Target": f"{TARGET_PREFIX}.ListFirewalls"})
        with pytest.raises(ConnectionResetError):
            connection.getresponse()
        connection.close()


def test_a_truncated_reply_announces_more_than_it_holds() -> None:
    scene = build()
    scene.emulator.faults.add(FaultRule(faults.TRUNCATED))
    with serve(scene.emulator) as url:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
        connection.request("POST", "/", b"{}", {"X-Amz-Target": f"{TARGET_PREFIX}.ListFirewalls"})
        response = connection.getresponse()
        with pytest.raises(http.client.IncompleteRead):
            response.read()
        connection.close()


def test_the_state_machine_alone_does_not_load_botocore() -> None:
    program = (
        "import sys, nfw_reconcile.emulator.emulator, nfw_reconcile.emulator.clients; "
        "sys.exit('botocore' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
