"""Two inventories of the same configuration: what is known in both must be equal.

One is of a plan that the real Terraform made, the other of the configuration alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Sensitive

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Body, Inventory


@dataclass(slots=True)
class Comparison:
    """What was found: places where a value is wrong, where it is known to Terraform only, and how many are equal."""

    wrong: list[str] = field(default_factory=list)
    unresolved: list[str] = field(default_factory=list)
    equal: int = 0

    def inventories(self, planned: Inventory, configured: Inventory) -> Comparison:
        """Compare all records by their addresses."""
        self.bodies("", _records(planned), _records(configured))
        return self

    def bodies(self, path: str, planned: Body, configured: Body) -> None:
        """Compare one value; whether it is sensitive makes no difference to what it is."""
        planned, configured = _open(planned), _open(configured)
        match planned, configured:
            case _, Unresolved() if not isinstance(planned, Unresolved):
                self.unresolved.append(path)
            case Unresolved(), _ if not isinstance(configured, Unresolved):
                self.wrong.append(f"{path}: unknown to Terraform, here {configured!r}")
            case Unresolved(), Unresolved():
                self.equal += 1
            case Mapping(), Mapping():
                for name in {**planned, **configured}:
                    self.bodies(f"{path}/{name}", planned.get(name), configured.get(name))
            case (str(), str()) | (None, _) | (_, None):
                self._leaf(path, planned, configured)
            case Sequence(), Sequence():
                self._lists(path, planned, configured)
            case _:
                self._leaf(path, planned, configured)

    def _leaf(self, path: str, planned: Body, configured: Body) -> None:
        if planned == configured and type(planned) is type(configured):
            self.equal += 1
        else:
            self.wrong.append(f"{path}: {planned!r} to Terraform, here {configured!r}")

    def _lists(self, path: str, planned: Sequence[Body], configured: Sequence[Body]) -> None:
        """Compare lists; what the provider keeps as a set has an order of its own in a plan."""
        if len(planned) != len(configured):
            self.wrong.append(f"{path}: {planned!r} to Terraform, here {configured!r}")
            return
        left = list(configured)
        for index, each in enumerate(planned):
            fitting = left[0] if path.endswith("/StatefulRules") else _nearest(each, left)
            left.remove(fitting)
            self.bodies(f"{path}[{index}]", each, fitting)


def _nearest(wanted: Body, candidates: list[Body]) -> Body:
    """Give the candidate that differs least."""

    def difference(candidate: Body) -> tuple[int, int]:
        trial = Comparison()
        trial.bodies("", wanted, candidate)
        return len(trial.wrong), len(trial.unresolved)

    return min(candidates, key=difference)


def _open(body: Body) -> Body:
    return body.value if isinstance(body, Sensitive) else body


def _records(inventory: Inventory) -> Body:
    return {
        **{
            str(one.name.address): {
                "name": one.name.name,
                "policy": one.policy,
                "vpc": one.vpc,
                "region": one.region,
            }
            for one in inventory.firewalls
        },
        **{str(one.name.address): {"name": one.name.name, "body": one.body} for one in inventory.policies},
        **{
            str(one.name.address): {"name": one.name.name, "stateful": one.stateful, "body": one.body}
            for one in inventory.groups
        },
        **{f"prefix list {key}": members for key, members in inventory.prefix_lists.items()},
        **{f"VPC {key}": members for key, members in inventory.vpcs.items()},
    }
