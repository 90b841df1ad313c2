"""``iam-policy``: what it prints is enough, and none of it is too much, on an endpoint that asks IAM's question."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from nfw_reconcile.aws.permissions import NEEDED
from nfw_reconcile.cli import run
from nfw_reconcile.emulator.iam import read_iam_policy
from tests.checker import flushes
from tests.cli.site import CHANGE, DENIED, KEYS, Site, site
from tests.places import DEMO

if TYPE_CHECKING:
    from collections.abc import Iterator

assert CHANGE.firewall is not None
FIREWALL: Final = str(CHANGE.firewall.name.arn)

# In this order: after apply, nothing is left to be flushed.
COMMANDS: Final = {
    "snapshot": ("snapshot", "--firewall", FIREWALL, "--out", "live.json"),
    "plan --capture": ("plan", "--tf-plan", str(DEMO / "plan.json"), "--capture"),
    "verify": ("verify", "nfw.plan", "--settle", "0.1"),
    "sweep": ("sweep", "--firewall", FIREWALL),
    "apply": ("apply", "nfw.plan", "--yes", "--settle", "0.1"),
}
WELL: Final = {"verify": 6}
"""Exit codes of commands that are permitted everything, other than 0."""

INCOMPLETE: Final = "the capture may have missed flows"
"""What a plan says, which is one without a look at live flows too."""

pytestmark = pytest.mark.usefixtures("in_its_folder")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patch, site(tmp_path_factory.mktemp("site") / "it") as made:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        patch.setenv("AWS_REGION", "eu-west-1")
        yield made


@pytest.fixture
def in_its_folder(guarded: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(guarded.folder)


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["iam-policy", *words]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def without(policy: dict[str, Any], action: str) -> dict[str, Any]:
    statements = [
        {**each, "Action": [name for name in each["Action"] if name != action]}
        for each in policy["Statement"]
    ]
    return {**policy, "Statement": [each for each in statements if each["Action"]]}


def asked(
    guarded: Site, capsys: pytest.CaptureFixture[str], policy: dict[str, Any], command: str
) -> tuple[int, str]:
    guarded.emulator.iam_policy = read_iam_policy(policy)
    capsys.readouterr()
    code = run([*COMMANDS[command], "--endpoint-url", guarded.url])
    found = capsys.readouterr()
    return code, " ".join((found.out + found.err).split())


@pytest.mark.parametrize(
    "command",
    [pytest.param(name, marks=[] if name == "snapshot" else [pytest.mark.full]) for name in COMMANDS],
)
def test_the_printed_policy_is_enough_and_nothing_in_it_is_too_much(
    guarded: Site, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    policy = printed(capsys, "--for", command, "--firewall", FIREWALL)
    needed = NEEDED[command]
    for action in needed.required:
        code, said = asked(guarded, capsys, without(policy, action), command)
        assert code not in {0, WELL.get(command)} or INCOMPLETE in said, action
        assert f"Allow {action} in their IAM policy." in said, (action, said)
        assert flushes(guarded.emulator) == []
    for action in needed.optional:
        code, said = asked(guarded, capsys, without(policy, action), command)
        assert code == WELL.get(command, 0), (action, said)
        if command == "apply":
            break  # nothing is left to be flushed for the other one
    code, said = asked(guarded, capsys, policy, command)
    assert code == WELL.get(command, 0), said
    assert "IAM policy" not in said
    if command == "apply":
        assert not DENIED & guarded.alive()


def test_every_command_that_asks_aws_is_tried_here() -> None:
    assert {name for name, needed in NEEDED.items() if needed.required} == {*COMMANDS, "resume"}
    assert NEEDED["resume"] == NEEDED["apply"]


def test_another_firewall_than_the_printed_one_is_out_of_reach(
    guarded: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = printed(capsys, "--for", "snapshot", "--firewall", FIREWALL.replace("/", "/other-"))
    code, said = asked(guarded, capsys, policy, "snapshot")
    assert code == 1
    assert "Allow network-firewall:DescribeFirewall in their IAM policy." in said


@pytest.mark.parametrize("command", ["plan", "classify", "explain", "show", "status"])
def test_commands_that_only_compute_need_nothing(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert printed(capsys, "--for", command)["Statement"] == []


@pytest.mark.parametrize("command", ["snapshot", "plan --capture", "apply", "resume", "verify", "sweep"])
def test_resource_groups_come_on_top_of_what_a_command_needs(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    without_them = printed(capsys, "--for", command)["Statement"]
    *rest, added = printed(capsys, "--for", command, "--with-resource-groups")["Statement"]
    assert rest == without_them
    assert added == {
        "Sid": "ResourceGroups",
        "Effect": "Allow",
        "Action": [
            "ec2:DescribeInstances",
            "ec2:DescribeNetworkInterfaces",
            "resource-groups:GetGroupQuery",
            "resource-groups:ListGroupResources",
            "tag:GetResources",
        ],
        "Resource": "*",
    }


def test_a_journal_in_s3_has_statements_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    policy = printed(capsys, "--for", "status", "--journal", "s3://audit/nfw/")
    assert policy["Statement"] == [
        {
            "Sid": "Journal",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": "arn:*:s3:::audit/nfw/*",
        },
        {
            "Sid": "JournalList",
            "Effect": "Allow",
            "Action": ["s3:ListBucket"],
            "Resource": "arn:*:s3:::audit",
        },
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--for", "flush"), "--for flush is no command with permissions of its own. Give one of: plan, "),
        (("--for", "apply", "--firewall", "main"), "--firewall main is not the ARN of a firewall."),
        (
            ("--for", "apply", "--journal", ".nfw-reconcile"),
            "--journal .nfw-reconcile is not s3://BUCKET/PREFIX.",
        ),
        (
            ("--for", "classify", "--with-resource-groups"),
            "--with-resource-groups is for plan --capture, apply, resume, verify, sweep, snapshot.",
        ),
        ((), "Missing option '--for'"),
    ],
)
def test_wrong_words_are_a_usage_error(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    assert run(["iam-policy", *words]) == 64
    assert told in capsys.readouterr().err
