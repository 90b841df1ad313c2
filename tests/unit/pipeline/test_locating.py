"""``--config-dir``: a plan's rules are where the configuration that it was made from has them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.errors import Location, Severity
from nfw_reconcile.model.inventory import GroupRecord, Sensitive
from nfw_reconcile.model.places import GroupPlaces
from nfw_reconcile.model.policy import GroupName, OpaqueGroup
from nfw_reconcile.pipeline.locating import located, shared_places
from nfw_reconcile.pipeline.reading import ALONE
from nfw_reconcile.pipeline.source import NO_VARIABLES
from nfw_reconcile.sources.policy.group import build_group
from nfw_reconcile.sources.tfplan import read_plan
from tests.places import CHECKOUT, EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from nfw_reconcile.model.inventory import Body, Inventory

NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/plan.json"))
WHERE = Location("main.tf", 9)


def planned(example: str) -> Inventory:
    document = json.loads((EXAMPLES / example / "plan.json").read_text(encoding="utf-8"))
    return read_plan(document, "plan.json").new


def group(rules_source: Body, places: GroupPlaces | None = None) -> GroupRecord:
    return GroupRecord(
        GroupName("g"), stateful=True, body={"RulesSource": rules_source}, places=places or GroupPlaces()
    )


def line(number: int) -> Location:
    return Location("a.rules", number)


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_of_an_example_is_found_in_its_configuration(name: str) -> None:
    found, said = located(planned(name), EXAMPLES / name / "new", NO_VARIABLES, ALONE)
    assert said == ()
    for record in found.groups:
        built = build_group(record, {})
        assert not isinstance(built, OpaqueGroup)
        for entry in built.entries:
            assert entry.written is not None
            content = (CHECKOUT / entry.written.source).read_text(encoding="utf-8").splitlines()
            assert content[(entry.written.line or 0) - 1].strip()
    assert all(policy.place is not None for policy in found.policies)


def test_places_are_no_part_of_what_a_record_is() -> None:
    before = planned("domain-list")
    found, _ = located(before, EXAMPLES / "domain-list" / "new", NO_VARIABLES, ALONE)
    assert found == before


def test_a_directory_that_cannot_be_read_is_a_warning(tmp_path: Path) -> None:
    before = planned("domain-list")
    found, said = located(before, tmp_path, NO_VARIABLES, ALONE)
    assert [each.severity for each in said] == [Severity.WARNING]
    assert "--config-dir" in said[0].summary
    assert all(record.places == GroupPlaces() for record in found.groups)


def test_another_configuration_places_nothing() -> None:
    found, said = located(planned("domain-list"), EXAMPLES / "stateless" / "new", NO_VARIABLES, ALONE)
    assert said == ()
    assert all(record.places == GroupPlaces() for record in found.groups)


def test_lines_that_differ_or_are_there_twice_have_the_place_of_the_group() -> None:
    places = GroupPlaces(WHERE, Location("main.tf", 12), tuple(map(line, range(1, 6))))
    written = group({"RulesString": "a\nb\nc\nc\nd"}, places)
    found = shared_places(group({"RulesString": Sensitive("b\nx\na\nc\nd")}), written)
    assert [found.of_line(number) for number in range(1, 6)] == [line(2), WHERE, line(1), WHERE, line(5)]


def test_equal_texts_are_placed_line_by_line() -> None:
    written = group({"RulesString": "a\na"}, GroupPlaces(WHERE, WHERE, (line(1), line(2))))
    found = shared_places(group({"RulesString": "a\na"}), written)
    assert (found.of_line(1), found.of_line(2)) == (line(1), line(2))


def test_blocks_domains_and_priorities_are_found_by_what_they_say() -> None:
    rules: list[Body] = [{"Action": "PASS"}, {"Action": "DROP"}]
    places = GroupPlaces(
        WHERE, None, (), {0: line(1), 1: line(2)}, {"a.test": line(3)}, {1: line(4), 2: line(5)}
    )
    domains: Body = {"Targets": ["a.test", "b.test"]}
    stateless: Body = {"StatelessRules": [{"Priority": 1}, {"Priority": 2, "RuleDefinition": {}}]}
    changed: Body = {"StatelessRules": [{"Priority": 1}, {"Priority": 2}]}
    written = group(
        {"StatefulRules": rules, "RulesSourceList": domains, "StatelessRulesAndCustomActions": stateless},
        places,
    )
    found = shared_places(
        group(
            {
                "StatefulRules": rules[::-1],
                "RulesSourceList": domains,
                "StatelessRulesAndCustomActions": changed,
            }
        ),
        written,
    )
    assert (found.of_stateful(0), found.of_stateful(1)) == (line(2), line(1))
    assert (found.of_target("a.test"), found.of_target("b.test")) == (line(3), WHERE)
    assert (found.of_stateless(1), found.of_stateless(2)) == (line(4), WHERE)
