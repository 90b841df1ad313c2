"""Saboteurs of what is believed: captures and their pages, that flows are gone, that nothing was sent."""

from __future__ import annotations

from typing import Final

from tests.mutants.mechanism import Edit
from tests.mutants.saboteurs.sabotage import Constant, Promise, Saboteur
from tests.mutants.saboteurs.sending import ANY_DELAY, REPEATED, TAKEN_OVER
from tests.simulation.perils import crashes, holdups, leases, limits, looking, replies

ALIVE: Final = "denied flows live"
NOT_TOLD: Final = "is not told"

PAGES: Final = (
    Saboteur(
        "only the first page is read",
        Promise.PROVEN,
        (Edit("act.paging:pages", "if token is None:", "if True:"),),
        {replies.results_come_in_pages: ALIVE},
    ),
    Saboteur(
        "the status of the first page is taken for that of all",
        Promise.PROVEN,
        (
            Edit(
                "act.results:_read_once",
                "heads.add((page.status, page.requested_at))",
                "heads = heads or {(page.status, page.requested_at)}",
            ),
        ),
        {
            replies.pages_after_the_first_say_that_flows_are_missing: "exit code 0, and it has to be 6",
        },
    ),
    Saboteur(
        "a page token that comes again ends the list",
        Promise.PROVEN,
        (Edit("act.paging:pages", 'raise broken("a page token was given twice")', "return"),),
        {replies.pages_give_their_own_token_again: ALIVE},
    ),
    Saboteur(
        "a page without a list is taken for an empty one",
        Promise.PROVEN,
        (Edit("aws.replies:_objects", "_member(reply, name, list)", "reply.get(name) or []"),),
        {replies.pages_have_no_list_of_flows: ALIVE},
    ),
    Saboteur(
        "results are read once",
        Promise.PROVEN,
        (Edit("act.results:read_results", "if last is not None and _same(last, found):", "if True:"),),
        {replies.one_page_arrives_empty: ALIVE},
    ),
    Saboteur(
        "a status that nobody knows is taken for COMPLETED",
        Promise.PROVEN,
        (
            Edit(
                "aws.replies:_status",
                'return _known(OperationStatus, reply, "FlowOperationStatus")',
                'told = reply.get("FlowOperationStatus")\n'
                "    return OperationStatus(told if told in set(OperationStatus) else OperationStatus.COMPLETED)",
            ),
        ),
        {replies.every_status_is_one_that_nobody_knows: ALIVE},
    ),
)

LOOKS: Final = (
    Saboteur(
        "a capture that ended with errors is taken for a whole one",
        Promise.PROVEN,
        (
            Edit(
                "act.capture:_Capturing.look",
                "case OperationStatus.COMPLETED:",
                "case OperationStatus.COMPLETED | OperationStatus.COMPLETED_WITH_ERRORS:",
            ),
        ),
        {looking.captures_miss_all_flows_and_say_so: ALIVE},
    ),
    Saboteur(
        "a capture that failed is taken for an empty one",
        Promise.PROVEN,
        (
            Edit(
                "act.capture:_Capturing.look",
                "case OperationStatus.COMPLETED:",
                "case OperationStatus.COMPLETED | OperationStatus.FAILED:",
            ),
        ),
        {looking.captures_fail: ALIVE},
    ),
    Saboteur(
        "a capture that ended with errors is asked again for half of its filters",
        Promise.PROVEN,
        (Edit("act.capture:narrower", "yield filters[:middle]", "yield filters[middle:]"),),
        {looking.the_first_capture_misses_all_flows_and_says_so: ALIVE},
    ),
    Saboteur(
        "nobody looks after the flush",
        Promise.PROVEN,
        (Edit("act.zone:ZoneWork._rounds", "sighting = self._verify()", "return ZoneState.VERIFIED"),),
        {looking.flushes_do_nothing_and_say_that_they_did: ALIVE, looking.one_flush_fails: ALIVE},
    ),
    Saboteur(
        "flows that survive are passed over",
        Promise.PROVEN,
        (Edit("act.zone:ZoneWork._verdict", "if last.cut:", "if False:"),),
        {looking.flushes_do_nothing_and_say_that_they_did: ALIVE},
    ),
    Saboteur(
        "flows that CONTINUE may let live on are passed over",
        Promise.PROVEN,
        (Edit("act.zone:ZoneWork._verdict", "if self.record.seen_again and", "if False and"),),
        {looking.a_flushed_connection_is_let_live_on: ALIVE},
    ),
    Saboteur(
        "a zone is flushed for as long as denied flows are left",
        Promise.ROUNDS,
        (Constant("act.zone:ROUNDS", 5),),
        {looking.flushes_do_nothing_and_say_that_they_did: "is one too many for the same flows"},
    ),
    Saboteur(
        "a dry run goes on to the flush",
        Promise.DRY,
        (Edit("act.zone:ZoneWork._rounds", "if self._frame.options.dry_run:", "if False:"),),
        {limits.a_dry_run: "StartFlowFlush was sent"},
    ),
)

LATE_CALLS: Final = Edit("act.waiting:patiently", "if deadline.passed:", "if False:")

PROCESSES: Final = (
    Saboteur(
        "resume does not look for what was sent",
        Promise.ONCE,
        (Edit("act.recovery:_Recovering._settle", "return self._find(send)", "return None"),),
        {
            crashes.killed_before_the_reply_to_a_flush: NOT_TOLD,
            crashes.a_flush_arrives_long_after_its_process_was_killed: REPEATED,
        },
    ),
    Saboteur(
        "resume takes what is not listed yet for what was never sent",
        Promise.ONCE,
        (Constant("act.recovery:SIGNATURE_LIFETIME", 0.0),),
        {
            crashes.killed_before_the_reply_to_a_flush_that_is_listed_late: NOT_TOLD,
            crashes.a_flush_arrives_long_after_its_process_was_killed: REPEATED,
        },
    ),
    Saboteur(
        "resume takes what arrived while it looked for the last time for what was never sent",
        Promise.ONCE,
        (
            Edit(
                "act.recovery:_Recovering._find",
                "expired = too_late.passed\n"
                "        found = candidates(lane, request, known, sent_at, lane.deadline)",
                "found = candidates(lane, request, known, sent_at, lane.deadline)\n"
                "        expired = too_late.passed",
            ),
        ),
        {crashes.a_flush_arrives_right_after_the_last_look_for_it: NOT_TOLD},
    ),
    Saboteur(
        "resume goes on in a zone where it is not known what became of a flush",
        Promise.ONCE,
        (Edit("act.firewall:_FirewallRun._recover", "if each.unknown is not None:", "if False:"),),
        {crashes.killed_before_the_reply_to_a_flush_that_never_ends: "exit code 6, and it has to be 5"},
    ),
    Saboteur(
        "of several flushes that an interrupted one could be, one is taken for it",
        Promise.OWN,
        (Edit("act.recovery:_Recovering._find", "if len(found) == 1:", "if found:"),),
        {crashes.others_flush_the_same_after_a_process_was_killed: TAKEN_OVER},
    ),
    Saboteur(
        "resume takes what the service has forgotten for what was never sent",
        Promise.ROUNDS,
        (Edit("act.recovery:_Recovering._settle", "case _ if self._forgotten(send):", "case _ if False:"),),
        {
            crashes.killed_before_the_reply_to_a_flush_that_does_nothing_and_resumed_half_a_day_later: (
                "is one too many for the same flows"
            )
        },
    ),
    Saboteur(
        "what nobody knows to have been sent is told as flushed",
        Promise.PROVEN,
        (
            Edit(
                "act.recovery:_Recovering._add",
                "if status not in {OperationStatus.FAILED, UNKNOWN}:",
                "if status != OperationStatus.FAILED:",
            ),
        ),
        {
            crashes.killed_before_its_flush_and_resumed_when_its_flows_have_ended: (
                "is told as flushed, and nothing was sent"
            )
        },
    ),
    Saboteur(
        "apply begins anew although a run was interrupted",
        Promise.ONCE,
        (Edit("act.journal.journal:RunJournal.begin", "if unsettled:", "if False:"),),
        {leases.applied_again_instead_of_resumed: "StartFlowCapture was sent"},
    ),
    Saboteur(
        "flushes of a run whose journal is lost are not looked for",
        Promise.PROVEN,
        (
            Edit(
                "act.zone:ZoneWork._look_back",
                "found = earlier_flushes(self._lane, frame.capture_filters, frame.modified_at, own)",
                "found = []",
            ),
        ),
        {crashes.the_journal_is_lost_under_continue: ALIVE},
    ),
    Saboteur(
        "a lease of another run is taken over",
        Promise.ALONE,
        (
            Edit(
                "act.journal.leases:Leases._take",
                "if found is not None and not self._may_take_over(found):",
                "if False:",
            ),
        ),
        {leases.another_run_holds_the_firewall: "StartFlowFlush was sent"},
    ),
    Saboteur(
        "a lease is not renewed",
        Promise.ALONE,
        (Edit("act.journal.leases:Leases.keep", "if not self._held or", "if True or"),),
        {leases.another_run_wants_the_firewall_when_a_flush_is_sent: "another run can take the firewall"},
    ),
    Saboteur(
        "what is left of a lease is asked before a line is written, and not after it",
        Promise.ALONE,
        (
            Edit(
                "act.journal.journal:RunJournal.write",
                "# The line may have taken long: it is no use to have held the firewalls before it.\n"
                "    self._leases.keep()",
                "",
            ),
            ANY_DELAY,
        ),
        {leases.another_run_has_the_firewall_when_the_intent_is_written_down: "StartFlowFlush was sent"},
    ),
    Saboteur(
        "a lease that cannot be renewed is good to its last second",
        Promise.ALONE,
        (Edit("act.journal.leases:Leases.keep", "if self._left() < START:", "if self._left() < 0.0:"),),
        {leases.leases_cannot_be_renewed_any_more: "StartFlowFlush was sent"},
    ),
    Saboteur(
        "a run goes on for as long as there is something to wait for",
        Promise.IN_TIME,
        (Edit("act.waiting:Deadline.sleep", "return not self.passed", "return True"), LATE_CALLS),
        {looking.a_capture_never_ends: "the run goes on after"},
    ),
    Saboteur(
        "a run asks on when its time is up",
        Promise.IN_TIME,
        (LATE_CALLS,),
        {holdups.the_time_is_up_while_a_capture_is_started: "was begun when the time was up"},
    ),
)

SABOTEURS: Final = (*PAGES, *LOOKS, *PROCESSES)
