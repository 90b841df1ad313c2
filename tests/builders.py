"""Small plan and result documents for tests: say what matters, the rest has a plausible value.

Addresses and names are those of documentation (RFC 5737, RFC 3849, RFC 2606) or private ones.
"""

# ruff: noqa: PLR0913 - a builder has a default for every field, and names each that a test sets

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.documents import (
    FORMAT_VERSION,
    AddressName,
    CauseText,
    EffectCount,
    FilterText,
    FirewallIdentity,
    FlowRow,
    FlowText,
    Level,
    Limits,
    NameKind,
    NameOrigin,
    PolicyIdentity,
    Remark,
    RuleText,
)
from nfw_reconcile.model.plan_document import (
    FOLLOWED_ENGINE,
    PLAN_KIND,
    AttemptRule,
    Box,
    ChangeKind,
    FirewallPlan,
    FlowsSeen,
    PlanDocument,
    Region,
    RegionPart,
    RuleChange,
)
from nfw_reconcile.model.result_document import (
    RESULT_KIND,
    FirewallResult,
    Operation,
    OperationType,
    ResultDocument,
    ZoneResult,
    ZoneState,
)
from nfw_reconcile.model.verdict import Effect, Engine, Verdict
from nfw_reconcile.pipeline.saved import sealed as sealed  # noqa: PLC0414 - for other tests too

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nfw_reconcile.model.plan_document import SettingChange, Undecided

ACCOUNT: Final = "111122223333"
REGION: Final = "eu-west-1"
DIGEST: Final = "5" * 64
LIMITS: Final = Limits(max_flows=1_000, max_percent=None, protected_cidrs=(), protected_ports=())
NOON: Final = "2025-06-01T12:00:00Z"


def firewall(name: str = "prod-egress") -> FirewallIdentity:
    arn = f"arn:aws:network-firewall:{REGION}:{ACCOUNT}:firewall/{name}"
    return FirewallIdentity(name, name, arn, "1f2e3d4c-0000-4000-8000-000000000000", ACCOUNT, REGION)


def policy(name: str = "egress") -> PolicyIdentity:
    return PolicyIdentity(name, name, f"arn:aws:network-firewall:{REGION}:{ACCOUNT}:firewall-policy/{name}")


def rule(
    text: str = "",
    *,
    group: str = "web",
    sid: int | None = 7,
    line: int | None = None,
    sensitive: bool = False,
    file: str | None = None,
    file_line: int | None = None,
) -> RuleText:
    written = text or f'drop tcp $HOME_NET any -> any 443 (msg:"no TLS"; sid:{sid};)'
    return RuleText(group, sid, line, written, sensitive, file, file_line)


def by_rule(decided: RuleText | None = None, *, engine: Engine = Engine.STATEFUL) -> CauseText:
    return CauseText(engine, decided or rule(), None)


def by_default(action: str | None = "aws:drop_strict", *, engine: Engine = Engine.STATEFUL) -> CauseText:
    return CauseText(engine, None, action)


PASS_3: Final = by_rule(rule("pass tcp $HOME_NET any -> any 443 (sid:3;)", sid=3))
"""A cause that allows: sid 3 of the group of :func:`rule`."""


def flow(
    destination: str = "203.0.113.10",
    destination_port: int = 443,
    *,
    source: str = "10.1.0.5",
    source_port: int = 50_000,
    protocol: int = 6,
) -> FlowText:
    return FlowText(protocol, source, source_port, destination, destination_port)


_VERDICTS: Final = {
    Effect.NEWLY_DENIED: (Verdict.ALLOWED, Verdict.DENIED),
    Effect.POSSIBLY_DENIED: (Verdict.ALLOWED, Verdict.CONDITIONAL),
    Effect.NEWLY_ALLOWED: (Verdict.DENIED, Verdict.ALLOWED),
    Effect.STILL_ALLOWED: (Verdict.ALLOWED, Verdict.ALLOWED),
    Effect.STILL_DENIED: (Verdict.DENIED, Verdict.DENIED),
    Effect.UNDECIDED: (Verdict.ALLOWED, Verdict.UNDECIDED),
}


def flow_row(
    seen: FlowText | None = None,
    *,
    effect: Effect = Effect.NEWLY_DENIED,
    flush: bool | None = None,
    old: CauseText = PASS_3,
    new: CauseText | None = None,
    age: int | None = 3_600,
    size: int | None = 12_000,
    zone: str | None = "eu-west-1a",
    conditions: tuple[str, ...] = (),
    reasons: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> FlowRow:
    """Give a flow; ``flush`` follows the effect where it is not said, and so do the verdicts."""
    old_verdict, new_verdict = _VERDICTS[effect]
    return FlowRow(
        flow=seen or flow(),
        zone=zone,
        age=age,
        packets=None if size is None else size // 500,
        bytes=size,
        effect=effect,
        flush=effect is Effect.NEWLY_DENIED if flush is None else flush,
        old_verdict=old_verdict,
        old=old,
        new_verdict=new_verdict,
        new=new or by_rule(),
        conditions=conditions,
        reasons=reasons,
        notes=notes,
    )


def counts(rows: Iterable[FlowRow]) -> tuple[EffectCount, ...]:
    """Sum the rows up by effect, in the order of the effects."""
    listed = list(rows)
    found = []
    for effect in Effect:
        having = [row for row in listed if row.effect is effect]
        if having:
            to_flush = sum(row.flush for row in having)
            packets, size = sum(row.packets or 0 for row in having), sum(row.bytes or 0 for row in having)
            found.append(EffectCount(effect, len(having), to_flush, packets, size))
    return tuple(found)


def flows_seen(
    *rows: FlowRow, looked_at: int | None = None, complete: bool = True, attempts: tuple[FlowRow, ...] = ()
) -> FlowsSeen:
    total = len(rows) + len(attempts) if looked_at is None else looked_at
    return FlowsSeen("flows.jsonl", total, counts(rows), rows, complete, attempts)


def box(
    sources: Sequence[str] = ("10.1.0.0/16",),
    destinations: Sequence[str] = ("0.0.0.0/0",),
    *,
    port: str = "443",
    source_port: str = "0:65535",
    protocols: tuple[int, ...] = (6,),
) -> Box:
    return Box(tuple(sources), source_port, tuple(destinations), port, protocols)


def region_part(
    *boxes: Box,
    effect: Effect = Effect.NEWLY_DENIED,
    flush: bool | None = None,
    old: CauseText = PASS_3,
    new: CauseText | None = None,
    witness: FlowText | None = None,
    tuples: int = 65_536,
    conditions: tuple[str, ...] = (),
    sensitive: bool = False,
) -> RegionPart:
    return RegionPart(
        effect=effect,
        flush=effect is Effect.NEWLY_DENIED if flush is None else flush,
        old=old,
        new=new or by_rule(),
        witness=witness or flow(),
        boxes=boxes or (box(),),
        tuples=str(tuples),
        conditions=conditions,
        sensitive=sensitive,
    )


def flow_filter(
    source: str = "10.1.0.0/16",
    destination: str = "0.0.0.0/0",
    *,
    port: str = "443",
    source_port: str = "ANY",
    protocols: tuple[int, ...] = (6,),
    sensitive: bool = False,
) -> FilterText:
    return FilterText(source, destination, source_port, port, protocols, sensitive)


def added(new: RuleText, *, cause: str | None = None) -> RuleChange:
    return RuleChange(ChangeKind.ADDED, None, new, cause)


def removed(old: RuleText, *, cause: str | None = None) -> RuleChange:
    return RuleChange(ChangeKind.REMOVED, old, None, cause)


def changed(old: RuleText, new: RuleText, *, cause: str | None = None) -> RuleChange:
    return RuleChange(ChangeKind.CHANGED, old, new, cause)


def moved(same: RuleText) -> RuleChange:
    return RuleChange(ChangeKind.MOVED, same, same, None)


def warning(text: str, *, where: str = "", remedy: str = "") -> Remark:
    return Remark(Level.WARNING, text, where, remedy)


def note(text: str, *, where: str = "", remedy: str = "") -> Remark:
    return Remark(Level.NOTE, text, where, remedy)


def firewall_plan(
    *parts: RegionPart,
    name: str = "prod-egress",
    flows: FlowsSeen | None = None,
    rule_changes: tuple[RuleChange, ...] = (),
    setting_changes: tuple[SettingChange, ...] = (),
    undecided: tuple[Undecided, ...] = (),
    filters: tuple[FilterText, ...] = (),
    remarks: tuple[Remark, ...] = (),
    stream_exception_policy: str = "REJECT",
    home_net_origin: str = "the firewall policy",
    complete: bool = True,
    is_new: bool = False,
    attempts: tuple[AttemptRule, ...] = (),
    names: tuple[AddressName, ...] = (),
) -> FirewallPlan:
    """Give one firewall's plan; ``is_new``: there was no policy before."""
    return FirewallPlan(
        firewall=firewall(name),
        policy=policy(),
        old_policy=None if is_new else {"FirewallPolicy": {}},
        new_policy={"FirewallPolicy": {}},
        old_digest=None if is_new else "1" * 64,
        new_digest="2" * 64,
        stream_exception_policy=stream_exception_policy,
        home_net_origin=home_net_origin,
        rule_changes=rule_changes,
        setting_changes=setting_changes,
        region=Region(parts, complete),
        undecided=undecided,
        capture_filters=filters,
        attempts=attempts,
        flows=flows,
        remarks=remarks,
        names=names,
    )


def name(
    address: str,
    called: str = "checkout",
    owner: str | None = "payments",
    *,
    kind: NameKind = NameKind.GIVEN,
    origin: NameOrigin = NameOrigin.GIVEN,
    network: str | None = None,
) -> AddressName:
    return AddressName(address, called, kind, owner, network, origin)


def plan_document(
    *plans: FirewallPlan, remarks: tuple[Remark, ...] = (), limits: Limits = LIMITS
) -> PlanDocument:
    return sealed(
        PlanDocument(
            format_version=FORMAT_VERSION,
            kind=PLAN_KIND,
            tool_version="0.1.0",
            engine=FOLLOWED_ENGINE,
            created_at=NOON,
            source="tfplan.json",
            limits=limits,
            firewalls=plans,
            remarks=remarks,
            sha256="",
        )
    )


def operation(
    kind: OperationType = OperationType.CAPTURE,
    *,
    operation_id: str | None = "op-0001",
    status: str = "COMPLETED",
    filters: tuple[FilterText, ...] = (),
    flows: int | None = None,
    minimum_age: int = 0,
) -> Operation:
    return Operation(kind, operation_id, status, NOON, minimum_age, filters or (flow_filter(),), flows)


def zone_result(
    zone: str = "eu-west-1a",
    state: ZoneState = ZoneState.VERIFIED,
    *,
    captured: int = 120,
    flushed: tuple[FlowRow, ...] = (),
    survivors: tuple[FlowRow, ...] = (),
    seen_again: tuple[FlowRow, ...] = (),
    left_alive: tuple[FlowRow, ...] = (),
    to_flush: int | None = None,
    denied_before: int = 0,
    in_sync_at: str | None = NOON,
    verified_at: str | None = "2025-06-01T12:01:00Z",
    operations: tuple[Operation, ...] = (),
    messages: tuple[str, ...] = (),
    scope: str = "",
) -> ZoneResult:
    return ZoneResult(
        zone=zone,
        scope=scope,
        state=state,
        in_sync_at=in_sync_at,
        proof="IN_SYNC with the tokens just read, twice" if in_sync_at else "",
        captured=captured,
        counts=counts((*flushed, *left_alive)),
        to_flush=len(flushed) if to_flush is None else to_flush,
        flushed=flushed,
        survivors=survivors,
        seen_again=seen_again,
        left_alive=left_alive,
        denied_before=denied_before,
        verified_at=verified_at,
        operations=operations,
        messages=messages,
    )


def firewall_result(
    *zones: ZoneResult,
    name: str = "prod-egress",
    exit_code: int = 0,
    stream_exception_policy: str = "REJECT",
    messages: tuple[str, ...] = (),
    remarks: tuple[Remark, ...] = (),
    names: tuple[AddressName, ...] = (),
) -> FirewallResult:
    return FirewallResult(
        firewall(name), policy(), stream_exception_policy, exit_code, zones, messages, remarks, names
    )


def result_document(
    *results: FirewallResult,
    command: str = "apply",
    exit_code: int | None = None,
    limits: Limits = LIMITS,
) -> ResultDocument:
    """Give a result; the exit code is the highest of the firewalls' where it is not said."""
    code = max((result.exit_code for result in results), default=0) if exit_code is None else exit_code
    return sealed(
        ResultDocument(
            format_version=FORMAT_VERSION,
            kind=RESULT_KIND,
            command=command,
            tool_version="0.1.0",
            plan_sha256=DIGEST,
            started_at=NOON,
            finished_at="2025-06-01T12:02:00Z",
            exit_code=code,
            limits=limits,
            firewalls=results,
            sha256="",
        )
    )
