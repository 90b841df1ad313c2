"""Modules: what their files declare, where called ones are, and what flows in and out of them."""

from __future__ import annotations

import json

import pytest

from nfw_reconcile.errors import InputError, UnsupportedInput
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.sources.hcl import GivenFile, GivenValue, Inputs, read_configuration
from tests.unit.sources.hcl.configurations import MemoryTree, configured, errors, group, rules_of, told, tree

OUTPUT = 'output "text" {\n  value = "there"\n}\n'
CALL = 'module "there" {\n  source = "./there"\n}\n'
REMOTE = 'module "remote" {\n  source  = "acme/rules/aws"\n  version = "~> 1.2"\n  name = "n"\n}\n'


def manifest(**item: str) -> str:
    """Write what ``terraform init`` leaves of one installed module."""
    modules = [{"Key": "", "Source": "", "Dir": "."}, {"Key": "remote", **item}]
    return json.dumps({"Modules": modules})


def installed(version: str, source: str = "registry.example.org/acme/rules/aws") -> MemoryTree:
    return MemoryTree(
        {
            "main.tf": REMOTE + group("module.remote.text"),
            ".terraform/modules/modules.json": manifest(
                Source=source, Version=version, Dir=".terraform/modules/remote"
            ),
            ".terraform/modules/remote/main.tf": OUTPUT + 'variable "name" {}\n',
        }
    )


def test_an_installed_module_is_read_where_terraform_put_it() -> None:
    found = read_configuration(installed("1.4.0"), "")
    assert found.diagnostics == ()
    assert rules_of(found.inventory.groups[0]) == "there"


@pytest.mark.parametrize(
    ("version", "source"),
    [
        ("1.1.9", "registry.example.org/acme/rules/aws"),
        ("2.0.0", "acme/rules/aws"),
        ("1.4.0", "acme/other/aws"),
    ],
)
def test_a_module_that_is_installed_otherwise_than_it_is_called_is_not_there(
    version: str, source: str
) -> None:
    found = read_configuration(installed(version, source), "")
    assert isinstance(rules_of(found.inventory.groups[0]), Unresolved)
    assert "terraform init" in found.diagnostics[0].remedy


def test_what_a_missing_module_gives_is_named_by_all_that_it_is_called_with() -> None:
    def named(call: str) -> str:
        found = rules_of(configured(call + group("module.remote.text")).inventory.groups[0])
        assert isinstance(found, Unresolved)
        return found.reference

    once = named(REMOTE)
    assert once == named(f"# elsewhere\n{REMOTE}")
    assert once.startswith("module.remote.text#")
    assert once != named(REMOTE.replace('"n"', '"m"'))
    assert once != named(REMOTE.replace("1.2", "1.3"))


def test_inputs_with_unknown_values_keep_their_names() -> None:
    found = configured(
        'variable "u" {}\nmodule "m" {\n  source = "./m"\n  given = var.u\n}\n' + group("module.m.out"),
        m__main_tf='variable "given" {\n  type = string\n}\noutput "out" {\n  value = var.given\n}\n',
    )
    assert rules_of(found.inventory.groups[0]) == Unresolved("var.u")


def test_a_local_module_that_is_not_there_is_an_error() -> None:
    found = configured(CALL + group("module.there.text"))
    assert errors(found) == [
        "main.tf:1:1: module 'there' (./there) is not in the tree: nothing of it is known."
    ]
    assert isinstance(rules_of(found.inventory.groups[0]), Unresolved)


def test_a_module_outside_the_tree_is_never_read() -> None:
    found = configured('module "up" {\n  source = "../up"\n}\n' + group("module.up.text"))
    assert "leads out" in errors(found)[0]


def test_a_required_variable_that_a_call_leaves_out_is_an_error() -> None:
    found = configured(
        CALL + group("module.there.text"),
        there__main_tf=OUTPUT.replace('"there"', "var.x") + 'variable "x" {}',
    )
    assert errors(found) == ["main.tf:1:1: module 'there' is called without its variable 'x'."]


def test_only_modules_are_read_and_each_file_once() -> None:
    made = tree(
        CALL.replace('"there" {', '"a" {') + CALL.replace('"there" {', '"b" {'),
        there__main_tf=group('file("${path.module}/r.rules")'),
        there__r_rules="text",
        elsewhere__main_tf="broken {{{",
    )
    found = read_configuration(made, "")
    assert [rules_of(each) for each in found.inventory.groups] == ["text", "text"]
    assert made.read_paths.count("there/main.tf") == 1
    assert "elsewhere/main.tf" not in made.read_paths


def test_a_root_module_in_a_directory_reads_beside_and_above_itself() -> None:
    made = MemoryTree(
        {
            "stacks/live/main.tf": 'module "m" {\n  source = "../../modules/m"\n}\n'
            + group('file("own.rules")'),
            "stacks/live/own.rules": "own",
            "modules/m/main.tf": group('"${path.module} ${path.root} ${file("../shared.rules")}"'),
            "stacks/shared.rules": "shared",
        }
    )
    found = read_configuration(made, "stacks/live")
    assert [rules_of(each) for each in found.inventory.groups] == ["own", "../../modules/m . shared"]


@pytest.mark.parametrize("content", ["resource {{{", 'resource "a" "b" {\n  x = [\n}\n'])
def test_a_file_that_cannot_be_read_stops_all_with_its_place(content: str) -> None:
    with pytest.raises(InputError) as stopped:
        configured(group('"a"'), broken_tf=content)
    assert all(each.where is not None and each.where.source == "broken.tf" for each in stopped.value.problems)


def test_a_directory_without_configuration_is_an_error() -> None:
    with pytest.raises(InputError, match="no Terraform configuration"):
        read_configuration(tree(notes_txt="none"), "")


def test_what_is_declared_twice_or_overrides_nothing_is_an_error() -> None:
    found = configured(
        "locals {\n  a = 1\n}\n" + group('"a"'),
        more_tf="locals {\n  a = 2\n}\n" + group('"b"'),
        z_override_tf=group('"c"', "none"),
    )
    assert [each.rsplit(": ", 1)[1] for each in errors(found)] == [
        "local.a is declared twice.",
        "resource 'aws_networkfirewall_rule_group' 'this' is declared twice.",
        "resource 'aws_networkfirewall_rule_group' 'none' is in an override file only.",
    ]


def test_moved_blocks_are_noted() -> None:
    moved = "moved {\n  from = aws_networkfirewall_rule_group.old\n  to = aws_networkfirewall_rule_group.this\n}\n"
    assert "this is moved" in told(configured(moved + group('"a"')))[0]


# --- values of variables ------------------------------------------------------------------------


def test_an_unknown_variable_on_the_command_line_is_an_error() -> None:
    found = configured(group('"a"'), variables={"typo": "1"})
    assert errors(found) == ["--var: the root module has no variable 'typo'."]


def test_a_value_that_does_not_fit_its_type_is_an_error_at_its_place() -> None:
    found = configured(
        'variable "n" {\n  type = number\n}\nvariable "l" {\n  type = list(string)\n}\n'
        + group('"${var.n}${var.l[0]}"'),
        terraform_tfvars='n = "many"\nl = { a = [] }\n',
    )
    assert len(errors(found)) == 2


def test_the_strongest_value_wins() -> None:
    made = tree(
        'variable "v" {\n  default = "default"\n}\n' + group("var.v"),
        terraform_tfvars='v = "terraform.tfvars"',
        b_auto_tfvars="",
    )
    files = dict(made.content)
    order = [
        ("terraform.tfvars.json", '{"v": "json"}'),
        ("a.auto.tfvars", 'v = "auto"'),
        ("b.auto.tfvars.json", '{"v": "z"}'),
    ]
    for name, content in order:
        files[name] = content
        found = read_configuration(MemoryTree(files), "")
        assert rules_of(found.inventory.groups[0]) == content.split('"')[-2]
    first, second = GivenFile("f.tfvars", b'v = "file"'), GivenFile("g.tfvars.json", b'{"v": "later"}')
    value = GivenValue("v", "command line")
    for given, strongest in (
        ((first,), "file"),
        ((first, second), "later"),
        ((second, first), "file"),
        ((first, second, value), "command line"),
        ((value, second), "later"),
        ((value, second, GivenValue("v", "last")), "last"),
    ):
        found = read_configuration(MemoryTree(files), "", Inputs(given))
        assert rules_of(found.inventory.groups[0]) == strongest


def test_values_are_constants() -> None:
    found = configured('variable "v" {}\n' + group("var.v"), terraform_tfvars='v = upper("a")\n')
    assert "only constant values" in errors(found)[0]
    assert isinstance(rules_of(found.inventory.groups[0]), Unresolved)


@pytest.mark.parametrize(
    ("name", "content"),
    [("terraform.tfvars", "v = ["), ("terraform.tfvars.json", "["), ("a.auto.tfvars.json", '{"v": NaN}')],
)
def test_a_file_of_values_that_cannot_be_read_stops_all(name: str, content: str) -> None:
    files = {"main.tf": 'variable "v" {\n  default = "other"\n}\n' + group("var.v"), name: content}
    with pytest.raises(InputError) as stopped:
        read_configuration(MemoryTree(files), "")
    assert stopped.value.problems[0].where is not None
    assert stopped.value.problems[0].where.source == name


def test_a_value_on_the_command_line_that_cannot_be_read_leaves_no_default_in_its_place() -> None:
    found = configured(
        'variable "v" {\n  type = list(string)\n  default = ["other"]\n}\n' + group("var.v[0]"),
        variables={"v": "[a"},
    )
    assert isinstance(rules_of(found.inventory.groups[0]), Unresolved)
    assert errors(found)[0].startswith("--var v: ")


def test_a_next_generation_policy_is_refused_wherever_it_is() -> None:
    inner = 'resource "aws_networkfirewall_firewall_policy_v2" "p" {}\n'
    with pytest.raises(UnsupportedInput, match=r"module\.there\.aws_networkfirewall_firewall_policy_v2\.p"):
        configured(CALL, there__main_tf=inner)


def test_the_workspace_is_the_one_that_is_given() -> None:
    found = read_configuration(tree(group("terraform.workspace")), "", Inputs(workspace="live"))
    assert rules_of(found.inventory.groups[0]) == "live"


NEXT = 'module "next" {{\n  source = "{}"\n}}\n'


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"main.tf": NEXT.format("./.")}, "main.tf:1:1"),
        ({"main.tf": NEXT.format("./a"), "a/main.tf": NEXT.format("../a")}, "a/main.tf:1:1"),
        (
            {
                "main.tf": NEXT.format("./a"),
                "a/main.tf": NEXT.format("../b"),
                "b/main.tf": NEXT.format("../a") + 'output "o" {\n  value = module.next.o\n}\n',
            },
            "b/main.tf:1:1",
        ),
        ({"main.tf": NEXT.format("./a"), "a/main.tf": NEXT.format("./..")}, "a/main.tf:1:1"),
    ],
)
def test_a_module_that_calls_itself_is_told_once_and_read_once(files: dict[str, str], place: str) -> None:
    made = MemoryTree({**files, "rules.tf": group('"known"')})
    found = read_configuration(made, "")
    (problem,) = errors(found)
    assert problem.startswith(f"{place}: module 'next' (")
    assert "calls itself, or what calls it" in problem
    assert made.read_paths.count("main.tf") == 1
    assert [rules_of(each) for each in found.inventory.groups] == ["known"]


def test_one_module_may_be_called_from_two_places() -> None:
    found = configured(
        'module "one" {\n  source = "./m"\n}\nmodule "two" {\n  source = "./n"\n}\n',
        n__main_tf='module "inner" {\n  source = "../m"\n}\n',
        m__main_tf=group('"known"'),
    )
    assert errors(found) == []
    assert [rules_of(each) for each in found.inventory.groups] == ["known", "known"]


def test_modules_that_call_each_other_in_a_long_row_are_read_no_further() -> None:
    files = {f"m{depth}/main.tf": NEXT.format(f"../m{depth + 1}") for depth in range(60)}
    found = read_configuration(MemoryTree({"main.tf": NEXT.format("./m0"), **files, "m60/main.tf": ""}), "")
    (problem,) = errors(found)
    assert problem == "m49/main.tf:1:1: more than 50 modules call each other in a row."
