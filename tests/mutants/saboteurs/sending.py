"""Saboteurs of the one send: before it, around it, and when no reply comes."""

from __future__ import annotations

from typing import Final

from tests.mutants.mechanism import Edit
from tests.mutants.saboteurs.sabotage import Constant, Promise, Saboteur
from tests.simulation.perils import crashes, limits, looking, others, replies, syncing

REPEATED: Final = "and nobody had seen its flows alive since"
NOT_WRITTEN: Final = "and was not written down before"

SABOTEURS: Final = (
    Saboteur(
        "starts are retried by botocore",
        Promise.ONCE,
        (Edit("aws.client:make_clients", '_config("standard", 1,', '_config("standard", 2,'),),
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
        (
            Edit(
                "aws.faults:start_outcome",
                "return Lost(_reason(problem))",
                "retry = Retry.LATER",
            ),
        ),
        {
            replies.a_flush_that_is_accepted_is_answered_by_a_server_error: REPEATED,
            replies.the_reply_to_a_flush_is_lost: REPEATED,
        },
    ),
    Saboteur(
        "a page of HTML on a start is taken for a no",
        Promise.ONCE,
        (
            Edit(
                "aws.service:_start",
                'return Lost(f"the reply is not usable: {problem}")',
                "call = _call(operation, request.firewall_arn)\n"
                "        return start_outcome(type('ConnectTimeoutError', EXPECTED[:0] or (ValueError,), {})(), call)",
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
        "a flush is written down after it was sent",
        Promise.WRITTEN,
        (
            Edit("act.flush:_Sending.send", "    context.journal.write(self._intent())\n", ""),
            Edit(
                "act.flush:_Sending.send",
                "start_flush(self._request)",
                "start_flush(self._request)\n    context.journal.write(self._intent())",
            ),
        ),
        {syncing.nothing_goes_wrong: NOT_WRITTEN},
    ),
)
