"""Names for addresses on the command line: asked for, never fatal, and from every source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from nfw_reconcile.aws.permissions import NEEDED
from nfw_reconcile.cli import run
from nfw_reconcile.emulator.iam import read_iam_policy
from tests.cli.site import CHANGE, DENIED, INSTANT, KEYS, Site, site
from tests.places import DEMO

if TYPE_CHECKING:
    from collections.abc import Iterator

assert CHANGE.firewall is not None
FIREWALL: Final = str(CHANGE.firewall.name.arn)
PLAN: Final = ("plan", "--tf-plan", str(DEMO / "plan.json"))
ONE: Final = min(DENIED)


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patch, site(tmp_path_factory.mktemp("site") / "it", INSTANT) as made:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        patch.setenv("AWS_REGION", "eu-west-1")
        yield made


@pytest.fixture(autouse=True)
def in_its_folder(named: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(named.folder)
    named.emulator.iam_policy = None
    Path("nfw-reconcile.toml").unlink(missing_ok=True)
    rows = [f"{_endpoints(flow)},600,9,5000" for flow in sorted(DENIED)[:3]]
    header = "protocol,source,source_port,destination,destination_port,age,packets,bytes"
    Path("flows.csv").write_text("\n".join([header, *rows]), encoding="utf-8")


def _endpoints(flow: Any) -> str:  # noqa: ANN401 - a 5-tuple
    return f"{flow.protocol},{flow.source},{flow.source_port},{flow.destination},{flow.destination_port}"


def planned(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any], str]:
    capsys.readouterr()
    code = run([*PLAN, *words, "--format", "json"])
    found = capsys.readouterr()
    return code, json.loads(found.out) if code == 0 else {}, found.err


def names(document: dict[str, Any]) -> dict[str, tuple[str, str]]:
    listed = document["firewalls"][0].get("names", [])
    return {each["address"]: (each["name"], each["origin"]) for each in listed}


def remarks(document: dict[str, Any]) -> list[str]:
    return [each["text"] for each in document["remarks"]]


def test_a_plan_without_the_options_names_nothing_and_asks_nobody(
    named: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    before = named.emulator.call_count
    code, document, _ = planned(capsys, "--flows", "flows.csv", "--endpoint-url", named.url)
    assert (code, names(document), named.emulator.call_count) == (0, {}, before)


def test_own_names_of_the_option_go_before_those_of_the_configuration_and_of_aws(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("names.csv").write_text(f"{ONE.source},checkout,payments\n", encoding="utf-8")
    Path("nfw-reconcile.toml").write_text(
        f'[names]\n"{ONE.source}" = "not this"\n"{ONE.destination}/32" = "partner"\n', encoding="utf-8"
    )
    ranges = [{"ip_prefix": "0.0.0.0/0", "region": "GLOBAL", "service": "AMAZON"}]
    Path("ip-ranges.json").write_text(json.dumps({"prefixes": ranges}), encoding="utf-8")
    words = ("--flows", "flows.csv", "--names", "names.csv", "--ip-ranges", "ip-ranges.json")
    _, document, _ = planned(capsys, *words)
    found = names(document)
    assert found[str(ONE.source)] == ("checkout", "own names")
    assert found[str(ONE.destination)] == ("partner", "own names")
    assert {origin for _, origin in found.values()} == {"own names", "ip-ranges.json"}


def test_the_report_shows_them(capsys: pytest.CaptureFixture[str]) -> None:
    Path("names.csv").write_text("0.0.0.0/0,checkout,payments\n", encoding="utf-8")
    assert run([*PLAN, "--flows", "flows.csv", "--names", "names.csv"]) == 0
    assert "(checkout, payments)" in " ".join(capsys.readouterr().out.split())


def test_every_wrong_row_is_told_and_nothing_is_planned(capsys: pytest.CaptureFixture[str]) -> None:
    Path("names.csv").write_text("cidr,name\n10.0.0.0/99,a\n10.0.0.0/8\n", encoding="utf-8")
    code, _, said = planned(capsys, "--flows", "flows.csv", "--names", "names.csv")
    assert code == 1
    assert "names.csv:2: '10.0.0.0/99'" in said
    assert "names.csv:3: a row has 2 or 3 cells" in said


def test_options_without_flows_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    code, document, said = planned(capsys, "--aws-names")
    assert (code, names(document)) == (0, {})
    assert "No flows are looked at, so there are no addresses to name. Give --flows or --capture." in said


def _asked(named: Site, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    code, document, _ = planned(
        capsys, "--flows", "flows.csv", "--aws-names", "--endpoint-url", f"ec2={named.url}"
    )
    assert code == 0
    return document


def _policy(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["iam-policy", *words]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_printed_policy_is_enough_and_without_one_action_the_plan_says_what_is_missing(
    named: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    (statement,) = _policy(capsys, "--for", "plan", "--with-names")["Statement"]
    assert tuple(statement["Action"]) == NEEDED["plan"].names
    named.emulator.iam_policy = read_iam_policy({"Statement": statement})
    whole = _asked(named, capsys)
    assert remarks(whole) == []
    assert names(whole)[str(ONE.source)][0].startswith("host-")
    for action in statement["Action"]:
        kept = [each for each in statement["Action"] if each != action]
        named.emulator.iam_policy = read_iam_policy({"Statement": {**statement, "Action": kept}})
        part = _asked(named, capsys)
        (remark,) = remarks(part)
        assert remark.startswith(f"addresses lack names: the credentials do not permit {action} on")
        assert part["firewalls"][0]["names"] != whole["firewalls"][0]["names"], action


@pytest.mark.parametrize("command", ["plan --capture", "sweep"])
def test_names_come_on_top_of_what_a_command_needs(capsys: pytest.CaptureFixture[str], command: str) -> None:
    without = _policy(capsys, "--for", command)["Statement"]
    *rest, added = _policy(capsys, "--for", command, "--with-names")["Statement"]
    assert rest == without
    assert (added["Sid"], added["Resource"]) == ("Names", "*")


def test_a_command_that_names_nothing_has_no_such_policy(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["iam-policy", "--for", "apply", "--with-names"]) == 64
    assert "--with-names is for plan, plan --capture, sweep." in capsys.readouterr().err


def test_nobody_who_answers_is_one_warning(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--flows", "flows.csv", "--aws-names", "--endpoint-url", "ec2=http://127.0.0.1:9")
    code, document, _ = planned(capsys, *words)
    assert (code, names(document)) == (0, {})
    (remark,) = remarks(document)
    assert "no usable answer to ec2:DescribeNetworkInterfaces" in remark


def test_a_profile_that_is_none_is_one_warning(capsys: pytest.CaptureFixture[str]) -> None:
    code, document, _ = planned(capsys, "--flows", "flows.csv", "--aws-names", "--profile", "nobody")
    assert code == 0
    (remark,) = remarks(document)
    assert remark.startswith("addresses lack names: AWS cannot be reached as configured")


def test_a_sweep_names_what_it_finds_and_a_verify_has_the_names_of_its_plan(
    named: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--endpoint-url", named.url)
    sweep = ("sweep", "--firewall", FIREWALL, "--aws-names", "--out", "sweep.plan", "--format", "json")
    capsys.readouterr()
    assert run([*sweep, *words]) == 0
    document = json.loads(capsys.readouterr().out)
    rows = document["firewalls"][0]["flows"]["rows"]
    assert {row["flow"]["source"] for row in rows} <= set(names(document))
    assert run(["verify", "sweep.plan", "--settle", "0.1", "--format", "json", *words]) == 6
    verified = json.loads(capsys.readouterr().out)
    assert names(verified).items() <= names(document).items()
    assert names(verified)
