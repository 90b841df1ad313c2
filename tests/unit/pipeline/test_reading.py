"""Live firewalls as a source: read from the emulator through real clients, as the service answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.errors import InputError, ServiceError, UsageError
from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.pipeline import explain, make_plan
from nfw_reconcile.pipeline.inputs import Request, change_label, read_sides, single
from nfw_reconcile.pipeline.reading import ALONE, Kind, read_source
from nfw_reconcile.pipeline.source import NO_VARIABLES, FileSource, LiveSource
from tests.bodies import (
    ACCOUNT,
    REGION,
    arn,
    bundle,
    firewall,
    group,
    inventory,
    policy,
    references,
    snapshot,
)
from tests.denials import deny
from tests.rulesets import flow
from tests.unit.pipeline.account import VPC, Account

if TYPE_CHECKING:
    from pathlib import Path

    from nfw_reconcile.model.flow import FiveTuple
    from nfw_reconcile.model.inventory import GroupRecord, Inventory

NOON: Final = "2025-06-01T12:00:00Z"
WIDE: Final = group("web", "pass tcp $HOME_NET any -> any [443,8443] (sid:1;)")
NARROW: Final = group("web", "pass tcp $HOME_NET any -> any 443 (sid:1;)")
EGRESS: Final = policy("egress", WIDE)
MAIN: Final = firewall("main", EGRESS, vpc=VPC)
CUT: Final = flow("tcp 10.0.0.5:50000 192.0.2.1:8443")
FOREIGN: Final = flow("tcp 172.16.0.5:50000 192.0.2.1:8443")
LIST: Final = f"arn:aws:ec2:{REGION}:{ACCOUNT}:prefix-list/pl-0123456789abcdef0"
RESOURCES: Final = f"arn:aws:resource-groups:{REGION}:{ACCOUNT}:group/workers"


def account(web: GroupRecord = WIDE) -> Account:
    return Account.of(MAIN, bundle(web, of=EGRESS))


def file(folder: Path, found: Inventory) -> FileSource:
    path = folder / "source.json"
    path.write_text(json.dumps(snapshot(found)), encoding="utf-8")
    return FileSource(path)


def effect(request: Request, found: FiveTuple, live: Account) -> Effect:
    return explain(request, found, live.surroundings).effect


def test_a_live_firewall_is_a_side_with_its_vpc_as_home_net(tmp_path: Path) -> None:
    live = account()
    whole = inventory(MAIN, EGRESS, NARROW, vpcs={VPC: ["10.0.0.0/8"]})
    request = Request(old=live.source, new=file(tmp_path, whole))
    assert effect(request, CUT, live) is Effect.NEWLY_DENIED
    assert effect(request, FOREIGN, live) is Effect.STILL_DENIED
    assert live.asked == [REGION, REGION]
    assert request.describe() == "live firewall main compared with source.json"


def test_a_live_firewall_may_be_the_new_side(tmp_path: Path) -> None:
    live = account(NARROW)
    request = Request(
        old=file(tmp_path, inventory(MAIN, EGRESS, WIDE, vpcs={VPC: ["10.0.0.0/8"]})), new=live.source
    )
    assert effect(request, CUT, live) is Effect.NEWLY_DENIED


def test_a_live_firewall_is_a_context_for_stacks_that_hold_a_part(tmp_path: Path) -> None:
    live = account()
    parts = {"old.json": WIDE, "new.json": NARROW}
    for name, part in parts.items():
        (tmp_path / name).write_text(json.dumps(snapshot(inventory(part))), encoding="utf-8")
    old, new = (FileSource(tmp_path / name) for name in parts)
    request = Request(old=old, new=new, context=(live.source,))
    assert change_label(single(read_sides(request, live.surroundings))) == "main"
    assert effect(request, CUT, live) is Effect.NEWLY_DENIED


@pytest.mark.parametrize(
    ("part", "names"), [(inventory(NARROW), "main, egress"), (inventory(EGRESS, NARROW), "main")]
)
def test_what_the_other_side_does_not_hold_is_as_it_is_live(
    tmp_path: Path, part: Inventory, names: str
) -> None:
    live = account()
    request = Request(old=live.source, new=file(tmp_path, part))
    assert effect(request, CUT, live) is Effect.NEWLY_DENIED
    plan = make_plan(request, None, created_at=NOON, surroundings=live.surroundings)
    assert [each.firewall.arn for each in plan.firewalls] == [MAIN.name.arn]
    told = [each.text for each in plan.remarks if "does not hold" in each.text]
    assert told == [f"source.json does not hold {names}: taken from live firewall main."]


def test_members_of_prefix_lists_are_read(tmp_path: Path) -> None:
    allowed = group(
        "web", "pass tcp any any -> @ALLOWED 8443 (sid:1;)", ReferenceSets=references(ALLOWED=LIST)
    )
    live = account(allowed)
    live.emulator.set_prefix_list(LIST, ["192.0.2.0/24"])
    request = Request(old=live.source, new=file(tmp_path, inventory(MAIN, EGRESS, NARROW)))
    assert effect(request, CUT, live) is Effect.NEWLY_DENIED
    assert effect(request, flow("tcp 10.0.0.5:50000 198.51.100.1:8443"), live) is Effect.STILL_DENIED


@pytest.mark.parametrize("member", ["prefix_lists", "resource_groups"])
def test_what_a_snapshot_holds_of_a_reference_decides(tmp_path: Path, member: str) -> None:
    arn_of_set = {"prefix_lists": LIST, "resource_groups": RESOURCES}[member]
    allowed = group(
        "web", "pass tcp any any -> @ALLOWED 8443 (sid:1;)", ReferenceSets=references(ALLOWED=arn_of_set)
    )
    live = account()
    saved = tmp_path / "saved.json"
    saved.write_text(
        json.dumps(snapshot(inventory(MAIN, EGRESS, allowed)) | {member: {arn_of_set: ["192.0.2.1/32"]}}),
        encoding="utf-8",
    )
    request = Request(old=FileSource(saved), new=file(tmp_path, inventory(MAIN, EGRESS, NARROW)))
    assert effect(request, CUT, live) is Effect.NEWLY_DENIED
    assert effect(request, flow("tcp 10.0.0.5:50000 192.0.2.2:8443"), live) is Effect.STILL_DENIED


@pytest.mark.parametrize("reference", [LIST, RESOURCES])
def test_members_that_nobody_tells_are_not_known(tmp_path: Path, reference: str) -> None:
    allowed = group(
        "web", "pass tcp any any -> @ALLOWED 8443 (sid:1;)", ReferenceSets=references(ALLOWED=reference)
    )
    live = account(allowed)
    request = Request(old=live.source, new=file(tmp_path, inventory(MAIN, EGRESS, NARROW)))
    assert effect(request, CUT, live) is Effect.UNDECIDED
    assert effect(request, flow("tcp 10.0.0.5:50000 192.0.2.1:22"), live) is Effect.STILL_DENIED


def test_what_may_not_be_read_is_told(tmp_path: Path) -> None:
    live = account()
    deny(live.emulator, live.clients, "ec2:DescribeVpcs")
    request = Request(old=live.source, new=file(tmp_path, inventory(MAIN, EGRESS, NARROW)))
    said = [str(each) for each in read_sides(request, live.surroundings).diagnostics]
    assert any("DescribeVpcs" in each for each in said)
    assert effect(request, CUT, live) is Effect.UNDECIDED


def test_a_firewall_that_is_not_there_is_an_error() -> None:
    live = account()
    with pytest.raises(ServiceError, match="DescribeFirewall"):
        read_source(LiveSource(arn("firewall", "none")), NO_VARIABLES, live.surroundings)


def test_without_a_service_nothing_is_read() -> None:
    with pytest.raises(UsageError, match="nothing here reads live firewalls"):
        read_source(LiveSource(arn("firewall", "main")), NO_VARIABLES, ALONE)


def test_a_source_says_what_it_turned_out_to_be(tmp_path: Path) -> None:
    live = account()
    found = read_source(live.source, NO_VARIABLES, live.surroundings)
    assert (found.kind, found.before) == (Kind.LIVE, None)
    saved = read_source(file(tmp_path, inventory(MAIN, EGRESS, WIDE)), NO_VARIABLES, ALONE)
    assert (saved.kind, saved.inventory.firewalls[0].name) == (Kind.SNAPSHOT, MAIN.name)
    with pytest.raises(InputError, match="there is no such file"):
        read_source(FileSource(tmp_path / "none"), NO_VARIABLES, ALONE)
