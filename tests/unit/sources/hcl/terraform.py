"""What the real Terraform makes of expressions: values with their types, and what it does not know before apply."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.sources.hcl.cty import forms, values
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from nfw_reconcile.sources.hcl.cty.values import Value


_REFUSED: Final = "<<refused>>"
_TIMEOUT: Final = 300.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What one side gives for an expression: a value with its type, an error, or nothing that is known."""

    kind: str
    value: object = None
    type: object = None


REFUSED: Final = Seen("error")
UNKNOWN: Final = Seen("unknown")


class Terraform:
    """A directory with one configuration of outputs, without any provider."""

    def __init__(self, work: Path, files: Mapping[str, bytes]) -> None:
        self._work = work
        self._program = shutil.which("terraform") or "terraform"
        (work / "home").mkdir()
        for name, content in files.items():
            target = work / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)

    def values(self, expressions: Sequence[str]) -> list[Seen]:
        """Apply one configuration with all expressions as outputs; the state has their values and types."""
        return self.outputs(_tried(expressions), len(expressions))

    def outputs(self, configuration: str, count: int) -> list[Seen]:
        """Apply a configuration whose outputs ``o0``, ``o1``... are tuples of one value each."""
        self._write(configuration)
        self._run("apply", "-auto-approve", "-no-color", "-input=false")
        text = (self._work / "terraform.tfstate").read_text(encoding="utf-8")
        outputs = json.loads(text, parse_float=Decimal, parse_int=Decimal)["outputs"]
        return [_seen(outputs[f"o{index}"]) for index in range(count)]

    def problems(self, configuration: str) -> list[int]:
        """Validate a configuration, and give the line, from 0, of each error."""
        self._write(configuration)
        told = json.loads(self._run("validate", "-json", expected=1))["diagnostics"]
        return [problem["range"]["start"]["line"] - 1 for problem in told if problem["severity"] == "error"]

    def planned(self, expressions: Sequence[str]) -> list[Seen]:
        """Plan one configuration with all expressions as outputs, and tell which are wholly known, and how."""
        self._write(_tried(expressions))
        self._run("plan", "-no-color", "-input=false", "-out=saved")
        shown = json.loads(self._run("show", "-json", "saved"), parse_float=Decimal, parse_int=Decimal)
        changes = shown["output_changes"]
        return [_planned(changes[f"o{index}"]) for index in range(len(expressions))]

    def _write(self, configuration: str) -> None:
        (self._work / "main.tf").write_text(configuration, encoding="utf-8", newline="\n")

    def _run(self, *arguments: str, expected: int = 0) -> str:
        environment = {
            "CHECKPOINT_DISABLE": "1",
            "HOME": str(self._work / "home"),
            "PATH": os.defpath,
            "TF_CLI_CONFIG_FILE": os.devnull,
            "TF_IN_AUTOMATION": "1",
        }
        done = subprocess.run(
            [self._program, *arguments],
            cwd=self._work,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
            check=False,
        )
        assert done.returncode == expected, f"{done.stdout[-4000:]}{done.stderr[-4000:]}"
        return done.stdout


def _tried(expressions: Sequence[str]) -> str:
    return "".join(
        f'output "o{index}" {{\n  sensitive = true\n  value = try([{expression}], "{_REFUSED}")\n}}\n'
        for index, expression in enumerate(expressions)
    )


def _seen(output: Mapping[str, Any]) -> Seen:
    if output["value"] is None:
        return UNKNOWN
    if output["value"] == _REFUSED:
        return REFUSED
    return Seen("value", output["value"][0], output["type"][1][0])


def _planned(change: Mapping[str, Any]) -> Seen:
    if change["after_unknown"] is not False:
        return UNKNOWN
    if change["after"] == _REFUSED:
        return REFUSED
    return Seen("value", change["after"][0])


def ours(evaluate: Callable[[], Value]) -> Seen:
    """See what an evaluation here gives."""
    try:
        value = evaluate()
    except EvaluationError:
        return REFUSED
    if not values.is_wholly_known(value):
        return UNKNOWN
    return Seen("value", _exact(forms.to_plain(value)), wire_type(value.type))


def _exact(plain: forms.Plain) -> object:
    match plain:
        case bool() | None | str():
            return plain
        case int() | Decimal():
            return Decimal(plain)
        case list():
            return [_exact(each) for each in plain]
        case dict():
            return {name: _exact(each) for name, each in plain.items()}


def wire_type(kind: values.Type) -> object:
    """Write a type as Terraform's state has it."""
    if values.is_dynamic(kind):
        return "dynamic"
    if kind in {values.STRING, values.NUMBER, values.BOOL}:
        return forms.type_text(kind)
    found: Any = kind
    match kind.ctype:
        case "list" | "set" | "map":
            return [kind.ctype, wire_type(found.element_type)]
        case "tuple":
            return ["tuple", [wire_type(each) for each in found.element_types]]
        case _:
            return ["object", {name: wire_type(each) for name, each in found.attribute_types.items()}]
