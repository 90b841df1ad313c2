"""Every kind of SOURCE, through the command line: real repositories, the emulator at the other end of ``live:``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from nfw_reconcile.cli import run
from nfw_reconcile.errors import ExitCode
from tests.cli.site import KEYS, Site, site
from tests.places import DEMO, EXAMPLES
from tests.unit.sources.hcl.repositories import Canary, Repository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GROUP: Final = """
variable "ports" {
  type = string
}

resource "aws_networkfirewall_rule_group" "web" {
  name     = "web"
  type     = "STATEFUL"
  capacity = 100
  rule_group {
    rule_variables {
      ip_sets {
        key = "HOME_NET"
        ip_set { definition = ["10.0.0.0/8"] }
      }
    }
    rules_source {
      rules_string = file("${path.module}/rules/web.rules")
    }
    stateful_rule_options { rule_order = "STRICT_ORDER" }
  }
}

resource "aws_networkfirewall_firewall_policy" "main" {
  name = "egress"
  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]
    stateful_default_actions           = ["aws:drop_strict"]
    stateful_engine_options { rule_order = "STRICT_ORDER" }
    stateful_rule_group_reference {
      priority     = 1
      resource_arn = aws_networkfirewall_rule_group.web.arn
    }
  }
}
"""
VARIABLE: Final = GROUP.replace(
    'file("${path.module}/rules/web.rules")',
    '"pass tcp any any -> any ${var.ports} (sid:1;)"',
)
OLD_RULES: Final = "pass tcp $HOME_NET any -> any [443,8443] (sid:1;)\n"
NEW_RULES: Final = "pass tcp $HOME_NET any -> any 443 (sid:1;)\n"
CUT: Final = ("tcp", "10.0.0.5:50000", "192.0.2.1:8443")
ARN: Final = "arn:aws:network-firewall:eu-west-1:111122223333:firewall/main"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Give a repository with a tightened rule on the working tree, which is the current directory."""
    made = Repository.at(tmp_path / "repo")
    made.commit({"infra/main.tf": GROUP, "infra/rules/web.rules": OLD_RULES})
    made.write({"infra/rules/web.rules": NEW_RULES})
    monkeypatch.chdir(made.root)
    return made


def said(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    captured = capsys.readouterr()
    return " ".join(captured.out.split()), " ".join(captured.err.split())


# --- directories and revisions -----------------------------------------------------------------

PAIRS: Final = {
    "a revision and a directory": ("git:HEAD:infra", "infra"),
    "with a path": ("git:main:./infra/", "./infra"),
    "two revisions": ("git:HEAD~1:infra", "git:HEAD:infra"),
}


@pytest.mark.parametrize(("old", "new"), PAIRS.values(), ids=PAIRS)
def test_two_revisions_are_compared(
    repo: Repository, old: str, new: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if new.startswith("git:"):
        repo.commit({})
    words = ["--old", old, "--new", new, "--var", "ports=443"]
    assert run(["plan", *words, "--detailed-exitcode"]) == ExitCode.CHANGES, said(capsys)
    assert "pass tcp $HOME_NET any -> any 443" in said(capsys)[0]
    assert run(["explain", *words, *CUT]) == ExitCode.OK
    assert "newly denied" in said(capsys)[0]


def test_the_plan_names_the_sources_and_the_commit(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--old", "git:main:infra", "--new", "infra", "--var", "ports=443", "--format", "json"]
    assert run(["plan", *words]) == ExitCode.OK
    document = json.loads(capsys.readouterr().out)
    assert document["source"] == "git:main:infra compared with infra"
    assert f"git:main is commit {repo.git('rev-parse', 'HEAD')}." in [
        each["text"] for each in document["remarks"]
    ]


def test_nothing_changes_between_a_revision_and_its_own_work_tree(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.commit({})
    words = ["--old", "git:HEAD:infra", "--new", "infra", "--var", "ports=443"]
    assert run(["plan", *words, "--detailed-exitcode"]) == ExitCode.OK
    assert run(["explain", *words, "tcp", "10.0.0.5:50000", "192.0.2.1:443"]) == ExitCode.OK
    assert "still allowed" in said(capsys)[0]


def test_variables_are_given_to_both_sides(
    repo: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.commit({"infra/main.tf": VARIABLE})
    (tmp_path / "prod.tfvars").write_text('ports = "8443"\n', encoding="utf-8")
    both = ["--old", "git:HEAD:infra", "--new", "infra"]
    for words, verdict in (
        (["--var", "ports=443"], "still denied"),
        (["--var-file", "../prod.tfvars"], "still allowed"),
        (["--var-file", "../prod.tfvars", "--var", "ports=443"], "still denied"),
        (["--var", "ports=443", "--var-file=../prod.tfvars"], "still allowed"),
        (["--var=ports=8443", "--var-file", "../prod.tfvars", "--var", "ports=443"], "still denied"),
    ):
        assert run(["explain", *both, *words, *CUT]) == ExitCode.OK
        assert verdict in said(capsys)[0]


def test_classify_takes_directories_too(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    flows = repo.root / "flows.csv"
    flows.write_text(
        "protocol,source,source_port,destination,destination_port\ntcp,10.0.0.5,50000,192.0.2.1,8443\n",
        encoding="utf-8",
    )
    words = ["--old", "git:HEAD:infra", "--new", "infra", "--var", "ports=443"]
    assert run(["classify", *words, "--flows", str(flows)]) == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["effect"] == "newly_denied"


def test_another_stack_gives_the_arns_that_configuration_lacks(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """The group is in this stack; policy and firewall are in another, which names the group by its ARN."""
    group_only = GROUP.partition('resource "aws_networkfirewall_firewall_policy"')[0]
    repo.commit({"infra/main.tf": group_only, "infra/rules/web.rules": OLD_RULES})
    repo.write({"infra/rules/web.rules": NEW_RULES})
    account = "arn:aws:network-firewall:eu-west-1:111122223333"
    snapshot: dict[str, Any] = {
        "format_version": "1.0",
        "firewalls": [
            {
                "Firewall": {
                    "FirewallName": "main",
                    "FirewallArn": ARN,
                    "FirewallPolicyArn": f"{account}:firewall-policy/p",
                }
            }
        ],
        "policies": [
            {
                "FirewallPolicyResponse": {
                    "FirewallPolicyName": "p",
                    "FirewallPolicyArn": f"{account}:firewall-policy/p",
                },
                "FirewallPolicy": {
                    "StatelessDefaultActions": ["aws:forward_to_sfe"],
                    "StatelessFragmentDefaultActions": ["aws:forward_to_sfe"],
                    "StatefulEngineOptions": {"RuleOrder": "STRICT_ORDER"},
                    "StatefulDefaultActions": ["aws:drop_strict"],
                    "StatefulRuleGroupReferences": [
                        {"ResourceArn": f"{account}:stateful-rulegroup/web", "Priority": 1}
                    ],
                },
            }
        ],
    }
    (repo.root / "live.json").write_text(json.dumps(snapshot), encoding="utf-8")
    words = ["--old", "git:HEAD:infra", "--new", "infra", "--context", "live.json", "--var", "ports=443"]
    assert run(["explain", *words, *CUT]) == ExitCode.OK
    assert "newly denied" in said(capsys)[0]


def test_states_are_sides(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = EXAMPLES / "variables-only" / "plan.json"
    prior = json.loads(plan.read_text(encoding="utf-8"))["prior_state"]
    (tmp_path / "state.json").write_text(json.dumps(prior), encoding="utf-8")
    state = str(tmp_path / "state.json")
    for words, code in (
        (["--old", state, "--new", str(plan)], ExitCode.CHANGES),
        (["--old", state, "--new", state], ExitCode.OK),
        (["--old", str(plan), "--new", state], ExitCode.OK),
    ):
        assert run(["plan", *words, "--detailed-exitcode"]) == code, words
        assert said(capsys)[1] == ""


# --- what cannot be read -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--old", "git:", "--new", "infra"], ExitCode.USAGE, "'' is not a revision"),
        (["--old", "git:-x", "--new", "infra"], ExitCode.USAGE, "'-x' is not a revision"),
        (["--old", "git:HEAD:../x", "--new", "infra"], ExitCode.USAGE, "no path in the repository"),
        (["--old", "git:none:infra", "--new", "infra"], ExitCode.ERROR, "no revision none"),
        (["--old", "git:HEAD:none", "--new", "infra"], ExitCode.ERROR, "none: git:HEAD has no such directory"),
        (["--old", "git:HEAD", "--new", "infra"], ExitCode.ERROR, "no Terraform configuration in git:HEAD"),
        (["--old", "git:HEAD:infra", "--new", "."], ExitCode.ERROR, "no Terraform configuration in ."),
        (["--old", "git:HEAD:infra/main.tf", "--new", "infra"], ExitCode.ERROR, "Name its directory"),
        (["--old", "infra/main.tf", "--new", "infra"], ExitCode.ERROR, "one file of a Terraform configuration"),
        (["--old", "infra", "--new", "none"], ExitCode.ERROR, "none: there is no such file"),
        (["--old", "live:main", "--new", "infra"], ExitCode.USAGE, "not the ARN of a firewall"),
        (["--old", "infra", "--new", "infra", "--var", "x"], ExitCode.USAGE, "not NAME=VALUE"),
        (["--old", "infra", "--new", "infra", "--var-file", "none.tfvars"], ExitCode.ERROR, "none.tfvars: there is no"),
        (["--tf-plan", str(DEMO / "plan.json"), "--var", "a=b"], ExitCode.USAGE, "no source is any"),
        (["--tf-plan", "infra"], ExitCode.USAGE, "--tf-plan infra: this is not a file"),
        (["--tf-plan", "git:HEAD"], ExitCode.USAGE, "--tf-plan git:HEAD: this is not a file"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("repo")
def test_what_cannot_be_read_is_told_in_a_sentence(
    words: list[str], code: ExitCode, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plan", *words]) == code
    out, err = said(capsys)
    assert message in err
    assert (out, "Traceback" in err) == ("", False)


def test_outside_a_repository_a_revision_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["plan", "--old", "git:HEAD", "--new", "."]) == ExitCode.ERROR
    assert "there is no git repository around this directory" in said(capsys)[1]


def test_a_hostile_pull_request_reads_nothing_else_and_runs_nothing(
    repo: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "pass tcp any any -> any 31337 (sid:31337;)"
    (tmp_path / "secret").write_text(secret, encoding="utf-8")
    (repo.root / ".git" / "credentials").write_text(secret, encoding="utf-8")
    canary = Canary.at(tmp_path / "canary")
    for key in ("core.fsmonitor", "core.sshCommand", "core.pager", "diff.external"):
        repo.git("config", key, str(canary.path))
    words = ["--old", "git:HEAD:infra", "--new", "infra", "--var", "ports=443", "--format", "json"]
    for hostile in (
        {"infra/rules/web.rules": f"-> {tmp_path / 'secret'}"},
        {"infra/rules/web.rules": "-> ../../../secret"},
        {"infra/rules/web.rules": "-> ../../.git/credentials"},
        {"infra/main.tf": GROUP.replace("${path.module}/rules/web.rules", str(tmp_path / "secret"))},
        {"infra/main.tf": GROUP.replace("${path.module}/rules/web.rules", "../../secret")},
        {"infra/main.tf": GROUP.replace("rules/web.rules", "../.git/credentials")},
    ):
        repo.write({"infra/main.tf": GROUP, "infra/rules/web.rules": OLD_RULES, **hostile})
        run(["plan", *words])
        captured = capsys.readouterr()
        assert "31337" not in captured.out + captured.err
    assert not canary.sang


def test_a_file_of_variables_in_the_repository_is_no_way_out_of_it(
    repo: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "credentials").write_text("key = SECRETSECRET\n", encoding="utf-8")
    repo.write({"prod.tfvars": "-> ../credentials"})
    words = ["--old", "git:HEAD:infra", "--new", "infra", "--var-file", "prod.tfvars"]
    assert run(["plan", *words]) == ExitCode.ERROR
    out, err = said(capsys)
    assert "prod.tfvars: a symbolic link leads out of the repository" in err
    assert "SECRET" not in out + err


# --- live firewalls ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patch, site(tmp_path_factory.mktemp("site") / "it") as made:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        yield made


def _live_source(live: Site) -> str:
    (arn,) = live.emulator.world.firewalls
    return f"live:{arn}"


def test_a_live_firewall_is_compared_with_a_plan(live: Site, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--old", _live_source(live), "--new", str(DEMO / "plan.json"), "--endpoint-url", live.url]
    before = live.emulator.call_count
    assert run(["plan", *words, "--detailed-exitcode", "--format", "json"]) == ExitCode.OK
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert document["source"] == "live firewall main compared with plan.json"
    assert document["firewalls"][0]["rule_changes"] == []
    assert any(each["text"].startswith("drift: live rule is not") for each in document["remarks"])
    asked = {call.operation for call in live.emulator.requests[before:]}
    assert asked <= {"DescribeFirewall", "DescribeFirewallPolicy", "DescribeRuleGroup", "DescribeVpcs"}


def test_a_live_firewall_is_compared_with_configuration(
    live: Site, repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """The stack has the group alone: policy, firewall, VPC and the other group are as they are live."""
    group = GROUP.partition('resource "aws_networkfirewall_firewall_policy"')[0].replace('"web"', '"egress"')
    repo.write({"infra/main.tf": group, "infra/rules/web.rules": NEW_RULES})
    words = ["--old", _live_source(live), "--new", "infra", "--var", "ports=1", "--endpoint-url", live.url]
    assert run(["plan", *words, "--format", "json"]) == ExitCode.OK
    document = json.loads(capsys.readouterr().out)
    (planned,) = document["firewalls"]
    assert f"live:{planned['firewall']['arn']}" == _live_source(live)
    assert any("pass tcp $HOME_NET any -> any 443" in json.dumps(each) for each in planned["rule_changes"])
    told = " ".join(each["text"] for each in document["remarks"])
    assert "infra is Terraform configuration and holds no state" in told
    assert "infra does not hold main" in told


@pytest.mark.parametrize("command", ["classify", "explain"])
def test_classify_and_explain_take_a_live_firewall(
    live: Site, tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = json.loads((DEMO / "plan.json").read_text(encoding="utf-8"))
    (tmp_path / "state.json").write_text(json.dumps(plan["prior_state"]), encoding="utf-8")
    (tmp_path / "flows.csv").write_text(
        "protocol,source,source_port,destination,destination_port\ntcp,10.20.8.200,49200,198.51.100.20,22\n",
        encoding="utf-8",
    )
    words = ["--old", str(tmp_path / "state.json"), "--new", _live_source(live), "--endpoint-url", live.url]
    rest = (
        ["--flows", str(tmp_path / "flows.csv")]
        if command == "classify"
        else ["tcp", "10.20.8.200:49200", "198.51.100.20:22"]
    )
    assert run([command, *words, *rest]) == ExitCode.OK
    out, err = said(capsys)
    assert ("newly" in out or "still" in out, err) == (True, "")


def test_an_endpoint_that_only_the_environment_names_is_refused(
    live: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", live.url)
    words = ["--old", _live_source(live), "--new", str(DEMO / "plan.json")]
    assert run(["plan", *words]) == ExitCode.USAGE
    assert "AWS_ENDPOINT_URL names an endpoint" in said(capsys)[1]


TEMPLATE = """
Parameters:
  Port: {Type: String}
Resources:
  Group:
    Type: AWS::NetworkFirewall::RuleGroup
    Properties:
      RuleGroupName: web
      Type: STATEFUL
      Capacity: 10
      RuleGroup:
        RulesSource:
          RulesString: !Sub "pass tcp any any -> any ${Port} (sid:1;)"
        StatefulRuleOptions: {RuleOrder: STRICT_ORDER}
  Policy:
    Type: AWS::NetworkFirewall::FirewallPolicy
    Properties:
      FirewallPolicyName: main
      FirewallPolicy:
        StatelessDefaultActions: ["aws:forward_to_sfe"]
        StatelessFragmentDefaultActions: ["aws:forward_to_sfe"]
        StatefulRuleGroupReferences: [{ResourceArn: !Ref Group, Priority: 1}]
        StatefulEngineOptions: {RuleOrder: STRICT_ORDER}
        StatefulDefaultActions: ["aws:drop_strict"]
"""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "could not be decided"),
        (("--var", "Port=443"), "Nothing that policy Policy allowed would be denied."),
        (("--var", "Port=80"), "5-tuples that were allowed would be denied: TCP"),
    ],
)
def test_values_are_for_parameters_of_templates_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(TEMPLATE, encoding="utf-8")
    new.write_text(TEMPLATE.replace("${Port}", "443"), encoding="utf-8")
    assert run(["plan", "--old", str(old), "--new", str(new), *words]) == 0
    assert told in " ".join(capsys.readouterr().out.split())


def test_a_template_in_a_revision_is_a_side(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    repo.commit({"stacks/network.yaml": TEMPLATE, "link.yaml": "-> stacks/network.yaml"})
    repo.write({"stacks/network.yaml": TEMPLATE.replace("-> any ${Port}", "-> any 443")})
    words = ["--old", "git:HEAD:stacks/network.yaml", "--new", "stacks/network.yaml", "--var", "Port=8443"]
    assert run(["plan", *words, "--format", "json", "--detailed-exitcode"]) == ExitCode.CHANGES
    document = json.loads(capsys.readouterr().out)
    assert document["source"] == "git:HEAD:stacks/network.yaml compared with network.yaml"
    (change,) = document["firewalls"][0]["rule_changes"]
    for side in ("old", "new"):
        assert (change[side]["file"], change[side]["file_line"]) == ("stacks/network.yaml", 13), side
    words = ["--old", "git:HEAD:link.yaml", "--new", "git:HEAD:stacks/network.yaml", "--var", "Port=8443"]
    assert run(["plan", *words, "--detailed-exitcode"]) == ExitCode.OK


def test_any_file_in_a_revision_is_what_it_holds(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.commit({"plan.json": (DEMO / "plan.json").read_bytes(), "notes.txt": "hello"})
    words = ["--old", "git:HEAD:plan.json", "--new", "plan.json"]
    assert run(["plan", *words, "--detailed-exitcode"]) == ExitCode.OK
    said(capsys)
    assert run(["plan", "--old", "git:HEAD:notes.txt", "--new", "plan.json"]) == ExitCode.ERROR
    assert "notes.txt:1:1: this is not JSON" in said(capsys)[1]
