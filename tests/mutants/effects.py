"""Errors about what a change does: stateless rules, effects, the diff, the newly denied region, identities."""

from __future__ import annotations

from functools import partial
from typing import Final

from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.rule import StatelessAction, StatelessRule, TcpFlags
from nfw_reconcile.model.verdict import Effect
from tests.mutants.cases import examples
from tests.mutants.mechanism import Edit, Mutant
from tests.unit.engine import (
    test_align,
    test_compile,
    test_condense,
    test_effect,
    test_many_worlds,
    test_stateless,
)
from tests.unit.engine.region import test_horizon, test_ordinary, test_parts

_NAMED_DROP: Final = test_effect.name_rule("drop", "a.example")

_STATELESS: Final = (
    Mutant(
        "the last match by priority wins",
        Edit(
            "engine.stateless:compile_stateless",
            "key=lambda entry: entry.priority",
            "key=lambda entry: -entry.priority",
        ),
        (partial(test_stateless.test_the_first_match_by_priority_wins),),
    ),
    Mutant(
        "stateless groups come as they are listed",
        Edit(
            "engine.stateless:compile_stateless",
            "sorted(policy.stateless, key=lambda found: found.priority)",
            "policy.stateless",
        ),
        (partial(test_stateless.test_groups_come_in_order_of_their_priority),),
    ),
    Mutant(
        "the stateless engine sees no replies",
        Edit(
            "engine.judge:Side.before", "for packet in packets]", "for packet in packets if packet.to_server]"
        ),
        (partial(test_stateless.test_what_is_dropped_in_one_direction_is_denied),),
    ),
    Mutant(
        "a stateless pass of one direction passes the conversation",
        Edit(
            "engine.judge:Side.before", "actions == {StatelessAction.PASS}", "StatelessAction.PASS in actions"
        ),
        (partial(test_effect.test_a_stateless_pass_of_one_direction_is_not_modelled_and_cancels),),
    ),
    Mutant(
        "what the stateless engine passes meets stateful rules",
        Edit("engine.judge:Side.before", "if actions == {StatelessAction.FORWARD}:", "if True:"),
        (partial(test_effect.test_a_stateless_pass_of_one_direction_is_not_modelled_and_cancels),),
    ),
    Mutant(
        "the masks of stateless flags are ignored",
        Edit("engine.stateless:_flags_match", "wanted.masks or frozenset(_FLAG_LETTERS)", "wanted.flags"),
        (
            partial(
                test_stateless.test_every_field_must_match,
                StatelessRule(
                    1,
                    StatelessAction.DROP,
                    (Network.parse("192.0.2.0/24"),),
                    tcp_flags=(TcpFlags(frozenset({"SYN"}), frozenset({"SYN", "ACK"})),),
                ),
                matched=False,
            ),
        ),
    ),
)

_EFFECT: Final = (
    Mutant(
        "what may be denied is denied",
        Edit(
            "engine.effect:_payload_effect",
            "return Effect.POSSIBLY_DENIED if (True, True) in kinds else Effect.NEWLY_DENIED",
            "return Effect.NEWLY_DENIED",
        ),
        (
            partial(
                test_effect.test_an_effect_is_what_all_contents_say,
                (),
                (_NAMED_DROP,),
                Effect.POSSIBLY_DENIED,
            ),
            *examples("domain-list"),
        ),
    ),
    Mutant(
        "what was denied before counts as allowed",
        Edit(
            "engine.effect:_payload_effect",
            "(pair.old.allowed, pair.new.allowed)",
            "(True, pair.new.allowed)",
        ),
        (
            partial(
                test_effect.test_an_effect_is_what_all_contents_say,
                (test_effect.DROP,),
                (test_effect.DROP,),
                Effect.STILL_DENIED,
            ),
            partial(test_effect.test_where_there_was_no_policy_nothing_was_allowed),
        ),
    ),
    Mutant(
        "values that are not known are matters of payload",
        Edit(
            "engine.effect:_effect",
            "if effects & _DENIALS or {Effect.NEWLY_ALLOWED, Effect.STILL_DENIED} <= effects:",
            "if False:",
        ),
        (
            partial(
                test_effect.test_an_unknown_value_counts_only_where_it_decides,
                (),
                (f"drop {test_effect.FROM_HOME}",),
                {Effect.UNDECIDED},
            ),
            *examples("unknown-value"),
        ),
    ),
    Mutant(
        "a denial by a stateless rule is flushed",
        Edit("engine.effect:_combine", " and any(o.cause.engine is Engine.STATEFUL for o in cut)", ""),
        (partial(test_effect.test_a_stateless_drop_bites_by_itself), *examples("stateless")),
    ),
    Mutant(
        "what is possibly denied is flushed",
        Edit("engine.effect:_combine", "flush = effect is Effect.NEWLY_DENIED and", "flush ="),
        (
            partial(
                test_effect.test_an_effect_is_what_all_contents_say,
                (),
                (_NAMED_DROP,),
                Effect.POSSIBLY_DENIED,
            ),
            *examples("domain-list"),
        ),
    ),
    Mutant(
        "too many worlds are called enough",
        Edit("engine.effect:_combine", "if not (complete or unchanged) and", "if False and"),
        (partial(test_many_worlds.test_a_denial_beyond_the_worlds_that_are_tried_is_possible),),
    ),
    Mutant(
        "with too many worlds, the same rules are no reason to say that nothing changed",
        Edit("engine.effect:_combine", "(complete or unchanged)", "complete"),
        (partial(test_many_worlds.test_where_the_flow_meets_the_same_rules_no_world_need_be_tried),),
    ),
    Mutant(
        "one name stands for names of rules of another kind",
        Edit("engine.condense:_stretches", "if manner is None or manner != last:", "if False:"),
        (partial(test_condense.test_rules_of_another_kind_between_keep_lists_apart),),
    ),
    Mutant(
        "what earlier rules leave behind is the same in both policies",
        Edit(
            "engine.compiled:CompiledPolicy.past",
            "met = [tuple(self._contents(vector & self.relevant)) for vector in signature]",
            "met = []",
        ),
        (
            partial(test_effect.test_state_of_a_flow_cancels_where_the_flow_meets_the_same_rules),
            partial(test_effect.test_an_alert_counts_where_it_leaves_behind_what_is_asked_for),
        ),
    ),
    Mutant(
        "an effect is kept for flows that other rules match",
        Edit(
            "engine.effect:Comparison.signature",
            "new = side_signature(self.new, flow)",
            "new = old or side_signature(self.new, flow)",
        ),
        (partial(test_effect.test_an_unknown_value_taints_only_what_it_can_match),),
    ),
)

_DIFF: Final = (
    Mutant(
        "no move ever counts",
        Edit("engine.align:align", "_moved(new, pairs) if _ordered(old, new) else []", "[]"),
        (
            partial(
                test_align.test_in_strict_order_a_move_counts_where_a_packet_notices,
                (test_align.PASS_WEB, test_align.DROP_WEB),
                moved=True,
            ),
        ),
    ),
    Mutant(
        "every move counts",
        Edit("engine.align:_noticed", "return not _commute(one, other) and", "return"),
        (
            partial(
                test_align.test_in_strict_order_a_move_counts_where_a_packet_notices,
                (test_align.DROP_WEB, test_align.DROP_TLS),
                moved=False,
            ),
        ),
    ),
    Mutant(
        "the sid is what a rule is",
        Edit("engine.compile:_GroupCompiler._rule", "(*what, header),", "(*what, header, rule.sid),"),
        (
            partial(test_align.test_what_says_nothing_about_packets_is_no_change, "(sid:1;)", "(sid:2;)"),
            partial(test_align.test_144_edits_of_which_three_say_something),
        ),
    ),
    Mutant(
        "a rule is what is written, whatever its variables stand for",
        Edit("engine.compile:_GroupCompiler._rule", "(*what, header),", "written,"),
        (partial(test_align.test_a_changed_variable_is_a_change_of_each_rule_that_uses_it),),
    ),
)

_REGION: Final = (
    Mutant(
        "the region holds no flow whose replies are denied",
        Edit(
            "engine.region.parts:_Survey._places", "product((False, True), bits(", "product((False,), bits("
        ),
        (
            partial(
                test_horizon.test_what_is_out_of_sight_makes_no_difference,
                test_horizon.DROPPED_REPLY,
                test_horizon.MANY,
            ),
        ),
    ),
    Mutant(
        "a region over its budget is called complete",
        Edit("engine.region.parts:newly_denied", "return RegionFound((), complete=False)", "parts = []"),
        (partial(test_parts.test_over_its_budget_the_region_is_said_to_be_not_enumerated),),
    ),
    Mutant(
        "values that no rule tells apart are one value",
        Edit("engine.region.enumeration:Extent.fixed", "self.count * values.size", "self.count"),
        (partial(test_parts.test_a_narrowed_source_denies_what_it_lost),),
    ),
    Mutant(
        "values that few rules tell apart are looked at without the rules that hold them all",
        Edit("engine.region.partition:Partition.pieces", "vector ^ told", "0"),
        (partial(test_ordinary.test_the_region_of_an_ordinary_change_is_counted, test_ordinary.TWO_EDITS),),
    ),
)

_IDENTITY: Final = (
    Mutant(
        "what a value holds is no part of its identity",
        Edit(
            "engine.identity:_text",
            "inner = [_text(getattr(value, field.name), known) for field",
            "inner = ['' for field",
        ),
        (
            partial(
                test_compile.test_a_digest_is_over_what_decides,
                "drop tcp any any -> any 444 (sid:2;)",
                same=False,
            ),
        ),
    ),
    Mutant(
        "an alert that asks nothing is part of a policy's identity",
        Edit(
            "engine.compiled:CompiledPolicy.digest",
            "self._contents(self.relevant)",
            "self._contents((1 << len(self.rules)) - 1)",
        ),
        (
            partial(
                test_compile.test_a_digest_is_over_what_decides,
                "alert udp any any -> any any (sid:1;)\ndrop tcp any any -> any 443 (sid:2;)",
                same=True,
            ),
        ),
    ),
)

MUTANTS: Final = (*_STATELESS, *_EFFECT, *_DIFF, *_REGION, *_IDENTITY)
