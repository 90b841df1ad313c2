"""Commands that only look: what each of them sends, by the service's own log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.cli import run
from nfw_reconcile.model.flow import CapturedFlow
from nfw_reconcile.sources.flowfile import format_flow
from tests.cli.site import ALL, DENIED, KEYS, Site, site
from tests.places import DEMO

if TYPE_CHECKING:
    from collections.abc import Iterator

TF_PLAN: Final = ("--tf-plan", str(DEMO / "plan.json"))


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patch, site(tmp_path_factory.mktemp("site") / "it") as made:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        rows = [format_flow(CapturedFlow(flow, 60, 1, 1, None)) for flow in sorted(ALL)]
        (made.folder / "flows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        yield made


def sent(quiet: Site, *words: str) -> list[str]:
    """Give the API calls that a command makes; the folder and the address of the site stand in for their names."""
    before = quiet.emulator.call_count
    names = {"FOLDER": str(quiet.folder), "URL": quiet.url}
    line = [word.format(**names) for word in words]
    assert run(line) in {0, 2, 6}
    return [call.operation for call in quiet.emulator.requests[before:]]


@pytest.mark.parametrize(
    "words",
    [
        ("plan", *TF_PLAN),
        ("plan", *TF_PLAN, "--flows", "{FOLDER}/flows.jsonl", "--out", "{FOLDER}/again.plan"),
        ("classify", *TF_PLAN, "--flows", "{FOLDER}/flows.jsonl"),
        ("explain", *TF_PLAN, "tcp", "10.20.8.200:49200", "198.51.100.20:22"),
        ("show", "{FOLDER}/nfw.plan"),
    ],
    ids=lambda words: words[0] if "--flows" not in words else f"{words[0]} --flows",
)
def test_commands_without_aws_options_send_nothing(quiet: Site, words: tuple[str, ...]) -> None:
    assert sent(quiet, *words) == []


@pytest.mark.parametrize(
    "words",
    [
        ("plan", *TF_PLAN, "--capture"),
        ("apply", "{FOLDER}/nfw.plan", "--dry-run", "--settle", "0.1", "--journal", "{FOLDER}/dry"),
        ("verify", "{FOLDER}/nfw.plan", "--journal", "{FOLDER}/dry"),
    ],
    ids=lambda words: words[0],
)
def test_commands_that_look_at_live_flows_capture_and_never_flush(
    quiet: Site, words: tuple[str, ...]
) -> None:
    calls = sent(quiet, *words, "--endpoint-url", "{URL}")
    assert "StartFlowCapture" in calls
    assert "StartFlowFlush" not in calls
    assert quiet.alive() >= DENIED
    assert not (quiet.folder / "dry").exists()
