"""The ``configuration`` part of a plan: which expression stands behind an attribute, and what it names.

The JSON form of the configuration holds constants and references, no operators and no functions, and
nothing of ``dynamic`` blocks and ``locals`` (Terraform: "JSON Output Format", expression
representation). So a reference says what a value depends on, not what it equals.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from nfw_reconcile.errors import InputError, Location, error
from nfw_reconcile.sources.tfplan.addresses import ModulePath, Step, longest, module_text, steps_of

_NOWHERE: Final = frozenset({"each", "count", "path", "terraform", "self"})
"""First words of references that no unknown value comes from by itself."""

_UNSEEN: Final = ("each.value", "self.")
"""Beginnings of references to values that stand nowhere else under a name."""

MOST_FOLLOWED: Final = 100_000
"""References that are followed for one plan: through nested modules with keys their number may double a level."""


class Target(NamedTuple):
    """What a reference ends at, followed through module inputs and outputs.

    ``resource`` is ``aws_vpc.a`` or ``data.aws_vpc.a``, or empty where the reference ends at
    something else; ``key`` is the instance key in the reference; ``text`` is the whole, from the root.
    """

    module: ModulePath
    resource: str
    key: str
    text: str

    @property
    def attribute(self) -> str:
        """Give the attribute of the resource that is meant; empty for the whole resource."""
        steps = steps_of(self.text)
        length = 2 * len(self.module) + len(steps_of(self.resource))
        return steps[length].name if self.resource and len(steps) > length else ""


@dataclass(frozen=True, slots=True)
class Configuration:
    """Where expressions are looked up. Malformed parts count as absent: they only name things."""

    modules: Mapping[tuple[str, ...], Mapping[str, object]] = field(default_factory=dict)
    resources: Mapping[tuple[tuple[str, ...], str], Mapping[str, object]] = field(default_factory=dict)
    providers: Mapping[str, object] = field(default_factory=dict)
    source: str = "configuration"
    _followed: Iterator[int] = field(default_factory=itertools.count, repr=False, compare=False)

    @classmethod
    def of(cls, data: object, source: str = "configuration") -> Configuration:
        """Index the ``configuration`` value of a plan; ``source`` names the plan in messages."""
        tree = _mapping(data)
        modules = dict(_modules(_mapping(tree.get("root_module")), ()))
        resources = {
            (path, str(resource.get("address"))): resource
            for path, module in modules.items()
            for resource in map(_mapping, _list(module.get("resources")))
        }
        return cls(modules, resources, _mapping(tree.get("provider_config")), source)

    def expressions(self, module: ModulePath, resource: str) -> Mapping[str, object]:
        """Give the expressions of a resource's arguments, by argument; empty where they are not known."""
        return _mapping(self._resource(module, resource).get("expressions"))

    def region(self, module: ModulePath, resource: str) -> str | None:
        """Give the region of a resource's provider where the configuration says it as a constant."""
        provider = _mapping(
            self.providers.get(str(self._resource(module, resource).get("provider_config_key")))
        )
        region = _mapping(_mapping(provider.get("expressions")).get("region")).get("constant_value")
        return region if isinstance(region, str) else None

    def targets(self, expression: object, module: ModulePath) -> tuple[Target, ...]:
        """Give everything that an expression in a module refers to, each once, in written order.

        Raises :class:`InputError` once :data:`MOST_FOLLOWED` references of the plan have been followed.
        """
        found = (target for _, target in self._reached(expression, module) if target is not None)
        return tuple(dict.fromkeys(found))

    def holds_more(self, expression: object, module: ModulePath) -> bool:
        """Say whether an expression may hold what the plan does not show: a local, a value of ``for_each``.

        An input of the root module is known; an attribute of a resource shows in the resource. Raises as
        :meth:`targets` does.
        """
        return any(
            reference.startswith(_UNSEEN)
            or (target is not None and not target.resource and not reference.startswith("var."))
            for reference, target in self._reached(expression, module)
        )

    def _reached(self, expression: object, module: ModulePath) -> Iterator[tuple[str, Target | None]]:
        """Follow every reference of an expression, each place once, with what it ends at."""
        seen: set[tuple[ModulePath, str]] = set()
        pending = [(module, reference) for reference in reversed(_references(expression))]
        while pending:
            place = pending.pop()
            if place in seen:
                continue
            if next(self._followed) >= MOST_FOLLOWED:
                summary = f"the configuration refers from module to module more than {MOST_FOLLOWED:,} times."
                remedy = (
                    "Check that it is the plan that was meant; compare snapshots (--old, --new) otherwise."
                )
                raise InputError(error(summary, Location(self.source), remedy))
            seen.add(place)
            target, further = self._follow(*place)
            yield place[1], target
            pending += reversed(further)

    def _resource(self, module: ModulePath, resource: str) -> Mapping[str, object]:
        return self.resources.get((_names(module), resource), {})

    def _follow(
        self, module: ModulePath, reference: str
    ) -> tuple[Target | None, list[tuple[ModulePath, str]]]:
        """Take one step: to what a reference ends at, or to the references that stand behind it."""
        match steps_of(reference):
            case (Step("var"), Step(name), *_) if module:
                call = _mapping(self._calls(module[:-1]).get(module[-1].name))
                behind = _mapping(call.get("expressions")).get(name)
                return None, [(module[:-1], deeper) for deeper in _references(behind)]
            case (Step("module"), inner, Step(name), *_):
                path = (*module, inner)
                outputs = _mapping(self.modules.get(_names(path), {}).get("outputs"))
                behind = _mapping(outputs.get(name)).get("expression")
                return None, [(path, deeper) for deeper in _references(behind)]
            case (Step("data"), Step(kind), Step(name, key), *_):
                return _target(module, f"data.{kind}.{name}", key, reference), []
            case (Step(word), *_) if word in _NOWHERE:
                return None, []
            case (Step("var" | "local" | "module"), *_):
                return _target(module, "", "", reference), []
            case (Step(kind), Step(name, key), *_):
                return _target(module, f"{kind}.{name}", key, reference), []
            case _:
                return None, []

    def _calls(self, module: ModulePath) -> Mapping[str, object]:
        return _mapping(self.modules.get(_names(module), {}).get("module_calls"))


def uses_own_key(expression: object) -> bool:
    """Say whether an expression refers to the key of the resource's own instance."""
    return any(
        reference == "count.index" or reference.startswith("each.") for reference in _references(expression)
    )


def _target(module: ModulePath, resource: str, key: str, reference: str) -> Target:
    return Target(module, resource, key, f"{module_text(module)}{reference}")


def _modules(
    module: Mapping[str, object], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Mapping[str, object]]]:
    yield path, module
    for name, call in _mapping(module.get("module_calls")).items():
        yield from _modules(_mapping(_mapping(call).get("module")), (*path, name))


def _references(expression: object) -> list[str]:
    return longest(_list(_mapping(expression).get("references")))


def _names(path: ModulePath) -> tuple[str, ...]:
    return tuple(step.name for step in path)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
