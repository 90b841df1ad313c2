from __future__ import annotations

from dataclasses import replace

import pytest

from nfw_reconcile.act.ports import FlowRequest, OperationDetail, OperationStatus, Scope
from nfw_reconcile.act.settle import is_ours
from nfw_reconcile.flows.wire import to_api
from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.filters import FlowFilter
from nfw_reconcile.model.result_document import OperationType

ONE = FlowFilter(Network.parse("10.0.0.1/32"), Network.parse("192.0.2.0/24"), (40000, 40000), (1, 9), (6, 17))
OTHER = FlowFilter(Network.parse("2001:db8::1/128"), Network.parse("::/0"), protocols=(6,))
REQUEST = FlowRequest("arn", Scope("a"), (ONE, OTHER), 11)
ECHO = OperationDetail(
    "id",
    OperationType.FLUSH,
    OperationStatus.COMPLETED,
    None,
    tuple(dict(to_api(each)) for each in (ONE, OTHER)),
    11,
    None,
)
SHORTER = {**to_api(ONE), "SourceAddress": {"AddressDefinition": "10.0.0.1"}, "Protocols": ["17", "TCP"]}


@pytest.mark.parametrize(
    "detail",
    [ECHO, replace(ECHO, filters=ECHO.filters[::-1]), replace(ECHO, filters=(SHORTER, ECHO.filters[1]))],
)
def test_order_and_spelling_make_no_difference(detail: OperationDetail) -> None:
    assert is_ours(detail, REQUEST)


@pytest.mark.parametrize(
    "detail",
    [
        replace(ECHO, type=OperationType.CAPTURE),
        replace(ECHO, minimum_age=12),
        replace(ECHO, minimum_age=None),
        replace(ECHO, filters=ECHO.filters[:1]),
        replace(ECHO, filters=(*ECHO.filters, ECHO.filters[0])),
        replace(ECHO, filters=({**ECHO.filters[0], "SourcePort": "40001"}, ECHO.filters[1])),
        replace(ECHO, filters=({**ECHO.filters[0], "Protocols": ["6"]}, ECHO.filters[1])),
        replace(ECHO, filters=({}, ECHO.filters[1])),
        replace(ECHO, filters=()),
    ],
    ids=range(9),
)
def test_any_other_difference_does(detail: OperationDetail) -> None:
    assert not is_ours(detail, REQUEST)


def test_no_minimum_age_is_that_of_zero() -> None:
    assert is_ours(replace(ECHO, minimum_age=None), replace(REQUEST, minimum_age=0))
