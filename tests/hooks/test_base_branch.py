"""A pull request that changes nfw-reconcile.toml gains nothing: it is looked at by the settings of the base branch.

That each pipeline does so is a part of its own test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.checker import flushes_asked
from tests.hooks.pipelines import load
from tests.hooks.revisions import BASE, OF_THE_BASE, OF_THE_HEAD, checked_out, looked_at_by
from tests.places import DEMO

if TYPE_CHECKING:
    from tests.cli.site import Site
    from tests.hooks.workplace import Done, Workplace


def planned(workplace: Workplace, config: str) -> Done:
    return workplace.run("ci/nfw/pre-apply.sh", NFW_TF_PLAN=str(DEMO / "plan.json"), NFW_CONFIG=config)


def test_a_pull_request_that_adds_settings_is_looked_at_without_any(offline: Workplace) -> None:
    checked_out(offline, base=None)
    done = planned(offline, "git:origin/main")
    assert done.code == 0, done.err
    assert "so no settings count." in done.err
    assert looked_at_by(offline.folder / "nfw.plan") == (1000, False)


def test_one_that_changes_them_gains_nothing_by_it(offline: Workplace) -> None:
    checked_out(offline)
    assert planned(offline, "git:origin/main").code == 0
    assert looked_at_by(offline.folder / "nfw.plan") == OF_THE_BASE


def test_it_would_gain_something_without_the_base_branch(offline: Workplace) -> None:
    checked_out(offline)
    assert planned(offline, "").code == 0
    assert looked_at_by(offline.folder / "nfw.plan") == OF_THE_HEAD


def test_a_flush_before_the_merge_goes_by_the_settings_of_the_server(
    workplace: Workplace, made: Site
) -> None:
    checked_out(workplace)
    server = workplace.folder.parent / "server.toml"
    server.write_text(BASE, encoding="utf-8")
    stages = load("atlantis/atlantis.yaml")["workflows"]["nfw-reconcile"]
    given = {
        "NFW_JOURNAL": "journal",
        "NFW_TF_PLAN": str(DEMO / "plan.json"),
        "PLANFILE": str(workplace.folder / "default.tfplan"),
        "SHOWFILE": str(DEMO / "plan.json"),
    }
    before, after = stages["plan"]["steps"][-1]["run"], stages["apply"]["steps"][-1]["run"]
    for command in (before, after):
        unset = workplace.run("sh", "-c", command, **given)
        assert unset.code != 0
        assert "name the settings in the environment of the server" in unset.err
    named = {**given, "NFW_CONFIG": str(server)}
    assert workplace.run("sh", "-c", before, **named).code == 0
    assert looked_at_by(workplace.folder / "default.tfplan.nfw") == OF_THE_BASE
    refused = workplace.run("sh", "-c", after, **named)
    assert refused.code == 3, refused.err
    assert flushes_asked(made.emulator) == 0
