"""Saboteurs of what is flushed: which flows, with which filters, of which age, and how many."""

from __future__ import annotations

from typing import Final

from tests.mutants.mechanism import Edit
from tests.mutants.saboteurs.sabotage import Promise, Saboteur
from tests.mutants.saboteurs.sending import ANY_DELAY
from tests.simulation.perils import crashes, holdups, limits, looking, syncing

TOO_MANY: Final = "are the most allowed"
STAYS: Final = "which the change does not newly deny"
SELECTED: Final = "return select(cut, kept, frame.capture_filters, region=frame.region)"

FILTERS: Final = (
    Saboteur(
        "an empty filter is sent",
        Promise.KEPT,
        (
            Edit(
                "act.zone:ZoneWork._chosen",
                SELECTED,
                "from nfw_reconcile.model.addresses import Network\n"
                "    from nfw_reconcile.model.filters import FlowFilter\n"
                "    return Selection(((FlowFilter(Network.parse('0.0.0.0/0'), Network.parse('0.0.0.0/0')),),))",
            ),
            Edit("act.guard:check_filters", "if problems:", "if False:"),
        ),
        {looking.allowed_ports_lie_between_denied_ones: "has a filter that matches everything"},
    ),
    Saboteur(
        "filters are chosen, and checked, without the flows that must stay",
        Promise.KEPT,
        (Edit("act.sighting:Sighting.kept_entries", "if not flow.may_be_matched", "if False"),),
        {looking.allowed_ports_lie_between_denied_ones: STAYS},
    ),
    Saboteur(
        "the mirror images of flows that must stay are not checked",
        Promise.KEPT,
        (
            Edit(
                "act.zone:ZoneWork._chosen",
                SELECTED,
                "from nfw_reconcile.model.filters import ANY_PORT, FlowFilter\n"
                "    to = frame.capture_filters[0]\n"
                "    return Selection(((FlowFilter(to.source, to.destination, ANY_PORT, (5432, 5432), (6,)),),))",
            ),
            Edit("act.guard:_filter_problems", "or found.matches(flow.reversed())", ""),
        ),
        {looking.a_server_calls_back_from_a_denied_port: "a filter matches the mirror image of"},
    ),
    Saboteur(
        "of the two entries of a flow, the one that is denied decides",
        Promise.KEPT,
        (Edit("act.sighting:_of_the_initiator", "if not effect.flush", "if effect.flush"),),
        {looking.a_client_uses_a_denied_port_as_its_own: "has to stay, and is gone"},
    ),
    Saboteur(
        "filters reach as far although flows may be missing from the capture",
        Promise.KEPT,
        (Edit("act.zone:ZoneWork._chosen", "if not sighting.capture.complete:", "if False:"),),
        {looking.captures_miss_flows_between_those_that_must_go: "which no capture had listed"},
    ),
    Saboteur(
        "filters are told to be safe whatever is alive, and nobody has proven it",
        Promise.KEPT,
        (
            Edit(
                "act.zone:ZoneWork._flush_all",
                "chosen.region_safe.intersection(filters)",
                "frozenset(filters)",
            ),
        ),
        {holdups.filters_reach_over_allowed_ports: "is told to be inside the region"},
    ),
    Saboteur(
        "a flush is asked for the whole zone",
        Promise.SCOPE,
        (Edit("act.zones:scopes", "if include_associations or not found.associations:", "if True:"),),
        {
            looking.connections_of_somebody_else_come_through_an_association: (
                "connections through an association are gone"
            )
        },
    ),
)

EFFECTS: Final = (
    Saboteur(
        "possibly denied flows are flushed",
        Promise.DECIDED,
        (Edit("act.sighting:_judged", "flush_possible\n        and effect.effect", "effect.effect"),),
        {looking.flows_may_be_denied_by_their_content: STAYS},
    ),
    Saboteur(
        "undecided flows are flushed",
        Promise.DECIDED,
        (
            Edit(
                "act.sighting:_judged",
                "denied = effect.flush or",
                "denied = effect.flush or effect.effect is Effect.UNDECIDED or",
            ),
        ),
        {looking.flows_that_nobody_can_decide_about: STAYS},
    ),
    Saboteur(
        "a flush is sent without a minimum age",
        Promise.YOUNG,
        (Edit("act.ages:flush_minimum_age", "return max(since_sync, unseen, 0)", "return 0"),),
        {syncing.a_flow_is_tried_between_capture_and_flush: "which no capture had listed"},
    ),
    Saboteur(
        "ages are counted from the begin of the run",
        Promise.YOUNG,
        (
            Edit(
                "act.zone:ZoneWork.__init__",
                "self._in_sync = in_sync",
                "since = lane.deadline.at - frame.options.timeout\n"
                "    self._in_sync = type(in_sync)(since, in_sync.proof, in_sync.tokens)",
            ),
        ),
        {syncing.a_flow_is_born_before_sync: "1 denied flows live"},
    ),
    Saboteur(
        "a run that goes on forgets since when zones are in sync",
        Promise.YOUNG,
        (
            Edit(
                "act.firewall:_FirewallRun._known_since",
                "if past is None or",
                "if True or",
            ),
        ),
        {
            crashes.killed_before_its_flush_and_resumed_when_others_have_tried_in_vain: (
                "that was born under the new rules"
            )
        },
    ),
    Saboteur(
        "a run that goes on takes the service's clock for its own",
        Promise.YOUNG,
        (
            Edit(
                "act.firewall:_FirewallRun._known_since",
                "past.since - task.behind + CLOCK_ERROR",
                "past.since",
            ),
        ),
        {crashes.resumed_where_the_clock_is_ahead: "1 denied flows live"},
    ),
    Saboteur(
        "since when a zone is in sync is written down by the clock of the machine",
        Promise.YOUNG,
        (Edit("act.firewall:_FirewallRun._since", "found.since + task.behind", "found.since"),),
        {crashes.resumed_where_the_clock_is_behind_and_again_where_it_is_right: "1 denied flows live"},
    ),
    Saboteur(
        "a run that goes on does not ask which version an earlier process saw in sync",
        Promise.YOUNG,
        (Edit("act.firewall:_FirewallRun._known_since", "or past.tokens != tokens", ""),),
        {crashes.resumed_after_rules_were_rolled_back_and_forth: "1 denied flows live"},
    ),
    Saboteur(
        "an intent is sent however long ago it was decided on",
        Promise.YOUNG,
        (ANY_DELAY,),
        {
            holdups.allowed_flows_begin_while_the_intent_is_written_down: STAYS,
        },
    ),
    Saboteur(
        "listed ages are believed although they do not grow",
        Promise.YOUNG,
        (Edit("act.zone:ZoneWork._verdict", "if doubtful := in_doubt(first, last):", "if doubtful := 0:"),),
        {syncing.ages_count_from_the_last_packet: "denied flows live"},
    ),
)

LIMITS: Final = (
    Saboteur(
        "limits are not checked",
        Promise.LIMITS,
        (Edit("act.guard:Budget.approve", "problems := self._problems(", "problems := () and ("),),
        {
            limits.more_flows_than_the_limit: TOO_MANY,
            limits.more_percent_than_the_limit: "more than 49%",
            limits.protected_ports: "which is protected",
        },
    ),
    Saboteur(
        "limits are checked before the first batch only",
        Promise.LIMITS,
        (
            Edit(
                "act.guard:Budget.approve_more",
                "self.approve([Tally(zone, 0, flows)])",
                "self._approved[zone] = self._approved.get(zone, frozenset()) | flows",
            ),
        ),
        {limits.more_flows_than_the_limit_once_the_second_round_has_found_the_rest: TOO_MANY},
    ),
    Saboteur(
        "limits are those of a zone",
        Promise.LIMITS,
        (Edit("act.guard:Budget._problems", "total = sum(", "total = max("),),
        {limits.more_flows_than_the_limit_in_all_zones_together: TOO_MANY},
    ),
    Saboteur(
        "what an interrupted run has flushed does not count",
        Promise.LIMITS,
        (Edit("act.firewall:_FirewallRun._reconcile", ", self._zones.spent())", ")"),),
        {crashes.killed_between_batches_with_little_left_of_the_limit: TOO_MANY},
    ),
    Saboteur(
        "protected CIDRs are not looked at",
        Promise.LIMITS,
        (Edit("act.guard:Budget._is_protected", "block.holds(address)", "False"),),
        {limits.protected_addresses: "which is protected"},
    ),
)

SABOTEURS: Final = (*FILTERS, *EFFECTS, *LIMITS)
