from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.errors import UsageError, error, warning
from nfw_reconcile.model.addresses import Address, Network
from nfw_reconcile.model.documents import AddressName, NameKind, NameOrigin
from nfw_reconcile.model.names import BlockName
from nfw_reconcile.pipeline.names import FoundNames, Naming, with_names
from nfw_reconcile.pipeline.saved import document_bytes, sealed
from tests import builders as make

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.model.plan_document import FirewallPlan, PlanDocument

SOURCE, DESTINATION = "10.1.0.5", "203.0.113.10"


class Account:
    """An account and region that knows some addresses, and remembers what it was asked."""

    def __init__(self, *known: str, problems: tuple[Diagnostic, ...] = ()) -> None:
        self.asked: list[str] = []
        self.regions: list[str | None] = []
        self._known = known
        self._problems = problems

    def service_of(self, region: str | None) -> Account:
        self.regions.append(region)
        return self

    def names(self, addresses: Sequence[Address]) -> FoundNames:
        self.asked += map(str, addresses)
        found = (each for each in map(str, addresses) if each in self._known)
        return FoundNames(tuple(_by_ec2(each) for each in found), self._problems)


def _by_ec2(address: str) -> AddressName:
    return AddressName(address, f"host {address}", NameKind.INSTANCE, "ops", "a in b", NameOrigin.EC2)


def _block(cidr: str, name: str, owner: str | None = None) -> BlockName:
    return BlockName(Network.parse(cidr), name, owner)


def _plan(*sizes: int | None) -> FirewallPlan:
    """Give a plan with a flow of each size from 10.1.0.1, 10.1.0.2, and so on."""
    rows = [make.flow_row(make.flow(source=f"10.1.0.{n}"), size=size) for n, size in enumerate(sizes, 1)]
    return make.firewall_plan(flows=make.flows_seen(*rows))


def _told(document: PlanDocument) -> list[tuple[str, str, NameOrigin]]:
    return [(each.address, each.name, each.origin) for each in document.firewalls[0].names]


def test_own_names_go_before_ec2_and_ec2_before_published_ranges() -> None:
    plan = make.plan_document(_plan(1, 2, 3))
    account = Account("10.1.0.1", "10.1.0.2")
    ranges = (_block("0.0.0.0/0", "AMAZON GLOBAL"),)
    given = (_block("10.1.0.1/32", "mine"),)
    found = with_names(plan, Naming(given, ranges, account.service_of))
    assert _told(found) == [
        ("10.1.0.1", "mine", NameOrigin.GIVEN),
        ("10.1.0.2", "host 10.1.0.2", NameOrigin.EC2),
        ("10.1.0.3", "AMAZON GLOBAL", NameOrigin.RANGES),
        (DESTINATION, "AMAZON GLOBAL", NameOrigin.RANGES),
    ]
    assert "10.1.0.1" not in account.asked


def test_the_longest_prefix_of_a_source_counts_and_of_equal_ones_the_first() -> None:
    given = (_block("10.0.0.0/8", "all"), _block("10.1.0.0/16", "one"), _block("10.1.0.0/16", "two", "x"))
    found = with_names(make.plan_document(_plan(1)), Naming(given))
    assert found.firewalls[0].names == (
        AddressName("10.1.0.1", "one", NameKind.GIVEN, None, None, NameOrigin.GIVEN),
    )


def test_without_names_a_plan_keeps_its_bytes() -> None:
    plan = make.plan_document(_plan(1))
    assert document_bytes(with_names(plan, Naming())) == document_bytes(plan)
    assert document_bytes(with_names(plan, Naming((_block("192.0.2.0/24", "x"),)))) == document_bytes(plan)


def test_a_named_plan_is_sealed_anew() -> None:
    found = with_names(make.plan_document(_plan(1)), Naming((_block("10.0.0.0/8", "x"),)))
    assert found == sealed(found)


def test_each_address_is_asked_for_once_for_each_region_heaviest_first() -> None:
    other = dataclasses.replace(make.firewall("other"), region="us-east-1")
    plans = (_plan(5, None, 900), _plan(5), dataclasses.replace(_plan(1), firewall=other))
    account = Account()
    with_names(make.plan_document(*plans), Naming(service_of=account.service_of))
    assert account.regions == [make.firewall().region, "us-east-1"]
    assert account.asked == [
        DESTINATION, "10.1.0.3", "10.1.0.1", "10.1.0.2",
        "10.1.0.1", DESTINATION,
    ]  # fmt: skip


def test_no_more_are_asked_for_than_allowed_and_the_rest_is_counted() -> None:
    account = Account("10.1.0.3", "10.1.0.1")
    found = with_names(make.plan_document(_plan(5, 7, 900)), Naming(service_of=account.service_of, most=2))
    assert account.asked == [DESTINATION, "10.1.0.3"]
    assert [each.address for each in found.firewalls[0].names] == ["10.1.0.3"]
    assert [each.text for each in found.remarks] == [
        "EC2 was asked for the 2 addresses with most bytes, and not for 2 others."
    ]


def test_what_prevents_names_is_a_warning_once_and_the_rest_is_named() -> None:
    denied = warning("ec2:DescribeInstances is denied", None, "Allow it.")
    account = Account("10.1.0.1", problems=(denied, denied))
    plans = (
        _plan(1),
        dataclasses.replace(_plan(1), firewall=dataclasses.replace(make.firewall(), region="x")),
    )
    found = with_names(make.plan_document(*plans), Naming(service_of=account.service_of))
    assert [(each.level, each.text, each.remedy) for each in found.remarks] == [
        ("warning", "addresses lack names: ec2:DescribeInstances is denied", "Allow it.")
    ]
    assert _told(found) == [("10.1.0.1", "host 10.1.0.1", NameOrigin.EC2)]


def test_nobody_to_ask_is_a_warning_too() -> None:
    def nobody(_: str | None) -> Account:
        raise UsageError(error("no AWS region is known.", remedy="Give --region."))

    found = with_names(make.plan_document(_plan(1)), Naming(service_of=nobody))
    (remark,) = found.remarks
    assert (remark.level, remark.text) == ("warning", "addresses lack names: no AWS region is known.")


def test_attempts_of_a_sweep_are_named_and_a_plan_without_flows_asks_nobody() -> None:
    account = Account(SOURCE)
    attempt = make.flow_row(make.flow(source=SOURCE), flush=False)
    swept = make.plan_document(make.firewall_plan(flows=make.flows_seen(attempts=(attempt,))))
    assert [
        each.address for each in with_names(swept, Naming(service_of=account.service_of)).firewalls[0].names
    ] == [SOURCE]
    idle = Account(SOURCE)
    with_names(make.plan_document(make.firewall_plan(make.region_part())), Naming(service_of=idle.service_of))
    assert idle.regions == []


@given(
    st.lists(st.integers(0, 15).map(str), max_size=6),
    st.lists(st.tuples(st.integers(0, 255), st.integers(20, 32)), max_size=6),
    st.lists(st.tuples(st.integers(0, 255), st.integers(20, 32)), max_size=6),
)
def test_names_are_what_a_loop_over_all_of_them_gives(
    hosts: list[str], given_blocks: list[tuple[int, int]], range_blocks: list[tuple[int, int]]
) -> None:
    known = {f"10.1.0.{host}" for host in hosts}
    given_names, ranges = (
        [_block(f"10.1.0.{low}/{length}", f"{word}{n}") for n, (low, length) in enumerate(blocks)]
        for word, blocks in (("given", given_blocks), ("range", range_blocks))
    )
    plan = make.plan_document(_plan(*range(15)))
    account = Account(*known)
    found = with_names(plan, Naming(tuple(given_names), tuple(ranges), account.service_of))

    def best(listed: list[BlockName], address: str) -> str | None:
        holding = [each for each in listed if each.block.holds(Address.parse(address))]
        return max(holding, key=lambda each: each.block.length).name if holding else None

    addresses = [*(f"10.1.0.{n}" for n in range(1, 16)), DESTINATION]
    expected = {
        address: best(given_names, address)
        or (f"host {address}" if address in known else None)
        or best(ranges, address)
        for address in addresses
    }
    named = {each.address: each.name for each in found.firewalls[0].names}
    assert named == {address: name for address, name in expected.items() if name}
