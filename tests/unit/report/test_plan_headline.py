from __future__ import annotations

import dataclasses

import pytest

from nfw_reconcile.model.documents import FirewallIdentity
from nfw_reconcile.model.plan_document import PlanDocument, Undecided
from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.report.blocks import Tone
from nfw_reconcile.report.plan_headline import plan_headline
from tests import builders as make
from tests.unit.report.scenes import SCENES

UNDECIDED = (Undecided("new", "unknown", "x"),)
POSSIBLE = make.region_part(effect=Effect.POSSIBLY_DENIED)
SEEN_NOTHING = make.flows_seen(looked_at=5)
SEEN_CUT = make.flows_seen(make.flow_row())
SEEN_POSSIBLE = make.flows_seen(make.flow_row(effect=Effect.POSSIBLY_DENIED), looked_at=5)
SEEN_UNDECIDED = make.flows_seen(make.flow_row(effect=Effect.UNDECIDED), looked_at=5)
PART = "TCP from 10.1.0.0/16 to any IPv4 port 443 by sid 7 of group web (was allowed by sid 3)"
UNSEEN = "no live flows were looked at"

ON_ONE_FIREWALL = {
    "nothing": (
        make.firewall_plan(),
        Tone.GOOD,
        "Nothing that firewall prod-egress allowed would be denied.",
    ),
    "nothing, with flows": (
        make.firewall_plan(flows=SEEN_NOTHING),
        Tone.GOOD,
        "Nothing that firewall prod-egress allowed would be denied (5 flows looked at).",
    ),
    "no policy before": (
        make.firewall_plan(is_new=True),
        Tone.GOOD,
        "On firewall prod-egress, there was no policy before, so nothing that was allowed would be denied.",
    ),
    "a region": (
        make.firewall_plan(make.region_part()),
        Tone.BAD,
        f"On firewall prod-egress, 5-tuples that were allowed would be denied: {PART}; {UNSEEN}.",
    ),
    "a possible region": (
        make.firewall_plan(POSSIBLE),
        Tone.CAUTION,
        f"On firewall prod-egress, 5-tuples that were allowed may be denied, depending on payload: {PART}; {UNSEEN}.",
    ),
    "a region and doubts": (
        make.firewall_plan(make.region_part(), undecided=UNDECIDED),
        Tone.BAD,
        (
            f"On firewall prod-egress, 5-tuples that were allowed would be denied: {PART}; "
            f"1 part of the policy could not be decided; {UNSEEN}."
        ),
    ),
    "doubts alone": (
        make.firewall_plan(undecided=UNDECIDED),
        Tone.CAUTION,
        (
            "On firewall prod-egress, nothing is known to be newly denied, but "
            f"1 part of the policy could not be decided; {UNSEEN}."
        ),
    ),
    "too large": (
        make.firewall_plan(complete=False),
        Tone.CAUTION,
        (
            "On firewall prod-egress, nothing is known to be newly denied, but "
            f"not all that is denied could be enumerated; {UNSEEN}."
        ),
    ),
    "a region that no flow uses": (
        make.firewall_plan(make.region_part(), flows=SEEN_NOTHING),
        Tone.CAUTION,
        (
            "No live flow would be cut on firewall prod-egress (5 flows looked at), "
            f"but 5-tuples that were allowed would be denied: {PART}."
        ),
    ),
    "a flow": (
        make.firewall_plan(make.region_part(), flows=SEEN_CUT),
        Tone.BAD,
        "1 live flow would be cut on firewall prod-egress by sid 7 of group web (was allowed by sid 3).",
    ),
    "a flow, and others may be missing": (
        make.firewall_plan(make.region_part(), flows=dataclasses.replace(SEEN_CUT, complete=False)),
        Tone.BAD,
        (
            "1 live flow would be cut on firewall prod-egress by sid 7 of group web (was allowed by sid 3); "
            "the capture may have missed flows."
        ),
    ),
    "a possible flow": (
        make.firewall_plan(POSSIBLE, flows=SEEN_POSSIBLE),
        Tone.CAUTION,
        "1 live flow may be cut on firewall prod-egress, depending on payload (5 flows looked at).",
    ),
    "an undecided flow": (
        make.firewall_plan(undecided=UNDECIDED, flows=SEEN_UNDECIDED),
        Tone.CAUTION,
        "No live flow would be cut on firewall prod-egress (5 flows looked at); 1 flow could not be decided.",
    ),
}


@pytest.mark.parametrize("name", ON_ONE_FIREWALL)
def test_of_one_firewall(name: str) -> None:
    plan, tone, words = ON_ONE_FIREWALL[name]
    headline = plan_headline(make.plan_document(plan))
    assert (headline.text.raw, headline.tone) == (words, tone)


def _several(*names: str) -> PlanDocument:
    plans = [ON_ONE_FIREWALL[name][0] for name in names]
    labels = [dataclasses.replace(plan, firewall=make.firewall(f"fw-{n}")) for n, plan in enumerate(plans)]
    return make.plan_document(*labels)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ((), "No firewall policy changes, so nothing would be denied."),
        (("nothing", "nothing"), "Nothing that any of 2 firewalls allowed would be denied."),
        (
            ("a flow", "nothing", "a flow"),
            "2 live flows would be cut on 2 of 3 firewalls: 1 on fw-0 and 1 on fw-2.",
        ),
        (
            ("nothing", "a region"),
            f"5-tuples that were allowed would be denied on 1 of 2 firewalls: fw-1; {UNSEEN}.",
        ),
        (
            ("a possible flow", "nothing, with flows"),
            "5-tuples that were allowed are or may be denied, or could not be decided, on 1 of 2 firewalls: fw-0.",
        ),
    ],
)
def test_of_several_firewalls(names: tuple[str, ...], words: str) -> None:
    assert plan_headline(_several(*names)).text.raw == words


def test_a_policy_without_a_firewall() -> None:
    nobody = FirewallIdentity("(no firewall)", None, None, None, None, None)
    plan = dataclasses.replace(make.firewall_plan(flows=SEEN_CUT), firewall=nobody)
    headline = plan_headline(make.plan_document(plan)).text.raw
    assert headline.startswith("1 live flow would be cut under policy egress by sid 7")


def test_the_largest_part_is_named_first_and_ipv4_before_ipv6() -> None:
    parts = [
        make.region_part(make.box(port="1"), tuples=10),
        make.region_part(
            make.box(["::/0"], ["::/0"], port="2"), tuples=10**30, witness=make.flow(source="2001:db8::1")
        ),
        make.region_part(make.box(port="3"), tuples=10**6),
    ]
    headline = plan_headline(make.plan_document(make.firewall_plan(*parts))).text.raw
    order = [headline.index(words) for words in ("port 3", "port 1", "1 more part")]
    assert order == sorted(order)


@pytest.mark.parametrize("name", SCENES)
def test_every_headline_is_one_sentence(name: str) -> None:
    document = SCENES[name]()
    if isinstance(document, PlanDocument):
        assert plan_headline(document).text.raw.count(". ") == 0
        assert plan_headline(document).text.raw.endswith(".")
