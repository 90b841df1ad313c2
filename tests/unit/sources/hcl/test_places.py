"""Where rules are written: case folders with the place of each rule, and laws about generated configurations."""

from __future__ import annotations

import enum
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.errors import Location
from nfw_reconcile.model.policy import OpaqueGroup, StatefulGroup
from nfw_reconcile.model.rule import StatefulRule, UndecidedRule
from nfw_reconcile.sources.hcl import GivenFile, Inputs, read_configuration
from nfw_reconcile.sources.hcl.trees.folder import FolderTree, folder_tree
from nfw_reconcile.sources.policy.group import build_group
from tests.conftest import CHECKOUT
from tests.places import EXAMPLES
from tests.unit.sources.hcl.configurations import MemoryTree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from nfw_reconcile.model.inventory import GroupRecord
    from nfw_reconcile.model.rule import RuleEntry, StatelessEntry

CASES: Final = CHECKOUT / "tests" / "cases" / "hcl-places"
NAMES: Final = sorted(folder.name for folder in CASES.iterdir())
_CONTENT: Final = re.compile(r'content:"([^"]*)"')


def table(folder: Path) -> list[str]:
    """Write the rules of a configuration with their places, a line each."""
    found = read_configuration(FolderTree(folder, folder.name), "")
    return [line for group in found.inventory.groups for line in _lines(group)]


def _lines(group: GroupRecord) -> Iterator[str]:
    built = build_group(group, {})
    assert not isinstance(built, OpaqueGroup)
    label = group.name.label.replace("aws_networkfirewall_rule_group.", "")
    yield f"{label}: {group.places.group}"
    for entry in built.entries:
        yield f"{label} {_name(entry)}: {entry.written}"


def _name(entry: RuleEntry | StatelessEntry) -> str:
    match entry:
        case StatefulRule(sid=int(sid)):
            return f"sid {sid}"
        case StatefulRule() | UndecidedRule():
            found = _CONTENT.search(entry.text)
            return found[1] if found else "closing rule"
        case _:
            return f"priority {entry.priority}"


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_is_where_the_table_says(name: str) -> None:
    folder = CASES / name
    assert table(folder) == (folder / "places.txt").read_text(encoding="utf-8").splitlines()


# Laws


class Form(enum.Enum):
    """A way to write one line of rules into a configuration: with its literal text on one line of one file."""

    HEREDOC = "heredoc"
    FLUSH = "flush"
    LOCAL = "local"
    LIST = "list"
    FILE = "file"
    TEMPLATE = "template"
    DATA = "data"


@dataclass(frozen=True)
class Chunk:
    """Some rules, and how they are written."""

    form: Form
    rules: tuple[str, ...]


def _chunk_of(form: Form, number: int, rules: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """Write a chunk: an expression for its text, and the files that it reads."""
    text = "\n".join(rules)
    match form:
        case Form.HEREDOC:
            return f"<<EOT\n{text}\nEOT\n", {}
        case Form.FLUSH:
            return "<<-EOT\n" + "".join(f"    {rule}\n" for rule in rules) + "  EOT\n", {}
        case Form.LOCAL:
            return f"local.l{number}", {f"l{number}.tf": f"locals {{\n  l{number} = <<EOT\n{text}\nEOT\n}}\n"}
        case Form.LIST:
            items = "".join(f"  {json.dumps(rule)},\n" for rule in rules)
            return f'join("\\n", [\n{items}])', {}
        case Form.FILE:
            return f'trimspace(file("f{number}.rules"))', {f"f{number}.rules": f"# ours\n\n{text}\n\n"}
        case Form.TEMPLATE:
            inner = "# ${name}\n%{ if true ~}\n" + text + "\n%{ endif ~}\n"
            return f'templatefile("t{number}.tftpl", {{ name = "x" }})', {f"t{number}.tftpl": inner}
        case Form.DATA:
            document = json.dumps({"rules": list(rules)}, indent=2)
            return f'join("\\n", jsondecode(file("d{number}.json")).rules)', {f"d{number}.json": document}


def _configuration(chunks: Sequence[Chunk]) -> dict[str, str]:
    files: dict[str, str] = {}
    expressions: list[str] = []
    for number, chunk in enumerate(chunks):
        expression, read = _chunk_of(chunk.form, number, chunk.rules)
        expressions.append(expression)
        files |= read
    inner = "".join(f"    {expression},\n" for expression in expressions)
    files["main.tf"] = (
        'resource "aws_networkfirewall_rule_group" "g" {\n  name = "g"\n  type = "STATEFUL"\n  capacity = 9\n'
        f'  rules = join("\\n", [\n{inner}  ])\n}}\n'
    )
    return files


def _places(files: Mapping[str, str]) -> list[tuple[str, Location | None]]:
    found = read_configuration(MemoryTree(files), "")
    (group,) = found.inventory.groups
    built = build_group(group, {})
    assert isinstance(built, StatefulGroup)
    return [(entry.text, entry.written) for entry in built.entries]


def _numbered(drawn: Sequence[tuple[Form, Sequence[int]]]) -> tuple[Chunk, ...]:
    return tuple(
        Chunk(
            form, tuple(f"pass tcp any any -> any {port} (sid:{index};)" for index, port in enumerate(ports))
        )
        for form, ports in drawn
    )


def _chunks() -> st.SearchStrategy[tuple[Chunk, ...]]:
    """Draw chunks of rules of which many are equal to each other: a text says nothing about where it is."""
    ports = st.lists(st.integers(1, 3), min_size=1, max_size=4)
    drawn = st.lists(st.tuples(st.sampled_from(Form), ports), min_size=1, max_size=4)
    return drawn.map(_numbered)


@given(_chunks())
def test_a_literal_rule_is_on_the_line_that_holds_it_and_no_two_are_on_one(chunks: tuple[Chunk, ...]) -> None:
    files = _configuration(chunks)
    places = _places(files)
    assert [text for text, _ in places] == [rule for chunk in chunks for rule in chunk.rules]
    for text, place in places:
        assert place is not None
        assert place.line is not None
        assert text in files[place.source].split("\n")[place.line - 1]
    assert len({place for _, place in places}) == len(places)


@given(_chunks(), st.data())
def test_what_another_line_says_moves_no_rule(chunks: tuple[Chunk, ...], data: st.DataObject) -> None:
    files = _configuration(chunks)
    before = _places(files)
    changed = data.draw(st.integers(0, len(before) - 1))
    text, place = before[changed]
    assert place is not None
    assert place.line is not None
    lines = files[place.source].split("\n")
    lines[place.line - 1] = lines[place.line - 1].replace(text, "drop udp any any -> any 9 (sid:99;)")
    after = _places({**files, place.source: "\n".join(lines)})
    assert [where for _, where in after] == [where for _, where in before]
    assert after[changed][0] != text


@pytest.mark.parametrize("name", sorted(path.parent.name for path in EXAMPLES.glob("*/plan.json")))
def test_every_rule_of_an_example_has_a_line_that_is_there(name: str) -> None:
    tree, directory = folder_tree(EXAMPLES / name / "new")
    for group in read_configuration(tree, directory).inventory.groups:
        built = build_group(group, {})
        assert not isinstance(built, OpaqueGroup)
        for entry in built.entries:
            assert entry.written is not None
            content = tree.read(entry.written.source)
            assert content is not None
            assert content.decode().split("\n")[(entry.written.line or 0) - 1].strip()


def test_a_file_of_variables_that_the_repository_does_not_hold_has_no_places() -> None:
    files = {
        "main.tf": 'variable "text" {}\nresource "aws_networkfirewall_rule_group" "g" {\n  type = "STATEFUL"\n'
        "  rules = var.text\n}\n",
        "in.tfvars": 'text = "pass tcp any any -> any 1 (sid:1;)"\n',
    }
    inside = ("in.tfvars", files["in.tfvars"].encode())
    assert _of_variables(files, inside) == Location("in.tfvars", 1)
    assert _of_variables(files, ("in.tfvars", b"\n" + inside[1])) == Location("main.tf", 4)
    assert _of_variables(files, ("../in.tfvars", inside[1])) == Location("main.tf", 4)


def _of_variables(files: Mapping[str, str], given: tuple[str, bytes]) -> Location | None:
    found = read_configuration(MemoryTree(files), "", Inputs((GivenFile(*given),)))
    built = build_group(found.inventory.groups[0], {})
    assert isinstance(built, StatefulGroup)
    return built.entries[0].written


def test_installed_modules_are_no_files_of_the_repository() -> None:
    files = {
        "main.tf": 'module "m" {\n  source = "acme/fw/aws"\n}\n',
        ".terraform/modules/modules.json": json.dumps(
            {"Modules": [{"Key": "m", "Source": "acme/fw/aws", "Dir": ".terraform/modules/m"}]}
        ),
        ".terraform/modules/m/main.tf": 'resource "aws_networkfirewall_rule_group" "g" {\n  type = "STATEFUL"\n'
        '  rules = "pass tcp any any -> any 1 (sid:1;)"\n}\n',
    }
    assert [place for _, place in _places(files)] == [None]


def test_an_empty_argument_is_not_where_rules_are_written() -> None:
    files = {
        "main.tf": 'resource "aws_networkfirewall_rule_group" "g" {\n  type = "STATEFUL"\n'
        '  rules = ""\n  rule_group {\n'
        '    rules_source {\n      rules_string = format("%s any any -> any 1 (sid:1;)", "pass tcp")\n    }\n  }\n}\n',
    }
    assert _places(files) == [("pass tcp any any -> any 1 (sid:1;)", Location("main.tf", 6))]
