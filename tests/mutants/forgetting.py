"""Errors about what becomes of a flow that was flushed."""

from __future__ import annotations

from functools import partial
from typing import Final

from nfw_reconcile.model.rule import StatelessAction
from tests.mutants.cases import forgotten
from tests.mutants.mechanism import Edit, Mutant
from tests.unit.engine import test_forgotten
from tests.unit.pipeline import test_lasting

MUTANTS: Final = (
    Mutant(
        "a connection that goes on without its beginning is taken for established",
        Edit(
            "engine.matching:_flow_state_holds",
            "wanted.established == packet.established",
            "wanted.established == (packet.established or packet.midstream)",
        ),
        forgotten(
            "a drop with flow:established does not match in the middle",
            "flow:not_established and flow:stateless match in the middle",
            "aws:drop_established lets go on what it would not let begin",
            "a pass of what is not established passes all that goes on",
        ),
    ),
    Mutant(
        "only the client is thought to speak first",
        Edit("engine.forgotten:resumptions", "for turned in (False, True)", "for turned in (False,)"),
        (
            *forgotten("flow:to_server goes by who speaks first"),
            partial(test_lasting.test_a_header_alone_is_not_enough_where_the_other_direction_is_passed),
        ),
    ),
    Mutant(
        "only the server is thought to speak first",
        Edit("engine.forgotten:resumptions", "for turned in (False, True)", "for turned in (True,)"),
        forgotten(
            "aws:drop_strict ends even an allowed connection if the server speaks first",
            "flow:to_client goes by who speaks first",
        ),
    ),
    Mutant(
        "who speaks first is not taken for the initiator",
        Edit("engine.forgotten:Forgetting.side", "if not turned:", "if True:"),
        forgotten(
            "flow:to_server goes by who speaks first",
            "a pass of what the server sends lets the flow live on if it speaks first",
        ),
    ),
    Mutant(
        "a content in one packet passes the rest of a connection that has no stream",
        Edit("engine.walk:_reaches_flow", "protocol == TCP and not packet.midstream", "protocol == TCP"),
        forgotten("a content is looked for in each packet, and passes that packet alone"),
    ),
    Mutant(
        "a rule that settles a handshake is thought to settle what goes on",
        Edit("engine.forgotten:Forgetting._reckon", "elif may_pass(manner.act):", "elif False:"),
        forgotten("what stands behind that header drop counts"),
    ),
    Mutant(
        "CONTINUE ends connections, too",
        Edit("engine.forgotten:Forgetting.ends_tcp", "not self.goes_on and default", "default"),
        (
            *forgotten("aws:drop_established lets go on what it would not let begin"),
            partial(test_lasting.test_flows_that_were_looked_at_are_counted_with_the_rule_and_an_example),
        ),
    ),
    Mutant(
        "what the stateless engine passes ends all the same",
        Edit("engine.forgotten:Forgetting.ends_tcp", "not any(passing)", "True"),
        (
            partial(
                test_forgotten.test_what_the_stateless_engine_does_with_the_packets_of_a_living_connection,
                StatelessAction.PASS,
                test_forgotten.DROP,
                test_forgotten.LIVES,
            ),
        ),
    ),
    Mutant(
        "too many worlds to look at are an end",
        Edit("engine.forgotten:Forgetting._may_live_on", "not found.complete or any(", "any("),
        (partial(test_forgotten.test_more_payload_conditions_than_are_looked_at_are_no_end),),
    ),
)
