"""Resource Groups on the wire, under a real client: moto knows groups, and not who is in them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.awsrequest import AWSPreparedRequest

REGION: Final = "eu-west-1"
ACCOUNT: Final = "123456789012"
KEYS: Final = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": REGION}

Json = dict[str, Any]


def arn_of(name: str, *, account: str = ACCOUNT, region: str = REGION) -> str:
    kind = "instance" if name.startswith("i-") else "network-interface"
    return f"arn:aws:ec2:{region}:{account}:{kind}/{name}"


def listed(*arns: str, **more: Any) -> Json:  # noqa: ANN401 - JSON
    return {"Resources": [{"Identifier": {"ResourceArn": arn}} for arn in arns], **more}


def query(kind: str = "TAG_FILTERS_1_0", name: str = "workers") -> Json:
    text = json.dumps({"ResourceTypeFilters": ["AWS::EC2::Instance"], "TagFilters": [{"Key": "tier"}]})
    return {"GroupQuery": {"GroupName": name, "ResourceQuery": {"Type": kind, "Query": text}}}


@dataclass(frozen=True)
class _Raw:
    body: bytes

    def stream(self) -> Iterator[bytes]:
        yield self.body


@dataclass
class Groups:
    """Resource Groups on the wire: a query, and pages of members by the token that asks for them."""

    query: Json = field(default_factory=query)
    pages: dict[str | None, Json] = field(default_factory=lambda: {None: listed()})
    refusals: dict[str, tuple[int, str]] = field(default_factory=dict)
    asked: list[tuple[str, Json]] = field(default_factory=list)

    def client(self) -> Any:  # noqa: ANN401 - boto3 has no types
        made = boto3.client("resource-groups", config=Config(retries={"total_max_attempts": 1}), **KEYS)
        made.meta.events.register_first("before-send.resource-groups", self._answer)
        return made

    def _answer(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        operation = request.url.rpartition("/")[2]
        body: Json = json.loads(request.body or b"{}")
        self.asked.append((operation, body))
        status, code = self.refusals.get(operation, (200, ""))
        if code:
            headers = {"Content-Type": "application/json", "x-amzn-ErrorType": code}
            return AWSResponse(request.url, status, headers, _Raw(json.dumps({"Message": "no"}).encode()))
        found = self.query if operation == "get-group-query" else self.pages[body.get("NextToken")]
        return AWSResponse(
            request.url, 200, {"Content-Type": "application/json"}, _Raw(json.dumps(found).encode())
        )
