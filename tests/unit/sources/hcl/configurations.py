"""Configurations for tests: files by name, read as one revision."""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import dedent
from typing import TYPE_CHECKING

from nfw_reconcile.errors import Severity
from nfw_reconcile.model.inventory import Sensitive
from nfw_reconcile.sources.hcl import GivenValue, Inputs, read_configuration
from nfw_reconcile.sources.hcl.trees.tree import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.model.inventory import Body, GroupRecord
    from nfw_reconcile.sources.hcl import Configured


@dataclass(frozen=True)
class MemoryTree:
    """The files of a revision, by path."""

    content: Mapping[str, str]
    name: str = "revision"
    read_paths: list[str] = field(default_factory=list)

    def files(self, directory: str) -> tuple[str, ...]:
        prefix = f"{directory}/" if directory else ""
        inside = (path.removeprefix(prefix) for path in self.content if path.startswith(prefix))
        return tuple(sorted(name for name in inside if "/" not in name))

    def entries(self, directory: str) -> dict[str, Kind]:
        prefix = f"{directory}/" if directory else ""
        inside = (path.removeprefix(prefix) for path in self.content if path.startswith(prefix))
        names = sorted({each.partition("/")[0] for each in inside})
        return {name: self.kind(f"{prefix}{name}") for name in names}

    def kind(self, path: str) -> Kind:
        if path in self.content:
            return Kind.FILE
        inside = any(each.startswith(f"{path}/" if path else "") for each in self.content)
        return Kind.DIRECTORY if inside else Kind.NOTHING

    def read(self, path: str) -> bytes | None:
        self.read_paths.append(path)
        text = self.content.get(path)
        return None if text is None else text.encode()

    def place(self, path: str) -> str:
        return path


def tree(main: str = "", /, *, name: str = "revision", **files: str) -> MemoryTree:
    """Make a tree of ``main.tf`` and others; ``__`` in a name is ``/``, and ``_tf`` at its end ``.tf``."""
    content = {"main.tf": dedent(main)} if main else {}
    for key, text in files.items():
        path = key.replace("__", "/")
        stem, _, suffix = path.rpartition("_")
        content[f"{stem}.{suffix}"] = dedent(text)
    return MemoryTree(content, name)


def configured(main: str, /, *, variables: Mapping[str, str] | None = None, **files: str) -> Configured:
    """Read a root module."""
    inputs = Inputs(tuple(GivenValue(*each) for each in (variables or {}).items()))
    return read_configuration(tree(main, **files), "", inputs)


def group(rules: str, name: str = "this", extra: str = "") -> str:
    """Write a rule group whose text is an expression."""
    return (
        f'resource "aws_networkfirewall_rule_group" "{name}" {{\n'
        f'  name = "{name}"\n  type = "STATEFUL"\n  capacity = 10\n  rules = {rules}\n{extra}}}\n'
    )


def rules_of(record: GroupRecord) -> Body:
    """Give the text of a group, or what it is not known by."""
    body = record.body
    source = body["RulesSource"] if isinstance(body, dict) else body
    text: Body = source["RulesString"] if isinstance(source, dict) else source
    return text.value if isinstance(text, Sensitive) else text


def evaluated(expression: str, declarations: str = "", /, **files: str) -> Body:
    """Give what an expression of the root module is, as the text of a rule group: a text, or an unknown value."""
    made = tree(f"{dedent(declarations)}\n{group(expression)}", **files)
    (record,) = read_configuration(made, "").inventory.groups
    return rules_of(record)


def errors(found: Configured) -> list[str]:
    """Give the errors that were told, with their places."""
    return [f"{each.where}: {each.summary}" for each in found.diagnostics if each.severity is Severity.ERROR]


def told(found: Configured) -> list[str]:
    """Give all that was told, with its places."""
    return [f"{each.where}: {each.summary}" for each in found.diagnostics]
