"""Where the rules of a plan are written: a plan names no files, the configuration that it was made from does.

Places are taken over for what is the same in both, by the address of the resource and the text of the rule. A plan of
another revision is no problem: what differs has the place of its resource, or none.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from nfw_reconcile.errors import NfwReconcileError, warning
from nfw_reconcile.model.inventory import Sensitive
from nfw_reconcile.model.places import GroupPlaces
from nfw_reconcile.pipeline.reading import read_source
from nfw_reconcile.pipeline.source import FolderSource
from nfw_reconcile.sources.bundle import body_to_json
from nfw_reconcile.sources.links import bare, items, member

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable
    from pathlib import Path

    from nfw_reconcile.errors import Diagnostic, Location
    from nfw_reconcile.model.inventory import Body, GroupRecord, Inventory
    from nfw_reconcile.pipeline.reading import Surroundings
    from nfw_reconcile.pipeline.source import Variables

K = TypeVar("K", bound="Hashable")
Told = tuple["Inventory", tuple["Diagnostic", ...]]


def located(inventory: Inventory, directory: Path, variables: Variables, surroundings: Surroundings) -> Told:
    """Give the new side of a plan, or a state, with the places that a directory of configuration has for it.

    A directory that cannot be read is a warning: nothing that is decided depends on it. What the configuration lacks
    (values of variables, installed modules) only leaves more without a place.
    """
    try:
        found = read_source(FolderSource(directory), variables, surroundings).inventory
    except NfwReconcileError as problem:
        summary = f"--config-dir {directory} cannot be read: {problem.problems[0].summary}"
        remedy = "Reports name no files for it. Name the directory of the root module that was planned."
        return inventory, (warning(summary, problem.problems[0].where, remedy),)
    groups = {group.name.address: group for group in found.groups}
    policies = {policy.name.address: policy for policy in found.policies}
    placed = (
        replace(group, places=shared_places(group, groups[group.name.address]))
        if group.name.address in groups
        else group
        for group in inventory.groups
    )
    known = (
        replace(policy, place=policies[policy.name.address].place)
        if policy.name.address in policies
        else policy
        for policy in inventory.policies
    )
    return replace(inventory, groups=tuple(placed), policies=tuple(known)), ()


def shared_places(planned: GroupRecord, written: GroupRecord) -> GroupPlaces:
    """Give the places of what two records of one group have in common, for the first of them.

    A rule has a place where it is the only one of its text on both sides, or where all rules are the same.
    """
    places = written.places
    one, other = (_source(group.body) for group in (planned, written))
    return GroupPlaces(
        places.group,
        places.source if one == other else None,
        _lines(one, other, places),
        _by_text(_rules(one), _rules(other), places.stateful.get),
        _targets(one, places),
        _stateless(one, other, places),
    )


def _source(body: Body) -> Body:
    return _plain(member(body, "RulesSource"))


def _plain(body: Body) -> Body:
    """Give a body without the marks of what is sensitive: plan and configuration may set them differently."""
    match body:
        case Sensitive(value=value):
            return _plain(value)
        case str():
            return body
        case Mapping():
            return {name: _plain(value) for name, value in body.items()}
        case Sequence():
            return [_plain(value) for value in body]
        case _:
            return body


def _lines(one: Body, other: Body, places: GroupPlaces) -> tuple[Location | None, ...]:
    texts = [member(each, "RulesString") for each in (one, other)]
    if not all(isinstance(text, str) for text in texts):
        return ()
    first, second = ([line.strip() for line in str(text).split("\n")] for text in texts)
    known = dict(enumerate(places.lines))
    found = _by_text(first, second, known.get)
    return tuple(found.get(index) for index in range(len(first)))


def _rules(source: Body) -> list[str]:
    return [_text(rule) for rule in items(member(source, "StatefulRules"))]


def _text(body: Body) -> str:
    return json.dumps(body_to_json(body), sort_keys=True)


def _targets(source: Body, places: GroupPlaces) -> dict[str, Location]:
    names = (bare(each) for each in items(member(member(source, "RulesSourceList"), "Targets")))
    stripped = (name.strip() for name in names if isinstance(name, str))
    return {name: places.targets[name] for name in stripped if name in places.targets}


def _stateless(one: Body, other: Body, places: GroupPlaces) -> dict[int, Location]:
    def by_priority(source: Body) -> dict[Any, str]:
        rules = items(member(member(source, "StatelessRulesAndCustomActions"), "StatelessRules"))
        return {bare(member(rule, "Priority")): _text(rule) for rule in rules}

    first, second = by_priority(one), by_priority(other)
    return {
        key: place
        for key, place in places.stateless.items()
        if key in first and first[key] == second.get(key)
    }


def _by_text(
    first: Sequence[str], second: Sequence[str], place: Callable[[int], Location | None]
) -> dict[int, Location]:
    """Give the places of texts: of each by its position where all are equal, else of those that are there once."""
    if first == second:
        pairs: Iterable[tuple[int, int]] = ((index, index) for index in range(len(first)))
    else:
        once = {text for text, times in Counter(first).items() if times == 1}
        once &= {text for text, times in Counter(second).items() if times == 1}
        where = {text: index for index, text in enumerate(second)}
        pairs = ((index, where[text]) for index, text in enumerate(first) if text in once)
    found = ((index, place(other)) for index, other in pairs)
    return {index: location for index, location in found if location is not None}
