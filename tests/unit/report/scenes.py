"""The documents whose reports are kept in tests/cases/report: one for each thing that a report can say."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.documents import Limits, NameKind, NameOrigin
from nfw_reconcile.model.plan_document import Acceptance, AttemptRule, SettingChange, Undecided
from nfw_reconcile.model.result_document import OperationType, ZoneState
from nfw_reconcile.model.verdict import Effect, Engine
from tests import builders as make

if TYPE_CHECKING:
    from nfw_reconcile.model.documents import FlowRow, Remark
    from nfw_reconcile.model.plan_document import FlowsSeen, PlanDocument
    from nfw_reconcile.model.result_document import ResultDocument

DROP_WEB: Final = make.rule(line=12)
PASS_WEB: Final = make.rule("pass tcp $HOME_NET any -> any 443 (sid:3;)", sid=3, line=4)
PASS_DNS: Final = make.rule("pass udp $HOME_NET any -> any 53 (sid:9;)", group="dns", sid=9)
LOST_HOME_NET: Final = "HOME_NET is not known"


def _web_flows() -> tuple[FlowRow, ...]:
    """Forty clients of one service, and a resolver."""
    web = [
        make.flow_row(
            make.flow(source=f"10.1.0.{n}"), age=3_600 + n, size=250_000 * n, old=make.by_rule(PASS_WEB)
        )
        for n in range(1, 41)
    ]
    dns = make.flow_row(
        make.flow("198.51.100.53", 53, source="10.1.9.9", protocol=17),
        old=make.by_rule(PASS_DNS),
        new=make.by_default(),
        age=45,
        size=640,
    )
    cut_at_once = make.flow_row(
        make.flow("2001:db8::80", 80, source="2001:db8:1::7"),
        flush=False,
        new=make.by_rule(
            make.rule(
                "priority 10: aws:drop protocol 6 from any ports any to any ports 80", sid=None, group="edge"
            ),
            engine=Engine.STATELESS,
        ),
    )
    return (*web, dns, cut_at_once)


def tighten() -> PlanDocument:
    """Deny what live flows use: everything that a plan can hold, once."""
    sni = "tls.sni is or is under example.net"
    may = make.flow_row(
        make.flow("203.0.113.20"), effect=Effect.POSSIBLY_DENIED, conditions=(sni,), new=make.by_default()
    )
    open_question = make.flow_row(
        make.flow("203.0.113.30", 8080),
        effect=Effect.UNDECIDED,
        reasons=("prefix list pl-0abc is not in the input",),
    )
    plan = make.firewall_plan(
        make.region_part(old=make.by_rule(PASS_WEB), new=make.by_rule(DROP_WEB), tuples=10**13),
        make.region_part(
            make.box(
                ["10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16", "10.4.0.0/16"], port="53", protocols=(17,)
            ),
            old=make.by_rule(PASS_DNS),
            new=make.by_default(),
            witness=make.flow("198.51.100.53", 53, protocol=17),
        ),
        make.region_part(
            make.box(["2001:db8:1::/48"], ["::/0"], port="80"),
            flush=False,
            new=make.by_rule(
                make.rule(
                    "priority 10: aws:drop protocol 6 from any to any ports 80", sid=None, group="edge"
                ),
                engine=Engine.STATELESS,
            ),
            witness=make.flow("2001:db8::80", 80, source="2001:db8:1::7"),
        ),
        make.region_part(
            make.box(),
            effect=Effect.POSSIBLY_DENIED,
            conditions=(sni,),
            old=make.by_rule(PASS_WEB),
            new=make.by_default(),
        ),
        flows=make.flows_seen(*_web_flows(), may, open_question, looked_at=1_204),
        rule_changes=(
            make.changed(PASS_WEB, DROP_WEB),
            make.removed(PASS_DNS),
            make.moved(make.rule("pass tcp any any -> any 22 (sid:21;)", sid=21)),
            make.changed(
                make.rule("pass icmp $HOME_NET any -> any any (sid:30;)", sid=30),
                make.rule("pass icmp $HOME_NET any -> any any (sid:30;)", sid=30),
                cause="variable HOME_NET",
            ),
        ),
        setting_changes=(SettingChange("HOME_NET", "10.0.0.0/8", "10.1.0.0/16", sensitive=False),),
        undecided=(
            Undecided(
                "new", "prefix list pl-0abc is not in the input", "aws_networkfirewall_rule_group.web:14"
            ),
            Undecided(
                "new", "prefix list pl-0abc is not in the input", "aws_networkfirewall_rule_group.web:15"
            ),
            Undecided("both", "the rule uses flowbits", "aws_networkfirewall_rule_group.dns:2"),
        ),
        filters=(make.flow_filter(), make.flow_filter("10.1.0.0/16", port="53", protocols=(17,))),
        remarks=(
            make.warning(
                "The stream exception policy is DROP, so clients of flushed flows hang.",
                where="aws_networkfirewall_firewall_policy.egress",
                remedy="Set stream_exception_policy to REJECT.",
            ),
            make.note("One VPC endpoint association shares the firewall."),
        ),
        stream_exception_policy="DROP",
    )
    limits = Limits(1_000, 25.0, ("10.0.0.0/24",), ("22", "3389"))
    return make.plan_document(plan, limits=limits)


def no_flows() -> PlanDocument:
    """Nobody has looked at live flows."""
    return make.plan_document(make.firewall_plan(make.region_part(), filters=(make.flow_filter(),)))


def unused() -> PlanDocument:
    """Deny what no live flow uses."""
    still = make.flow_row(effect=Effect.STILL_DENIED)
    return make.plan_document(
        make.firewall_plan(make.region_part(), flows=make.flows_seen(still, looked_at=77))
    )


def nothing_denied() -> PlanDocument:
    """Only allow more."""
    change = make.added(make.rule("pass tcp any any -> any 8443 (sid:40;)", sid=40))
    return make.plan_document(make.firewall_plan(rule_changes=(change,)))


def home_net_unknown() -> PlanDocument:
    """Every rule hangs on a value that the input lacks."""
    places = tuple(
        Undecided("both", LOST_HOME_NET, f"aws_networkfirewall_rule_group.web:{n}") for n in range(1, 9)
    )
    remark = make.warning(
        "HOME_NET of policy egress is not known: what depends on it is undecided.",
        remedy="Give --home-net CIDR,... or the stack of the firewall's VPC with --context.",
    )
    return make.plan_document(make.firewall_plan(undecided=places, home_net_origin="", remarks=(remark,)))


def only_possible() -> PlanDocument:
    """A domain list becomes shorter."""
    part = make.region_part(
        effect=Effect.POSSIBLY_DENIED,
        conditions=("tls.sni is or is under example.net",),
        new=make.by_default("aws:drop_established"),
    )
    return make.plan_document(make.firewall_plan(part, stream_exception_policy="CONTINUE"))


def ignored() -> PlanDocument:
    """An owner has accepted one of two denials, and two owners together what may be denied."""
    partner = Acceptance("payments", "CHG-1234: the partner has used port 8443 since March", "2025-12-31")
    browsers = Acceptance("@web-team", "no client asks for example.net any more", "2025-08-31")
    accepted = dataclasses.replace(
        make.region_part(old=make.by_rule(PASS_WEB), new=make.by_rule(DROP_WEB)), ignored=(partner,)
    )
    dns = make.region_part(
        make.box(port="53", protocols=(17,)),
        old=make.by_rule(PASS_DNS),
        new=make.by_default(),
        witness=make.flow("198.51.100.53", 53, protocol=17),
    )
    may = dataclasses.replace(
        make.region_part(
            make.box(port="8443"),
            effect=Effect.POSSIBLY_DENIED,
            conditions=("tls.sni is or is under example.net",),
            new=make.by_default(),
        ),
        ignored=(browsers, partner),
    )
    row = make.flow_row(make.flow(source="10.1.0.9"), old=make.by_rule(PASS_WEB), new=make.by_rule(DROP_WEB))
    ended = make.warning(
        "the ignore entry of dns-team for UDP from any to any port 53 ended on 2025-05-31 and does not count.",
        remedy="Take it out of the configuration file, or have its owner renew it.",
    )
    plan = make.firewall_plan(accepted, dns, may, flows=make.flows_seen(row, looked_at=12))
    return make.plan_document(plan, remarks=(ended,))


def sensitive() -> PlanDocument:
    """What Terraform marks sensitive decides."""
    secret = make.by_rule(
        make.rule('drop tcp 192.0.2.66 any -> any any (msg:"hidden"; sid:66;)', sid=66, sensitive=True)
    )
    row = make.flow_row(new=secret)
    return make.plan_document(
        make.firewall_plan(
            make.region_part(new=secret, sensitive=True),
            flows=make.flows_seen(row),
            rule_changes=(
                make.added(make.rule("drop tcp 192.0.2.66 any -> any any (sid:66;)", sid=66, sensitive=True)),
            ),
            setting_changes=(SettingChange("HOME_NET", "10.0.0.0/8", "10.1.0.0/16", sensitive=True),),
            filters=(make.flow_filter(sensitive=True),),
        )
    )


def three_firewalls() -> PlanDocument:
    """One policy, three firewalls; two have live flows that would be cut."""
    row, other = make.flow_row(), make.flow_row(make.flow("203.0.113.99"))
    return make.plan_document(
        make.firewall_plan(make.region_part(), name="prod-a", flows=make.flows_seen(row, looked_at=9)),
        make.firewall_plan(
            make.region_part(), name="prod-b", flows=make.flows_seen(row, other, looked_at=12)
        ),
        make.firewall_plan(name="test", flows=make.flows_seen(looked_at=0)),
        remarks=(make.warning("The policy is shared by three firewalls."),),
    )


def _passed(row: FlowRow) -> FlowRow:
    return dataclasses.replace(row, old=make.by_default("no rule matched"))


def _sweep(flows: FlowsSeen | None, *remarks: Remark, undecided: tuple[Undecided, ...] = ()) -> PlanDocument:
    plan = make.firewall_plan(
        flows=flows,
        undecided=undecided,
        filters=(make.flow_filter("0.0.0.0/0"),),
        remarks=(make.note("this is a sweep: every live flow that the live policy denies counts."), *remarks),
        complete=False,
        attempts=(AttemptRule(7, 127, None), AttemptRule(16, 477, "2025-06-01T11:00:00Z")),
    )
    return make.plan_document(plan)


def drift() -> PlanDocument:
    """A sweep that finds what lives although it is denied, and everything else that one can find."""
    strict, rule = make.by_default(), make.by_rule(DROP_WEB)
    denied = [
        _passed(make.flow_row(make.flow("203.0.113.10", 8443, source=f"10.1.0.{n}"), age=90_000, new=strict))
        for n in (1, 2, 3)
    ]
    ruled = _passed(make.flow_row(make.flow("203.0.113.20"), new=rule))
    may = _passed(
        make.flow_row(
            make.flow("203.0.113.30"),
            effect=Effect.POSSIBLY_DENIED,
            conditions=("tls.sni is or is under example.net",),
            new=rule,
        )
    )
    lost = _passed(
        make.flow_row(make.flow("203.0.113.40", 22), effect=Effect.UNDECIDED, reasons=(LOST_HOME_NET,))
    )
    attempts = tuple(
        _passed(
            make.flow_row(
                make.flow("198.51.100.7", 23, source=f"10.1.0.{n}"), age=n, size=600, flush=False, new=strict
            )
        )
        for n in (4, 5)
    )
    return _sweep(make.flows_seen(*denied, ruled, may, lost, looked_at=1_204, attempts=attempts))


def no_drift() -> PlanDocument:
    """A sweep that finds nothing."""
    return _sweep(make.flows_seen(looked_at=312))


def drift_unsure() -> PlanDocument:
    """A sweep that finds a blocked attempt, and could not look at everything."""
    attempt = _passed(make.flow_row(age=3, size=500, flush=False, new=make.by_default()))
    part = Undecided("new", LOST_HOME_NET, "web")
    seen = make.flows_seen(looked_at=40, complete=False, attempts=(attempt,))
    return _sweep(seen, make.warning("Zone eu-west-1c could not be captured."), undecided=(part,))


def flushed() -> ResultDocument:
    """All went well in three zones."""
    rows = tuple(row for row in _web_flows() if row.flush)
    flush = make.operation(OperationType.FLUSH, operation_id="op-0002", flows=len(rows), minimum_age=67)
    retry = make.flow_row(make.flow(source="10.1.0.3"), age=4, size=60)
    first = make.zone_result(
        flushed=rows,
        seen_again=(retry,),
        denied_before=3,
        operations=(make.operation(flows=120), flush, make.operation(operation_id="op-0003", flows=80)),
    )
    may = make.flow_row(effect=Effect.POSSIBLY_DENIED, conditions=("tls.sni is or is under example.net",))
    second = make.zone_result("eu-west-1b", ZoneState.NOTHING, left_alive=(may,))
    third = make.zone_result("eu-west-1c", ZoneState.NOTHING, captured=0)
    return make.result_document(make.firewall_result(first, second, third))


def unknown_outcome() -> ResultDocument:
    """The reply to a flush was lost and cannot be found."""
    lost = make.operation(OperationType.FLUSH, operation_id=None, status="UNKNOWN")
    zone = make.zone_result(
        state=ZoneState.UNKNOWN,
        to_flush=2,
        verified_at=None,
        operations=(make.operation(flows=120), lost),
        messages=("The reply to StartFlowFlush was lost, and no operation of its time is listed.",),
    )
    late = make.zone_result(
        "eu-west-1b", ZoneState.NOT_IN_SYNC, captured=0, in_sync_at=None, verified_at=None
    )
    return make.result_document(make.firewall_result(zone, late, exit_code=5))


def survivors() -> ResultDocument:
    """Denied flows are still there, under a policy that lets midstream connections go on."""
    rows = (make.flow_row(), make.flow_row(make.flow("203.0.113.11"), age=90_000))
    young = dataclasses.replace(rows[0], age=3)
    zone = make.zone_result(state=ZoneState.SURVIVORS, flushed=rows, survivors=rows[1:], seen_again=(young,))
    return make.result_document(make.firewall_result(zone, exit_code=6, stream_exception_policy="CONTINUE"))


def refused() -> ResultDocument:
    """More would be flushed than the limit allows."""
    zone = make.zone_result(state=ZoneState.REFUSED, to_flush=1_204, verified_at=None)
    words = (
        "1204 flows would be flushed, more than the 1000 allowed. Look at who would be cut. If it is right, apply the "
        "same plan with a higher --max-flows; else change the rules."
    )
    return make.result_document(make.firewall_result(zone, exit_code=3, messages=(words,)))


def two_firewalls() -> ResultDocument:
    """One is done, the other was held by another operation."""
    done = make.firewall_result(make.zone_result(flushed=(make.flow_row(),)), name="prod-a")
    busy = make.zone_result(
        state=ZoneState.BUSY, captured=0, verified_at=None, scope="vpce-0123456789abcdef0"
    )
    return make.result_document(done, make.firewall_result(busy, name="prod-b", exit_code=8))


def dry_run() -> ResultDocument:
    """Nothing was sent."""
    return make.result_document(
        make.firewall_result(make.zone_result(state=ZoneState.DRY_RUN, to_flush=2, verified_at=None))
    )


def verified() -> ResultDocument:
    """A capture alone, in which no denied flow is listed."""
    return make.result_document(make.firewall_result(make.zone_result(denied_before=2)), command="verify")


NAMES: Final = (
    make.name("10.1.0.1"),
    make.name(
        "10.1.0.2",
        "checkout/web-2",
        kind=NameKind.INSTANCE,
        origin=NameOrigin.EC2,
        network="app-a in prod",
    ),
    make.name("10.1.0.4", "batch", None, kind=NameKind.FUNCTION, origin=NameOrigin.EC2),
    make.name("203.0.113.10", "S3 eu-west-1", None, kind=NameKind.SERVICE, origin=NameOrigin.RANGES),
    make.name("2001:db8:1::7", "jump host", None),
)


def named() -> PlanDocument:
    """Say who is cut: addresses that the user, EC2 and AWS's list name, and one that nobody does."""
    cut = [make.flow_row(make.flow(source=f"10.1.0.{n}"), size=100 * n) for n in (1, 2, 3, 4)]
    lone = make.flow_row(make.flow("2001:db8::80", source="2001:db8:1::7"), size=50)
    may = make.flow_row(
        make.flow(source="10.1.0.2"), effect=Effect.POSSIBLY_DENIED, conditions=("tls.sni is x",)
    )
    seen = make.flows_seen(*cut, lone, may, looked_at=9)
    plan = make.firewall_plan(make.region_part(), flows=seen, names=NAMES)
    denied = make.warning(
        "addresses lack names: the credentials do not permit ec2:DescribeSubnets on the addresses of flows.",
        remedy="Allow ec2:DescribeSubnets in their IAM policy.",
    )
    return make.plan_document(plan, remarks=(denied,))


def named_result() -> ResultDocument:
    """The names of the plan stand in the result too."""
    rows = tuple(make.flow_row(make.flow(source=f"10.1.0.{n}")) for n in (1, 2))
    zone = make.zone_result(state=ZoneState.SURVIVORS, flushed=rows, survivors=rows[1:])
    return make.result_document(make.firewall_result(zone, exit_code=6, names=NAMES))


SCENES: Final = {
    scene.__name__.replace("_", "-"): scene
    for scene in (
        tighten, no_flows, unused, nothing_denied, home_net_unknown, only_possible, ignored, sensitive, three_firewalls,
        drift, no_drift, drift_unsure, flushed, unknown_outcome, survivors, refused, two_firewalls, dry_run, verified,
        named, named_result,
    )
}  # fmt: skip
