"""What once went wrong with a hostile input, each under its own name."""

from __future__ import annotations

import io
import json
import time
from typing import TYPE_CHECKING, Any, Final

import pytest

from nfw_reconcile.errors import InputError, NfwReconcileError
from nfw_reconcile.model.codec import from_json
from nfw_reconcile.model.documents import Limits
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.rule import UndecidedRule
from nfw_reconcile.sources.assemble import MOST_CHANGES, NO_CHOICE, assemble
from nfw_reconcile.sources.flowfile import LONGEST_LINE, read_flows
from nfw_reconcile.sources.jsonfile import MOST_PROBLEMS, MOST_VALUES, json_of, parse_json
from nfw_reconcile.sources.remarks import MOST_TOLD, Remarks
from nfw_reconcile.sources.shapes import Scalar, read_scalar
from nfw_reconcile.sources.suricata import parse_rule, parse_rules
from nfw_reconcile.sources.suricata.header import header_words
from nfw_reconcile.sources.suricata.lines import JoinedLine
from nfw_reconcile.sources.suricata.rule import LONGEST_RULE
from nfw_reconcile.sources.tfplan import read_plan
from nfw_reconcile.sources.tfplan.configuration import Configuration
from tests import bodies
from tests.fuzz.trials import assert_clear
from tests.unit.sources.tfplan import building as terraform

if TYPE_CHECKING:
    from collections.abc import Callable

SOON: Final = 5.0
"""Seconds of the processor for what takes minutes where it is done in the obvious way."""


def refused(call: Callable[[], object]) -> NfwReconcileError:
    with pytest.raises(NfwReconcileError) as found:
        call()
    assert_clear(found.value)
    return found.value


# --- JSON ------------------------------------------------------------------------------------------


def test_many_keys_that_are_there_twice_are_found_soon_and_not_all_told() -> None:
    text = "{" + ",".join(f'"{n // 2}":1' for n in range(200_000)) + "}"
    start = time.process_time()
    found = refused(lambda: parse_json(text, "x.json"))
    assert time.process_time() - start < SOON
    assert len(found.problems) == MOST_PROBLEMS + 1
    assert "not listed" in found.problems[-1].summary


def test_a_half_surrogate_that_came_through_the_terminal_is_refused() -> None:
    assert "surrogate" in str(refused(lambda: parse_json('{"a": "\udcff"}', "stdin")))
    assert "surrogate" in str(refused(lambda: parse_json('{"\udcff": 1}', "stdin")))


def test_half_surrogates_are_looked_for_where_only_a_whole_one_is() -> None:
    assert parse_json(r'["\ud83d\ude00", {"\ud83d\ude00": [1]}]', "x.json") == [
        "\U0001f600",
        {"\U0001f600": [1]},
    ]


def test_a_document_of_too_many_values_is_refused_before_it_is_built() -> None:
    text = "[" + "[]," * (MOST_VALUES // 4) + "[]]"
    start = time.process_time()
    found = refused(lambda: parse_json(text, "x.json"))
    assert "10,000,000 values" in str(found)
    assert time.process_time() - start < 1


def test_a_number_that_is_too_long_is_told_without_advice_for_programmers() -> None:
    found = refused(lambda: json_of(b"[" + b"9" * 5_000 + b"]", "x.json"))
    assert "set_int_max_str_digits" not in str(found)


# --- numbers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [10**400, -(10**400), 1e308, 10**4_000])
def test_a_whole_number_beyond_every_float_is_a_whole_number(number: float) -> None:
    assert read_scalar(number, Scalar.NUMBER) == int(number)


def test_a_plan_with_a_priority_of_hundreds_of_digits_is_read() -> None:
    reference = {"resource_arn": terraform.group_arn("web"), "priority": 10**400, "override": []}
    policy = terraform.change("aws_networkfirewall_firewall_policy.p", None, terraform.policy(reference))
    assert read_plan(terraform.plan(policy), "plan.json").new.policies


def test_a_percentage_of_hundreds_of_digits_is_no_percentage() -> None:
    limits = {"max_flows": 1, "max_percent": 10**400, "protected_cidrs": [], "protected_ports": []}
    assert "28 digits" in str(refused(lambda: from_json(Limits, limits, "nfw.plan")))


@pytest.mark.parametrize("option", ["sid", "priority", "ip_proto", "rev", "dsize"])
def test_an_option_of_thousands_of_digits_is_undecided(option: str) -> None:
    entry = parse_rule(f"drop tcp any any -> any any ({option}:{'9' * 5_000};)", None)
    assert isinstance(entry, UndecidedRule)
    assert entry.header is not None
    assert len(entry.reason) < 500


def test_a_long_number_in_quotes_is_content() -> None:
    entry = parse_rule(f'drop tcp any any -> any any (content:"{"9" * 5_000}"; sid:1;)', None)
    assert not isinstance(entry, UndecidedRule)


# --- rules -----------------------------------------------------------------------------------------


def test_words_in_brackets_are_joined_once() -> None:
    text = "drop tcp [" + "a " * 200_000 + "] any -> any any "
    start = time.process_time()
    words = header_words(text, len(text))
    assert time.process_time() - start < SOON
    assert [word[:5] for word, _ in words] == ["drop", "tcp", "[a a ", "any", "->", "any", "any"]
    assert words[2][0] == text[9 : text.index("]") + 1]


def test_a_place_on_one_of_many_lines_is_found_soon() -> None:
    line = JoinedLine.of("a\\\n" * 100_000 + "b")
    start = time.process_time()
    places = [line.place(offset, None) for offset in range(0, 100_000, 2)]
    assert time.process_time() - start < SOON
    assert places[1] == "character 3"


def test_a_rule_of_endless_length_is_undecided_and_kept_whole() -> None:
    text = f'drop tcp any any -> any any (msg:"{"x" * LONGEST_RULE}"; sid:1;)'
    (entry,) = parse_rules(text, "web")
    assert isinstance(entry, UndecidedRule)
    assert entry.text == text, "two that differ at their ends would be taken for one"
    assert "100,000" in entry.reason


def test_thousands_of_problems_in_one_rule_are_counted() -> None:
    entry = parse_rule("drop tcp any any -> any any (" + ";" * 50_000 + ")", None)
    assert isinstance(entry, UndecidedRule)
    assert entry.reason.endswith("and 49980 more")


# --- plans -----------------------------------------------------------------------------------------


def _doubling(levels: int) -> dict[str, Any]:
    module: dict[str, Any] = {"outputs": {"x": {"expression": terraform.refers("aws_vpc.a.id")}}}
    for level in reversed(range(levels)):
        inner = {f"m{level}": {"module": module}}
        references = terraform.refers(*(f'module.m{level}["{key}"].x' for key in "ab"))
        module = {"outputs": {"x": {"expression": references}}, "module_calls": inner}
    return {"root_module": {"module_calls": {"top": {"module": module}}}}


def test_references_that_double_from_level_to_level_are_not_followed_for_ever() -> None:
    configuration = Configuration.of(_doubling(30), "plan.json")
    start = time.process_time()
    found = refused(lambda: configuration.targets(terraform.refers("module.top.x"), ()))
    assert "from module to module" in str(found)
    assert time.process_time() - start < 4 * SOON


def test_references_that_double_a_few_times_are_followed() -> None:
    targets = Configuration.of(_doubling(4)).targets(terraform.refers("module.top.x"), ())
    assert len(targets) == 16
    assert [target.text for target in targets][:2] == [
        f'module.top.module.m0["a"].module.m1["a"].module.m2["a"].module.m3["{key}"].aws_vpc.a.id'
        for key in "ab"
    ]


def test_remarks_are_kept_once_each_and_not_without_end() -> None:
    remarks = Remarks("plan.json")
    start = time.process_time()
    for number in range(50_000):
        remarks.warn(f"warning {number // 2}")
        remarks.note(f"note {number // 2}")
        remarks.problem("a", f"problem {number}")
    assert time.process_time() - start < SOON
    assert len(remarks.told) == MOST_TOLD + 1
    assert list(remarks.told)[-1].severity == "warning"
    assert "not listed" in list(remarks.told)[-1].summary
    assert_clear(refused(remarks.raise_if_any))


def test_an_input_of_too_many_firewalls_is_refused() -> None:
    policy = bodies.policy("egress")
    firewalls = [bodies.firewall(f"f{n}", policy) for n in range(MOST_CHANGES + 1)]
    found = bodies.inventory(policy, *firewalls)
    with pytest.raises(InputError, match=r"1,000 at most are compared.*--firewall"):
        assemble(found, found, None, NO_CHOICE)


def test_groups_are_found_soon_among_many() -> None:
    groups = [bodies.group(f"g{n}", "") for n in range(5_000)]
    found = bodies.inventory(bodies.policy("egress", *groups), *groups)
    start = time.process_time()
    (change,) = assemble(found, found, found, NO_CHOICE).changes
    assert time.process_time() - start < SOON
    assert change.new is not None
    assert change.new.groups == tuple(groups)


def test_an_unknown_policy_is_no_empty_one() -> None:
    found = bodies.inventory(bodies.firewall("prod", Unresolved("x")))
    assert assemble(found, found, None, NO_CHOICE).diagnostics


# --- flows -----------------------------------------------------------------------------------------


def test_flows_that_are_no_text_are_refused() -> None:
    file = io.TextIOWrapper(io.BytesIO(b"\xff\xfe"), encoding="utf-8")
    assert "not UTF-8" in str(refused(lambda: list(read_flows(file, "flows"))))


def test_a_line_without_end_is_not_read_to_its_end() -> None:
    class Endless(io.TextIOBase):
        asked = 0

        def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]  # as TextIOWrapper has it
            self.asked += size or 0
            return "x" * (size or 0)

    endless = Endless()
    assert "longer than" in str(refused(lambda: list(read_flows(endless, "flows"))))
    assert endless.asked <= 2 * (LONGEST_LINE + 1)


def test_a_header_of_many_columns_is_read_soon() -> None:
    start = time.process_time()
    refused(lambda: list(read_flows([",".join(["c"] * 45_000)], "flows")))
    assert time.process_time() - start < SOON


@pytest.mark.parametrize(
    "zone", ["a\u202eb", "a\u200bb", "##[error]x", "::set-output name=x::y", "\u3164", "a\x9bb"]
)
def test_a_zone_that_would_be_echoed_and_obeyed_is_refused(zone: str) -> None:
    header = "protocol,source,source_port,destination,destination_port,zone"
    lines = [header, f"6,10.0.0.1,5,10.0.0.2,443,{zone}"]
    assert "zone" in str(refused(lambda: list(read_flows(lines, "flows")))) or "\x9b" in zone


def test_a_flow_through_a_terminal_with_half_a_character_is_refused() -> None:
    line = json.dumps({"SourceAddress": {"AddressDefinition": "10.0.0.1"}})[:-1] + ', "Zone": "\udcff"}'
    assert "surrogate" in str(refused(lambda: list(read_flows([line], "stdin"))))
