"""The real Terraform reads what is written here as this program does, and refuses what it refuses."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import subprocess
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest

from nfw_reconcile.errors import Location
from nfw_reconcile.sources.hcl.reading.json_reader import read_json
from nfw_reconcile.sources.hcl.reading.places import SyntaxProblem
from nfw_reconcile.sources.hcl.reading.reader import Parsed, read_expression, read_native
from nfw_reconcile.sources.hcl.reading.templates import read_template
from nfw_reconcile.sources.hcl.reading.terms import from_parts
from nfw_reconcile.sources.hcl.syntax import Template
from tests.unit.sources.hcl.reading.drawn_templates import Form, template
from tests.unit.sources.hcl.reading.interpreter import value_in
from tests.unit.sources.hcl.reading.shorthand import HERE
from tests.unit.sources.hcl.reading.syntax_cases import BODIES_REFUSED, EXPRESSIONS, FILES, JSON, REFUSED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nfw_reconcile.sources.hcl.syntax import Expression
    from tests.tiers import Tier

pytestmark = pytest.mark.terraform

TIMEOUT: Final = 120.0


def terraform(work: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "CHECKPOINT_DISABLE": "1",
        "HOME": str(work),
        "PATH": os.defpath,
        "TF_CLI_CONFIG_FILE": os.devnull,
        "TF_DATA_DIR": str(work / "data"),
    }
    program = shutil.which("terraform") or "terraform"
    return subprocess.run(
        [program, *arguments],
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


def planned_outputs(work: Path) -> dict[str, Any]:
    """Plan a configuration, and give the values of its outputs; numbers are exact."""
    done = terraform(work, "plan", "-no-color", "-out=saved.tfplan")
    assert done.returncode == 0, done.stdout + done.stderr
    shown = json.loads(
        terraform(work, "show", "-json", "saved.tfplan").stdout, parse_float=Decimal, parse_int=Decimal
    )
    outputs = shown["planned_values"]["outputs"]
    return {name: output.get("value") for name, output in outputs.items()}


def value_of_output(parsed: Parsed) -> object:
    assert parsed.problems == ()
    (output,) = parsed.body.blocks
    value = output.body.attribute("value")
    assert value is not None
    return value_in(value.expression, {})


def write(work: Path, contents: Mapping[str, str]) -> None:
    for name, content in contents.items():
        (work / name).write_bytes(content.encode())


def test_values_are_those_that_terraform_gives(tmp_path: Path) -> None:
    names = [f"o{number}" for number in range(len(EXPRESSIONS))]
    files = [
        f'output "{name}" {{\n  value = {text}\n}}\n' for name, text in zip(names, EXPRESSIONS, strict=True)
    ]
    write(tmp_path, {f"{name}.tf": file for name, file in zip(names, files, strict=True)})
    theirs = planned_outputs(tmp_path)
    ours = [value_of_output(read_native(file.encode(), "x")) for file in files]
    assert dict(zip(EXPRESSIONS, ours, strict=True)) == {
        text: theirs.get(name) for name, text in zip(names, EXPRESSIONS, strict=True)
    }


def test_template_files_are_what_terraform_makes_of_them(tmp_path: Path) -> None:
    files = {f"{number}.tpl": text for number, text in enumerate(FILES)}
    outputs = [
        f'output "o{number}" {{ value = templatefile("{number}.tpl", {{}}) }}\n'
        for number in range(len(FILES))
    ]
    write(tmp_path, {**files, "main.tf": "".join(outputs)})
    theirs = planned_outputs(tmp_path)
    for number, text in enumerate(FILES):
        parts = read_template(text, Location("t", 1, 1))
        assert value_in(from_parts(parts, Location("t"), None), {}) == theirs[f"o{number}"], text


def test_json_means_what_it_means_to_terraform(tmp_path: Path) -> None:
    outputs = [{f"o{number}": {"value": value}} for number, value in enumerate(JSON)]
    write(tmp_path, {"main.tf.json": json.dumps({"output": outputs})})
    theirs = planned_outputs(tmp_path)
    ours = [value_of_output(read_json(json.dumps({"output": each}).encode(), "x")) for each in outputs]
    assert ours == [theirs.get(f"o{number}") for number in range(len(JSON))]


def drawn(lot: random.Random, count: int) -> dict[str, tuple[str, Expression]]:
    """Draw templates: by the name of an output, what is written, and the expression that it is read as."""
    found: dict[str, tuple[str, Expression]] = {}
    while len(found) < count:
        form = lot.choice(list(Form))
        written = template(lot, form)
        with contextlib.suppress(SyntaxProblem):
            if form is Form.FILE:
                meant = from_parts(read_template(written, HERE), HERE, None)
                found[f"f{len(found)}"] = (written, meant)
            else:
                found[f"o{len(found)}"] = (written, read_expression(f"{written}\n", HERE))
    return found


def test_drawn_templates_are_what_terraform_makes_of_them(tmp_path: Path, tier: Tier, seed: int) -> None:
    lot = random.Random(seed)  # noqa: S311 - drawn from a seed, to be the same again
    templates = drawn(lot, min(5 * tier.draws, 2_000))
    for name, (written, _) in templates.items():
        text = f'templatefile("{name}.tpl", {{}})' if name.startswith("f") else written
        write(tmp_path, {f"{name}.tf": f'output "{name}" {{\n  value = {text}\n}}\n', f"{name}.tpl": written})
    theirs = planned_outputs(tmp_path)
    ours = {name: value_in(meant, {}) for name, (_, meant) in templates.items()}
    differing = {name: (templates[name][0], ours[name]) for name in ours if ours[name] != theirs.get(name)}
    assert differing == {}, f"{len(differing)} of seed {seed}"


def refused_files(work: Path) -> set[str]:
    """Give the files of a directory that Terraform finds something wrong with, each of them by itself."""
    told = json.loads(terraform(work, "validate", "-json").stdout)
    ranges = (each.get("range") or {} for each in told["diagnostics"] if each["severity"] == "error")
    return {str(each["filename"]) for each in ranges if "filename" in each}


def test_what_is_refused_here_terraform_refuses_too(tmp_path: Path) -> None:
    texts = [*(f'output "o" {{\n  value = {text}\n}}\n' for text in REFUSED), *BODIES_REFUSED]
    files = {f"o{number}.tf": text for number, text in enumerate(texts)}
    write(tmp_path, files)
    refused = refused_files(tmp_path)
    assert {text for name, text in files.items() if name not in refused} == set()
    accepted = {text for name, text in files.items() if not read_native(text.encode(), name).problems}
    assert accepted == set()


def test_an_emptied_text_keeps_a_value_a_text() -> None:
    (output,) = read_native(b'o { a = " ${~ true}" }', "x").body.blocks
    assert isinstance(output.body.attributes[0].expression, Template)
