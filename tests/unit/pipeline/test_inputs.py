from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from nfw_reconcile.errors import ExitCode, InputError, NfwReconcileError, UsageError
from nfw_reconcile.pipeline import About, plan_of
from nfw_reconcile.pipeline.inputs import Request, Sides, change_label, read_sides, single
from nfw_reconcile.pipeline.saved import document_bytes
from nfw_reconcile.pipeline.source import FileSource
from nfw_reconcile.sources.assemble import Choice
from tests.bodies import bundle, change, firewall, group, inventory, policy, snapshot
from tests.conftest import CHECKOUT

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Inventory

WEB: Final = group("web", "pass tcp any any -> any 443 (sid:1;)")
EGRESS: Final = policy("egress", WEB)
PROD: Final = firewall("prod", EGRESS)
WHOLE: Final = inventory(PROD, EGRESS, WEB)
TF_PLAN: Final = CHECKOUT / "examples" / "variables-only" / "plan.json"


class Files:
    """Writes input files of every kind into one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def of(self, name: str, data: object) -> Path:
        path = self.folder / name
        path.write_text(json.dumps(data), encoding="utf-8")
        return path

    def snapshot(self, name: str, found: Inventory = WHOLE) -> FileSource:
        return FileSource(self.of(name, snapshot(found)))

    @property
    def state(self) -> FileSource:
        prior: Any = json.loads(TF_PLAN.read_text(encoding="utf-8"))["prior_state"]
        return FileSource(self.of("state.json", prior))

    @property
    def saved(self) -> FileSource:
        path = self.folder / "nfw.plan"
        found = Sides((change(None, bundle(WEB)),), ())
        path.write_bytes(document_bytes(plan_of(found, None, About("a test", "2025-06-01T12:00:00Z"))))
        return FileSource(path)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


# --- what is read ------------------------------------------------------------------------------


def test_a_terraform_plan_gives_both_sides() -> None:
    found = single(read_sides(Request(tf_plan=TF_PLAN)))
    assert found.old is not None
    assert found.new is not None
    assert found.old.policy.name == found.new.policy.name
    assert found.old.groups != found.new.groups


def test_two_snapshots_are_compared(files: Files) -> None:
    tight = inventory(PROD, EGRESS, group("web", ""))
    found = single(read_sides(Request(old=files.snapshot("a.json"), new=files.snapshot("b.json", tight))))
    assert found.old is not None
    assert found.new is not None
    assert found.old.groups != found.new.groups


def test_a_side_may_be_a_state_a_snapshot_or_a_plan_s_planned_side(files: Files) -> None:
    planned = single(read_sides(Request(tf_plan=TF_PLAN)))
    found = single(read_sides(Request(old=files.state, new=FileSource(TF_PLAN))))
    assert (found.old and found.old.groups) == (planned.old and planned.old.groups)
    assert (found.new and found.new.groups) == (planned.new and planned.new.groups)


def test_contexts_add_up(files: Files) -> None:
    only_group = files.snapshot("group.json", inventory(WEB))
    contexts = (
        files.snapshot("policy.json", inventory(EGRESS)),
        files.snapshot("firewall.json", inventory(PROD)),
        files.snapshot("again.json", inventory(PROD, EGRESS)),
    )
    found = read_sides(Request(old=only_group, new=only_group, context=contexts))
    assert [change_label(each) for each in found.changes] == ["prod"]


# --- usage -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((), "nothing to compare"),
        (("old",), "nothing to compare"),
        (("new",), "nothing to compare"),
        (("tf_plan", "old"), "exclude each other"),
        (("tf_plan", "new"), "exclude each other"),
        (("tf_plan", "old", "new"), "exclude each other"),
    ],
)
def test_too_little_and_too_much_are_usage_errors(files: Files, given: tuple[str, ...], message: str) -> None:
    words: Any = {word: TF_PLAN if word == "tf_plan" else files.snapshot("a.json") for word in given}
    with pytest.raises(UsageError, match=message) as refused:
        read_sides(Request(**words))
    assert refused.value.exit_code is ExitCode.USAGE


def test_several_policies_are_listed_where_one_is_needed(files: Files) -> None:
    two = inventory(PROD, firewall("dev", EGRESS), EGRESS, WEB)
    path = files.snapshot("two.json", two)
    found = read_sides(Request(old=path, new=path))
    with pytest.raises(UsageError, match=r"holds 2 policies: dev, prod\..*--firewall or --policy"):
        single(found)
    chosen = read_sides(Request(old=path, new=path, choice=Choice(("dev",))))
    assert change_label(single(chosen)) == "dev"


def test_no_policy_at_all_is_an_error_that_says_what_was_found(files: Files) -> None:
    old, new = files.snapshot("a.json"), files.snapshot("b.json", inventory(EGRESS, WEB))
    with pytest.raises(InputError, match="firewall prod is deleted"):
        single(read_sides(Request(old=old, new=new)))


# --- wrong kinds of file -----------------------------------------------------------------------


def test_what_is_no_terraform_plan_says_what_it_is_and_what_to_do(files: Files) -> None:
    for path, words in (
        (files.state, ("is a Terraform state", "terraform show -json")),
        (files.snapshot("live.json"), ("is a snapshot", "--old SNAPSHOT --new SNAPSHOT")),
        (files.saved, ("is a plan of this program", "nfw-reconcile show")),
    ):
        with pytest.raises(InputError) as refused:
            read_sides(Request(tf_plan=path.path))
        assert all(word in str(refused.value) for word in words)


@pytest.mark.parametrize("option", ["old", "new", "context"])
def test_a_saved_plan_is_no_source(files: Files, option: str) -> None:
    words: Any = {"old": files.snapshot("a.json"), "new": files.snapshot("b.json")}
    words[option] = (files.saved,) if option == "context" else files.saved
    with pytest.raises(InputError, match="is a plan of this program"):
        read_sides(Request(**words))


@pytest.mark.parametrize("content", [{}, [], "text", {"Flows": []}, None])
def test_what_is_no_input_at_all_is_refused(files: Files, content: object) -> None:
    with pytest.raises(NfwReconcileError):
        read_sides(Request(tf_plan=files.of("odd.json", content)))


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_sides(Request(tf_plan=tmp_path / "missing.json"))


@pytest.mark.parametrize(
    "word", ["git:main", "live:arn:aws:network-firewall:eu-west-1:111122223333:firewall/p", "."]
)
def test_a_terraform_plan_is_a_file(word: str) -> None:
    with pytest.raises(UsageError, match=r"--tf-plan .*: this is not a file"):
        read_sides(Request(tf_plan=Path(word)))


# --- describing --------------------------------------------------------------------------------


def test_an_input_is_named_by_its_files(files: Files) -> None:
    assert Request(tf_plan=TF_PLAN).describe() == "Terraform plan plan.json"
    request = Request(old=files.snapshot("a.json"), new=files.snapshot("b.json"))
    assert request.describe() == "a.json compared with b.json"


def test_a_change_is_named_by_its_firewall_else_its_policy(files: Files) -> None:
    both = files.snapshot("a.json")
    assert change_label(single(read_sides(Request(old=both, new=both)))) == "prod"
    free = files.snapshot("b.json", inventory(EGRESS, WEB))
    assert change_label(single(read_sides(Request(old=free, new=free)))) == "egress"
