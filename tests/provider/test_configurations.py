"""Configurations evaluated here and planned by the real Terraform: no value is another one.

Every folder of ``tests/cases/hcl`` is a module; one plan serves them all. Those of ``hcl-roots`` are root modules with
inputs of their own, and those of ``hcl-refused`` are refused by Terraform, line by line.
"""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.errors import Severity
from nfw_reconcile.sources.hcl import GivenFile, GivenValue, Inputs, read_configuration
from nfw_reconcile.sources.hcl.trees.folder import FolderTree
from nfw_reconcile.sources.tfplan import read_plan
from tests.conftest import CHECKOUT
from tests.provider.inventories import Comparison
from tests.provider.terraform import TerraformError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.provider.terraform import StandIn

pytestmark = pytest.mark.terraform

CASES: Final = CHECKOUT / "tests" / "cases"
MODULES: Final = sorted(path.name for path in (CASES / "hcl").iterdir())
ROOTS: Final = sorted(path.name for path in (CASES / "hcl-roots").iterdir())
REFUSED: Final = sorted(path.name for path in (CASES / "hcl-refused").iterdir())

HEAD: Final = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "eu-west-1"
}
"""

UNRESOLVED: Final = [
    "/module.data-sources.aws_networkfirewall_rule_group.this/body/RulesSource/RulesString",
]
"""What Terraform asks the provider for, and nothing here can know."""


@pytest.fixture
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a root module that calls every case."""
    root = tmp_path_factory.mktemp("together")
    shutil.copytree(CASES / "hcl", root / "cases")
    calls = [f'module "{name}" {{\n  source = "./cases/{name}"\n}}\n' for name in MODULES]
    (root / "main.tf").write_text("\n".join([HEAD, *calls]), encoding="utf-8")
    return root


def test_there_are_many_cases() -> None:
    assert len(MODULES) >= 40


def test_every_module_has_the_values_that_terraform_plans(
    together: Path, stand_in: StandIn, tell: Callable[[str], None]
) -> None:
    planned = read_plan(stand_in.plan(together), "plan.json").new
    configured = read_configuration(FolderTree(together, "."), "")
    found = Comparison().inventories(planned, configured.inventory)
    tell(
        f"Terraform configuration: {found.equal} values of {len(MODULES)} modules as Terraform plans them, "
        f"{len(found.wrong)} wrong, {len(found.unresolved)} unresolved"
    )
    assert found.wrong == []
    assert found.unresolved == UNRESOLVED
    assert found.equal > 450
    assert [each for each in configured.diagnostics if each.severity is Severity.ERROR] == []


@pytest.mark.parametrize("name", ROOTS)
def test_a_root_module_has_the_values_that_terraform_plans(name: str, stand_in: StandIn) -> None:
    folder = CASES / "hcl-roots" / name
    given = json.loads((folder / "inputs.json").read_text(encoding="utf-8"))
    options = [f"-var-file={each}" if file else f"-var={each}" for file, each in map(_given, given)]
    inputs = [
        GivenFile(each, (folder / each).read_bytes()) if file else GivenValue(*each.split("=", 1))
        for file, each in map(_given, given)
    ]
    planned = read_plan(stand_in.plan(folder, *options), "plan.json").new
    configured = read_configuration(FolderTree(folder, "."), "", Inputs(tuple(inputs)))
    found = Comparison().inventories(planned, configured.inventory)
    assert (found.wrong, found.unresolved, configured.diagnostics) == ([], [], ())


def _given(word: dict[str, str]) -> tuple[bool, str]:
    """Read what is given on the command line: whether it is a file, and its name or ``NAME=VALUE``."""
    ((kind, each),) = word.items()
    assert kind in {"file", "variable"}
    return kind == "file", each


@pytest.mark.parametrize("name", REFUSED)
def test_what_terraform_refuses_is_an_error_at_its_line(name: str, stand_in: StandIn) -> None:
    folder = CASES / "hcl-refused" / name
    with pytest.raises(TerraformError) as refused:
        stand_in.plan(folder)
    wanted = {int(line) for line in re.findall(r"on main\.tf line (\d+)", str(refused.value))}
    configured = read_configuration(FolderTree(folder, "."), "")
    errors = [each for each in configured.diagnostics if each.severity is Severity.ERROR]
    found = {each.where.line for each in errors if each.where is not None and each.where.source == "main.tf"}
    assert len(wanted) > 5
    assert found == wanted
