"""A workplace as a CI service checks it out: the head of a pull request, and a branch that it goes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.plan_document import PlanDocument
from nfw_reconcile.pipeline.saved import read_saved
from tests.unit.sources.hcl.repositories import Repository

if TYPE_CHECKING:
    from pathlib import Path

    from tests.hooks.workplace import Workplace

CONFIG: Final = "nfw-reconcile.toml"
BASE: Final = "[limits]\nmax_flows = 3\n"
HEAD: Final = """
[limits]
max_flows = 70000

[[ignore]]
owner = "mallory"
reason = "nothing to see here"
until = 2099-12-31
destination_port = [22, 80, 443, 8443]
"""
"""What a pull request would like to be looked at by."""

OF_THE_BASE: Final = (3, False)
OF_THE_HEAD: Final = (70_000, True)
"""What :func:`looked_at_by` gives for a plan by the settings of either."""


def checked_out(workplace: Workplace, base: str | None = BASE, head: str | None = HEAD) -> None:
    """Make the workplace the checkout of a change of the settings from ``base`` to ``head``, ``None`` being no file.

    The remote ``origin`` has the branch ``main``, which is fetched, too; the head is a commit of no branch.
    """
    folder = workplace.folder
    repository = Repository.at(folder)
    repository.commit({CONFIG: base})
    repository.git("clone", "--quiet", "--bare", ".", str(folder.parent / "origin.git"))
    repository.git("remote", "add", "origin", str(folder.parent / "origin.git"))
    repository.git("fetch", "--quiet", "origin")
    repository.git("switch", "--quiet", "--detach")
    repository.commit({CONFIG: head})


def looked_at_by(path: Path) -> tuple[int, bool]:
    """Give the limit of a plan, and whether anything in it is ignored."""
    plan = read_saved(path)
    assert isinstance(plan, PlanDocument)
    parts = [part for firewall in plan.firewalls for part in firewall.region.parts]
    assert parts
    return plan.limits.max_flows, any(part.ignored for part in parts)
