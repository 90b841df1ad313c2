"""Where the rules of templates are written."""

from __future__ import annotations

from typing import Final

import pytest

from nfw_reconcile.errors import Location
from nfw_reconcile.model.policy import StatefulGroup
from nfw_reconcile.sources.cloudformation import read_template
from nfw_reconcile.sources.policy.group import build_group

_HEAD: Final = """Resources:
  Group:
    Type: AWS::NetworkFirewall::RuleGroup
    Properties:
      RuleGroupName: g
      Type: STATEFUL
      Capacity: 1
      RuleGroup:
        RulesSource:
"""
ONE: Final = "pass tcp any any -> any 1 (sid:1;)"
TWO: Final = "pass tcp any any -> any 2 (sid:2;)"
SUBSTITUTED: Final = TWO.replace("any 2", "any ${AWS::Region}")


def lines(rules_source: str, parameters: dict[str, str] | None = None) -> list[int | None]:
    """Give the line of each rule, from the line of ``RulesSource``."""
    side = read_template(f"{_HEAD}{rules_source}".encode(), "t.yaml", parameters or {})
    (group,) = side.at("stacks/t.yaml").groups
    assert group.places.group == Location("stacks/t.yaml", 3)
    built = build_group(group, {})
    assert isinstance(built, StatefulGroup)
    written = [entry.written for entry in built.entries]
    assert {place.source for place in written if place} <= {"stacks/t.yaml"}
    return [place.line - 9 if place and place.line else None for place in written]


@pytest.mark.parametrize(
    ("rules_source", "wanted"),
    [
        (f"          RulesString: |\n            # ours\n\n            {ONE}\n            {TWO}\n", [4, 5]),
        (f"          RulesString: !Sub |\n            {ONE}\n            {SUBSTITUTED}\n", [2, 3]),
        (f'          RulesString: "{ONE}\\n{TWO}"\n', [1, 1]),
        (f"          RulesString: >\n            {ONE}\n\n            {TWO}\n", [2, 2]),
        (f'          RulesString: !Join ["\\n", [\n            "{ONE}",\n            "{TWO}"]]\n', [1, 1]),
    ],
)  # fmt: skip
def test_a_rule_is_on_its_own_line_where_the_text_stands_line_by_line(
    rules_source: str, wanted: list[int]
) -> None:
    assert lines(rules_source, {"AWS::Region": "2"}) == wanted


def test_names_of_a_domain_list_are_on_their_lines_and_one_that_is_there_twice_on_that_of_the_list() -> None:
    found = lines(
        "          RulesSourceList:\n            GeneratedRulesType: DENYLIST\n            TargetTypes: [TLS_SNI]\n"
        "            Targets:\n              - a.test\n              - b.test\n              - c.test\n"
        "              - b.test\n"
    )
    assert found == [5, 5, 7, 5]
