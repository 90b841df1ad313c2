"""Tell the kinds of input files apart by what they hold, never by their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import InputError, Location, error
from nfw_reconcile.model.plan_document import PLAN_KIND
from nfw_reconcile.sources.cloudformation import (
    NO_PARAMETERS,
    TemplateSide,
    looks_like_template,
    looks_like_yaml_template,
    read_template,
)
from nfw_reconcile.sources.foreign import refuse_foreign, refuse_logged
from nfw_reconcile.sources.jsonfile import json_of, read_bytes
from nfw_reconcile.sources.snapshot import SNAPSHOT_KEYS, read_snapshot
from nfw_reconcile.sources.tfplan import PlanSides, read_plan, read_state
from nfw_reconcile.sources.tfplan.document import looks_like_plan, looks_like_raw_state, looks_like_state

if TYPE_CHECKING:
    from pathlib import Path

    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.model.inventory import Inventory

_KINDS: Final = (
    "A Terraform plan or state (`terraform show -json`), a CloudFormation template, a snapshot "
    "(`nfw-reconcile snapshot`) or a saved plan (`nfw-reconcile plan --out`) is needed."
)
_CONFIGURATION: Final = (".tf", ".tf.json")


@dataclass(frozen=True, slots=True)
class PlanInput:
    """A Terraform plan: both sides."""

    sides: PlanSides


@dataclass(frozen=True, slots=True)
class StateInput:
    """A Terraform state: one side."""

    inventory: Inventory
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class SnapshotInput:
    """A snapshot of what is live: one side."""

    inventory: Inventory
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class SavedPlanInput:
    """A plan that this program saved; its reader checks ``data`` and its digest."""

    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TemplateInput:
    """A CloudFormation template: one side."""

    side: TemplateSide


Input = PlanInput | StateInput | SnapshotInput | SavedPlanInput | TemplateInput


def read_input(path: Path, parameters: Mapping[str, str] = NO_PARAMETERS) -> Input:
    """Read one input file of any kind; ``parameters`` are values of a template's parameters.

    Raises what :func:`input_of` does, and :class:`InputError` for a file that cannot be read.
    """
    return input_of(read_bytes(path), str(path), parameters)


def input_of(content: bytes, source: str, parameters: Mapping[str, str] = NO_PARAMETERS) -> Input:
    """Read the content of an input file of any kind; ``source`` names it in messages.

    Raises what the reader of its kind raises, and :class:`InputError` for a file of no such kind.
    """
    try:
        return _input_of(content, source, parameters)
    except InputError as problem:
        if not source.endswith(_CONFIGURATION):
            raise
        summary = "this is one file of a Terraform configuration."
        remedy = "Name its directory: the files of a directory count together."
        raise InputError(error(summary, Location(source), remedy)) from problem


def _input_of(content: bytes, source: str, parameters: Mapping[str, str]) -> Input:
    if looks_like_yaml_template(content):
        return TemplateInput(read_template(content, source, parameters))
    refuse_logged(content, source)
    data = json_of(content, source)
    if not isinstance(data, Mapping):
        raise InputError(error("this is not an object, so it is no input.", Location(source), _KINDS))
    if looks_like_template(data):
        return TemplateInput(read_template(content, source, parameters))
    return _read_object(data, source)


def _read_object(data: Mapping[str, object], source: str) -> Input:
    refuse_foreign(data, source)
    if looks_like_plan(data):
        return PlanInput(read_plan(data, source))
    if looks_like_saved_plan(data):
        return SavedPlanInput(data)
    if "kind" not in data and SNAPSHOT_KEYS & set(data):
        return SnapshotInput(*read_snapshot(data, source))
    if looks_like_state(data) or looks_like_raw_state(data):
        return StateInput(*read_state(data, source))
    raise InputError(error("this is no input that is known.", Location(source), _KINDS))


def looks_like_saved_plan(document: Mapping[str, object]) -> bool:
    """Say whether a JSON object is a plan that this program saved: it says so itself."""
    return document.get("kind") == PLAN_KIND
