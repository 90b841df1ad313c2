"""From a source to what it holds: one inventory, and for a plan of Terraform what it starts from."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nfw_reconcile.errors import Diagnostic, InputError, Location, UsageError, error, note
from nfw_reconcile.pipeline.source import FileSource, FolderSource, GitSource, LiveSource
from nfw_reconcile.sources.arns import region_of_firewall
from nfw_reconcile.sources.detect import (
    PlanInput,
    SavedPlanInput,
    SnapshotInput,
    StateInput,
    TemplateInput,
    input_of,
    read_input,
)
from nfw_reconcile.sources.jsonfile import read_bytes
from nfw_reconcile.sources.snapshot import read_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nfw_reconcile.act.ports import FlowService
    from nfw_reconcile.model.inventory import Inventory
    from nfw_reconcile.pipeline.source import Source, Variables
    from nfw_reconcile.sources.detect import Input
    from nfw_reconcile.sources.hcl.trees.tree import Tree


class Kind(enum.Enum):
    """What a source turned out to be, for people."""

    PLAN = "a plan of Terraform"
    STATE = "a state of Terraform"
    SNAPSHOT = "a snapshot"
    TEMPLATE = "a CloudFormation template"
    CONFIGURATION = "Terraform configuration"
    LIVE = "a live firewall"


@dataclass(frozen=True, slots=True)
class Found:
    """What a source holds; ``before`` is what a plan of Terraform starts from."""

    source: Source
    kind: Kind
    inventory: Inventory
    diagnostics: tuple[Diagnostic, ...]
    before: Inventory | None = None


def _no_service(region: str | None) -> FlowService:
    summary = f"nothing here reads live firewalls (of {region})."
    raise UsageError(error(summary, None, "Save a snapshot with nfw-reconcile snapshot, and name that."))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What reading may reach beside the files that are named.

    ``service_of`` gives AWS by region, for live firewalls; ``environ`` is the environment in which git is looked for.
    """

    service_of: Callable[[str | None], FlowService] = _no_service
    environ: Mapping[str, str] = field(default_factory=dict)


ALONE = Surroundings()


def read_source(source: Source, variables: Variables, surroundings: Surroundings) -> Found:
    """Read a source. Raises ``InputError``, ``UnsupportedInput``, ``UsageError``, and ``ServiceError`` from AWS."""
    match source:
        case FileSource(path=path):
            return _file(source, path, variables)
        case FolderSource():
            return _folder(source, variables)
        case GitSource():
            return _commit(source, variables, surroundings)
        case LiveSource(firewall_arn=arn):
            return _live(source, arn, surroundings)


def _file(source: FileSource, path: Path, variables: Variables) -> Found:
    found = read_input(path, dict(variables.values))
    return _found(source, found, in_repository(path) if isinstance(found, TemplateInput) else path.name)


def _found(source: Source, found: Input, place: str) -> Found:
    """Say what an input file holds; ``place`` is its path in the repository."""
    match found:
        case PlanInput(sides=sides):
            return Found(source, Kind.PLAN, sides.new, sides.diagnostics, sides.old)
        case StateInput(inventory=inventory, diagnostics=diagnostics):
            return Found(source, Kind.STATE, inventory, diagnostics)
        case SnapshotInput(inventory=inventory, diagnostics=diagnostics):
            return Found(source, Kind.SNAPSHOT, inventory, diagnostics)
        case TemplateInput(side=side):
            return Found(source, Kind.TEMPLATE, side.at(place), side.diagnostics)
        case SavedPlanInput():
            remedy = "Give the Terraform plan, state or snapshot that it was made from."
            raise InputError(error(f"{source} is a plan of this program.", None, remedy))


def _folder(source: FolderSource, variables: Variables) -> Found:
    from nfw_reconcile.sources.hcl.trees.folder import folder_tree  # noqa: PLC0415 - what reads files needs none of it

    tree, directory = folder_tree(source.path)
    return _configuration(source, tree, directory, variables)


def _commit(source: GitSource, variables: Variables, surroundings: Surroundings) -> Found:
    from nfw_reconcile.sources.hcl.trees.git import git_tree  # noqa: PLC0415 - what reads files needs none of it

    with git_tree(source.inside, source.revision, surroundings.environ) as tree:
        content = tree.read(source.path)
        if content is None:
            found = _configuration(source, tree, source.path, variables)
        else:
            read = input_of(content, tree.place(source.path), dict(variables.values))
            found = _found(source, read, tree.place(source.path))
        about = note(f"{tree.name} is commit {tree.commit}.")
        return replace(found, diagnostics=(about, *found.diagnostics, *tree.notes))


def _configuration(source: Source, tree: Tree, directory: str, variables: Variables) -> Found:
    from nfw_reconcile.sources.hcl import (  # noqa: PLC0415 - slow to import
        GivenFile,
        GivenValue,
        Inputs,
        read_configuration,
    )

    _check_directory(tree, directory)
    given = (
        GivenFile(in_repository(each), _variable_file(each)) if isinstance(each, Path) else GivenValue(*each)
        for each in variables.given
    )
    read = read_configuration(tree, directory, Inputs(tuple(given)))
    return Found(source, Kind.CONFIGURATION, read.inventory, read.diagnostics)


def in_repository(path: Path) -> str:
    """Name a file by its path in the repository that holds it; by its own path where none does."""
    from nfw_reconcile.sources.hcl.trees.folder import folder_tree, repository_of  # noqa: PLC0415 - as above

    if repository_of(path.parent) is None:
        return str(path)
    _, directory = folder_tree(path.parent)
    return f"{directory}/{path.name}" if directory else path.name


def _variable_file(path: Path) -> bytes:
    """Read a file of variables from disk; one of a repository as all its files are read, links out of it refused."""
    from nfw_reconcile.sources.hcl.trees.folder import folder_tree, repository_of  # noqa: PLC0415 - as above

    if repository_of(path.parent) is None:
        return read_bytes(path)
    tree, directory = folder_tree(path.parent)
    content = tree.read(f"{directory}/{path.name}")
    if content is None:
        raise InputError(error("there is no such file", Location(str(path)), "Check the path."))
    return content


def _check_directory(tree: Tree, directory: str) -> None:
    from nfw_reconcile.sources.hcl.trees.tree import Kind  # noqa: PLC0415 - as above

    place = Location(tree.place(directory))
    if tree.kind(directory) is not Kind.DIRECTORY:
        summary = f"{tree.name} has no such directory, nor such a file."
        remedy = "Name one that is there; a stack that is all new has let no flow through that could be cut."
        raise InputError(error(summary, place, remedy))
    if not any(name.endswith((".tf", ".tf.json")) for name in tree.files(directory)):
        summary = f"the directory holds no Terraform configuration in {tree.name}: no file is called *.tf or *.tf.json."
        raise InputError(error(summary, place, "Name the directory of the root module."))


def _live(source: LiveSource, arn: str, surroundings: Surroundings) -> Found:
    service = surroundings.service_of(region_of_firewall(arn))
    inventory, said = read_snapshot(service.snapshot(arn), str(source))
    return Found(source, Kind.LIVE, inventory, (*service.unread(), *said))
