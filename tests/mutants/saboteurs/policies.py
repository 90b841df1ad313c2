"""Saboteurs of what comes first: the plan, the sync gate, and the live policy."""

from __future__ import annotations

from typing import Final

from tests.mutants.mechanism import Edit
from tests.mutants.saboteurs.sabotage import Promise, Saboteur
from tests.simulation.perils import holdups, others, plans, syncing

OUT_OF_SYNC: Final = "while the zone did not run the planned rules"
ALIVE: Final = "1 denied flows live"
DONE_ALL_THE_SAME: Final = "exit code 0, and it has to be 3"

PLAN: Final = (
    Saboteur(
        "the digest of the plan is not checked",
        Promise.PLANNED,
        (Edit("act.identity:check_plan", "if digest(plan) != plan.sha256:", "if False:"),),
        {plans.changed_after_it_was_written: DONE_ALL_THE_SAME},
    ),
    Saboteur(
        "the account is not checked",
        Promise.PLANNED,
        (Edit("act.identity:account_problems", "if wanted - {account}:", "if False:"),),
        {plans.planned_in_another_account: DONE_ALL_THE_SAME},
    ),
    Saboteur(
        "the region is not checked",
        Promise.PLANNED,
        (Edit("act.identity:account_problems", "if regions - {region}:", "if False:"),),
        {plans.planned_in_another_region: DONE_ALL_THE_SAME},
    ),
    Saboteur(
        "a firewall is known by its ARN alone",
        Promise.PLANNED,
        (
            Edit(
                "act.identity:firewall_problems",
                "if planned.firewall_id in {None, live.firewall_id}:",
                "if True:",
            ),
        ),
        {plans.planned_for_a_firewall_that_was_replaced: DONE_ALL_THE_SAME},
    ),
)

NO_GATE: Final = Edit(
    "act.firewall:_FirewallRun._pass_gate",
    "found = wait_for_sync(self._live.read, self._zones.waiting, task.clock, times, task.deadline)",
    'found = {zone: InSync(task.clock.now(), "", self._live.read().tokens) for zone in self._zones.waiting}',
)
"""Every zone is taken to be in sync since the run began."""

SINCE_STAYS: Final = Edit(
    "act.live:LiveFirewall.recheck",
    "return in_sync if same else replace(in_sync, since=self._now(), tokens=configuration.tokens)",
    "return in_sync",
)
"""A zone counts as in sync without a break, whatever was in force between two looks at it."""

GATE: Final = (
    Saboteur(
        "nobody waits for sync",
        Promise.IN_SYNC,
        (
            NO_GATE,
            Edit("act.gate:runs_current", "if reading.broken or reading.waiting:", "if False:"),
        ),
        {syncing.a_zone_lags: OUT_OF_SYNC},
    ),
    Saboteur(
        "sync is waited for right before a flush only",
        Promise.YOUNG,
        (NO_GATE,),
        {syncing.a_flow_is_born_before_sync: ALIVE},
    ),
    Saboteur(
        "the gate trusts the summary of all zones",
        Promise.IN_SYNC,
        (
            Edit(
                "act.configuration:read_configuration",
                '_zones(found["FirewallStatus"])',
                "{zone: ZoneStatus(each.attachment, each.endpoint, {\n"
                '                arn: ObjectState(found["FirewallStatus"]["ConfigurationSyncStateSummary"], token)\n'
                "                for arn, token in tokens.items()\n"
                '            }) for zone, each in _zones(found["FirewallStatus"]).items()}',
            ),
        ),
        {syncing.the_summary_says_in_sync_too_early: OUT_OF_SYNC},
    ),
    Saboteur(
        "the gate believes a single read",
        Promise.IN_SYNC,
        (
            Edit(
                "act.gate:_ZoneWatch.observe",
                "if proof is not None else None\n        return None",
                "if proof is not None else None\n        return self._candidate",
            ),
        ),
        {
            syncing.a_zone_is_in_sync_at_every_second_look: "exit code 0, and it has to be 4",
            syncing.a_zone_says_in_sync_before_it_is: OUT_OF_SYNC,
        },
    ),
    Saboteur(
        "the gate does not let the zone settle",
        Promise.IN_SYNC,
        (Edit("act.gate:_ZoneWatch.observe", "now - candidate.since >= self._times.settle", "True"),),
        {syncing.a_zone_says_in_sync_before_it_is: OUT_OF_SYNC},
    ),
    Saboteur(
        "the gate does not compare update tokens",
        Promise.IN_SYNC,
        (Edit("act.gate:_agreement", "state.token == token or", "True or"),),
        {syncing.a_zone_tells_of_the_change_late: OUT_OF_SYNC},
    ),
    Saboteur(
        "the two reads of the gate may be of two versions",
        Promise.YOUNG,
        (
            Edit(
                "act.gate:_ZoneWatch.observe",
                "(candidate.proof, candidate.tokens) != (proof, tokens)",
                "candidate.proof != proof",
            ),
            SINCE_STAYS,
        ),
        {holdups.rolled_back_and_forth_between_the_reads_of_the_gate: ALIVE},
    ),
)

ZONES: Final = (
    Saboteur(
        "a zone that never got in sync has nothing to flush",
        Promise.PROVEN,
        (
            Edit(
                "act.firewall:_FirewallRun._ready",
                "self._zones.end(zone, ZoneState.NOT_IN_SYNC, [reason])",
                "self._zones.end(zone, ZoneState.NOTHING, [reason])",
            ),
        ),
        {syncing.a_zone_never_gets_in_sync: "3 denied flows live"},
    ),
    Saboteur(
        "a zone that comes late is not told",
        Promise.PROVEN,
        (
            Edit(
                "act.firewall:_FirewallRun._look_for_late_zones",
                "self._zones.add_late(self._live.zones_seen)",
                "",
            ),
        ),
        {syncing.a_zone_comes_late: "the result names the zones"},
    ),
)

NOT_COMPARED: Final = Edit("act.live:LiveFirewall._look", "if live.differences:", "if False:")

POLICY: Final = (
    Saboteur(
        "the live policy is not held against the plan",
        Promise.SAME_POLICY,
        (NOT_COMPARED,),
        {others.other_rules_are_live_than_planned: OUT_OF_SYNC},
    ),
    Saboteur(
        "rules are told apart by their sids",
        Promise.SAME_POLICY,
        (
            Edit(
                "engine.align:_match",
                "        waiting[rule.content].append(position)\n"
                "    pairs: list[tuple[int, int]] = []\n"
                "    added: list[int] = []\n"
                "    for position, rule in enumerate(new):\n"
                "        candidates = waiting.get(rule.content)",
                "        waiting[_sid_key(rule)].append(position)\n"
                "    pairs: list[tuple[int, int]] = []\n"
                "    added: list[int] = []\n"
                "    for position, rule in enumerate(new):\n"
                "        candidates = waiting.get(_sid_key(rule))",
            ),
        ),
        {others.other_rules_with_the_planned_sids_are_live: "which the change does not newly deny"},
    ),
    Saboteur(
        "the policy is not compared again once flows were looked at",
        Promise.SAME_POLICY,
        (
            NOT_COMPARED,
            Edit(
                "act.live:LiveFirewall._require_agreement",
                "if before is not None and found.digest != before.digest:",
                "if False:",
            ),
        ),
        {others.rolled_back_after_the_capture: "on a policy that was read to be another"},
    ),
    Saboteur(
        "policies are compared by their update tokens",
        Promise.SAME_POLICY,
        (
            Edit(
                "act.live:LiveFirewall._require_agreement",
                "found.digest != before.digest",
                "found.tokens != before.tokens",
            ),
        ),
        {others.a_comment_is_added_after_the_capture: "exit code 3, and it has to be 0"},
    ),
    Saboteur(
        "the policy is read before the first batch only",
        Promise.SAME_POLICY,
        (Edit("act.flush:_Sending.send", "context.recheck()", ""),),
        {
            others.between_batches: "without DescribeFirewall, DescribeFirewallPolicy, DescribeRuleGroup before it"
        },
    ),
    Saboteur(
        "the policy is read before the operations are listed, which may take long",
        Promise.SAME_POLICY,
        (
            Edit(
                "act.flush:_Sending.send",
                "self._known = known_flushes(context.lane)\n"
                "    # The last thing that is asked: what was read before it may have been read again for minutes.\n"
                "    context.recheck()",
                "context.recheck()\n    self._known = known_flushes(context.lane)",
            ),
        ),
        {holdups.rolled_back_while_operations_are_listed: OUT_OF_SYNC},
    ),
    Saboteur(
        "rules that were rolled back between two looks leave the zone in sync since before",
        Promise.YOUNG,
        (SINCE_STAYS,),
        {holdups.rolled_back_and_forth_before_the_capture: ALIVE},
    ),
    Saboteur(
        "since when a zone is in sync is not asked again after a capture",
        Promise.YOUNG,
        (Edit("act.zone:ZoneWork._capture", "self._recheck()", ""),),
        {holdups.rolled_back_and_forth_before_the_capture: ALIVE},
    ),
)

SABOTEURS: Final = (*PLAN, *GATE, *ZONES, *POLICY)
