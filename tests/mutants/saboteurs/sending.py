"""Saboteurs of the one send: what is written down before it, and what is made of no reply."""

from __future__ import annotations

from typing import Final

from tests.mutants.mechanism import Edit
from tests.mutants.saboteurs.sabotage import Constant, Promise, Saboteur
from tests.simulation.perils import crashes, looking, others, replies, syncing

REPEATED: Final = "and nobody had seen its flows alive since"
TAKEN_OVER: Final = "operations of others are told as the run's own"

ANY_DELAY: Final = Constant("act.flush:MOST_DELAY", 3600.0)
"""A flush is sent however long ago it was decided on."""

REPLIES: Final = (
    Saboteur(
        "starts are retried by botocore",
        Promise.ONCE,
        (Edit("aws.client:make_clients", '_config("standard", 1,', '_config("standard", 2,'),),
        {replies.the_reply_to_a_flush_is_lost_on_the_programs_own_clients: REPEATED},
    ),
    Saboteur(
        "the environment says how often a start is sent",
        Promise.ONCE,
        (Edit("aws.client:_config", '"mode": mode, "total_max_attempts": attempts', '"mode": mode'),),
        {replies.the_reply_to_a_flush_is_lost_on_the_programs_own_clients: REPEATED},
    ),
    Saboteur(
        "a flush whose reply is lost is sent again",
        Promise.ONCE,
        (
            Edit(
                "act.flush:flush",
                "operation_id = sending.settle(reply)",
                "operation_id = start(context.lane, sending.send).operation_id",
            ),
        ),
        {
            replies.the_reply_to_a_flush_is_lost: REPEATED,
            replies.a_flush_that_is_accepted_is_answered_by_a_server_error: REPEATED,
        },
    ),
    Saboteur(
        "a server error on a start is taken for a no",
        Promise.ONCE,
        (Edit("aws.faults:start_outcome", "return Lost(_reason(problem))", "retry = Retry.LATER"),),
        {replies.a_flush_that_is_accepted_is_answered_by_a_server_error: REPEATED},
    ),
    Saboteur(
        "a page of HTML on a start is taken for a no",
        Promise.ONCE,
        (
            Edit(
                "act.operations:start",
                "reply = send()",
                'reply = send()\n        if "not usable" in getattr(reply, "reason", ""):\n            continue',
            ),
        ),
        {replies.a_flush_is_answered_by_a_page_of_html: REPEATED},
    ),
    Saboteur(
        "a page of HTML on a start is taken for a yes",
        Promise.ONCE,
        (
            Edit("aws.replies:read_accepted", '_echoes(reply, "FirewallArn", firewall_arn)', ""),
            Edit(
                "aws.replies:_operation_id",
                "not isinstance(found, str) or not OPERATION_ID.fullmatch(found)",
                "False",
            ),
            Edit(
                "aws.replies:_status",
                'return _known(OperationStatus, reply, "FlowOperationStatus")',
                'return OperationStatus(reply.get("FlowOperationStatus", "IN_PROGRESS"))',
            ),
        ),
        {replies.a_flush_is_answered_by_a_page_of_html: "exit code 5, and it has to be 0"},
    ),
    Saboteur(
        "more is sent although nobody knows what became of the flush before",
        Promise.ONCE,
        (Edit("act.zone:ZoneWork._flush_all", "if outcome.unknown is not None:", "if False:"),),
        {replies.a_flush_never_arrives: "exit code 0, and it has to be 5"},
    ),
    Saboteur(
        "a flush that was sent is known to have ended when the credentials expire",
        Promise.ONCE,
        (
            Edit(
                "act.flush:_Sending.follow",
                "return self.outcome(operation_id, UNKNOWN, str(problem))",
                'return self.outcome(operation_id, "COMPLETED", None)',
            ),
            Edit(
                "act.states:state_after",
                "case CredentialsError() if sent:",
                "case CredentialsError() if False:",
            ),
        ),
        {replies.credentials_expire_after_the_flush: "exit code 6, and it has to be 5"},
    ),
)

JOURNAL: Final = (
    Saboteur(
        "a flush is written down after it was sent",
        Promise.WRITTEN,
        (
            Edit(
                "act.flush:_Sending.send",
                "context.journal.write(self._intent())\n"
                "    self._sent_at = context.lane.clock.now()\n"
                "    if (late := self._too_late(decided_at)) is not None:\n"
                "        return late\n"
                "    reply = context.lane.service.start_flush(self._request)",
                "self._sent_at = context.lane.clock.now()\n"
                "    reply = context.lane.service.start_flush(self._request)\n"
                "    context.journal.write(self._intent())",
            ),
        ),
        {syncing.nothing_goes_wrong: "was not written down before"},
    ),
    Saboteur(
        "a flush is not written down",
        Promise.WRITTEN,
        (Edit("act.flush:_Sending.send", "context.journal.write(self._intent())", ""),),
        {syncing.nothing_goes_wrong: "was not written down before"},
    ),
    Saboteur(
        "a line of the journal is left to the operating system to write",
        Promise.WRITTEN,
        (Edit("act.journal.directory:DirectoryRun.append", "os.fsync(self._handle)", ""),),
        {crashes.a_power_cut_may_come_at_any_time: "its intent is not on disk"},
    ),
)

OTHERS: Final = (
    Saboteur(
        "a flush of others, of other flows, is taken for the one that was lost",
        Promise.OWN,
        (
            Edit(
                "act.settle:is_ours",
                "and sorted(filters) == _as_told(request)",
                "",
            ),
        ),
        {others.others_flush_other_flows_when_ours_is_lost: TAKEN_OVER},
    ),
    Saboteur(
        "a flush of others, of another age, is taken for the one that was lost",
        Promise.OWN,
        (Edit("act.settle:is_ours", "and (detail.minimum_age or 0) == request.minimum_age", ""),),
        {others.others_flush_the_same_flows_of_another_age_when_ours_is_lost: TAKEN_OVER},
    ),
    Saboteur(
        "a flush that was listed before ours was sent is taken for it",
        Promise.OWN,
        (Edit("act.settle:candidates", "if each.operation_id not in known", "if each"),),
        {others.others_have_flushed_the_same_when_ours_is_lost: TAKEN_OVER},
    ),
    Saboteur(
        "of two flushes that could be the lost one, one is taken for it",
        Promise.OWN,
        (Edit("act.settle:find_lost", "if len(found) == 1 else None", ""),),
        {others.others_flush_the_same_after_the_reply_to_ours_is_lost: "exit code 0, and it has to be 5"},
    ),
    Saboteur(
        "whatever operation the reply to a capture names is taken for it",
        Promise.PROVEN,
        (Edit("act.settle:_may_be", "sorted(filters) == _as_told(request)", "True"),),
        {replies.replies_to_captures_name_a_capture_of_others: "denied flows live"},
    ),
    Saboteur(
        "whatever operation the reply to a flush names is taken for it",
        Promise.OWN,
        (
            Edit(
                "act.flush:flush",
                "sending.confirmed(start(context.lane, sending.send))",
                "start(context.lane, sending.send)",
            ),
        ),
        {replies.the_reply_to_a_flush_names_a_flush_of_others: TAKEN_OVER},
    ),
    Saboteur(
        "an operation that is not known is taken for the flush",
        Promise.ONCE,
        (Edit("act.settle:confirmed", "except NotFoundError:", "except KeyError:"),),
        {
            replies.the_reply_to_a_flush_names_an_operation_that_is_not_there: "exit code 5, and it has to be 0"
        },
    ),
    Saboteur(
        "the end of an operation is not waited for",
        Promise.ALONE,
        (
            Edit("act.operations:follow", "if detail.status is not OperationStatus.IN_PROGRESS:", "if True:"),
            Edit("act.operations:start", "_wait_until_free(lane, until)", ""),
        ),
        {looking.an_operation_takes_long: "held us-east-1a"},
    ),
)

SABOTEURS: Final = (*REPLIES, *JOURNAL, *OTHERS)
