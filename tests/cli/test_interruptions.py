"""Real processes on real sockets that are killed, stopped, begun without waiting, and gone on with."""

from __future__ import annotations

import json
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import boto3
import pytest
from moto import mock_aws

from nfw_reconcile.act.journal.directory import DirectoryStore
from nfw_reconcile.act.journal.events import FORMAT, RunFinished, RunStarted
from nfw_reconcile.act.journal.lines import FIRST, write_line
from nfw_reconcile.act.options import ActOptions
from nfw_reconcile.cli import run
from nfw_reconcile.cli.stopping import StopRequest
from nfw_reconcile.cli.watching import looking
from nfw_reconcile.errors import JournalError
from nfw_reconcile.pipeline.acting import NoJournal
from tests.checker import flushes
from tests.cli.site import KEYS, site
from tests.tiers import Tier

KILLS: Final = {Tier.QUICK: 4, Tier.FULL: 60, Tier.SOAK: 600}
AT_ONCE: Final = 6
LOOK_EVERY: Final = 0.002
"""Seconds between two looks into the journal."""
LATEST: Final = 0.1
"""Seconds from a line of the journal to the kill."""


def test_killed_at_any_moment_resume_finishes_what_apply_began(tmp_path: Path, tier: Tier) -> None:
    with site(tmp_path / "clean") as clean:
        process = clean.apply()
        process.communicate()
        assert process.returncode == 0
        assert clean.problems() == []
        lines = clean.journal_lines()

    def killed(number: int) -> str:
        with site(tmp_path / str(number)) as made:
            process = made.apply()
            written = number * lines // KILLS[tier]
            while made.journal_lines() < written and process.poll() is None:
                time.sleep(LOOK_EVERY)
            time.sleep(random.random() * LATEST)  # noqa: S311
            process.kill()
            process.communicate()
            if not made.journal_lines():
                process = made.apply()
                process.communicate()
                code, said = process.returncode, ""
            else:
                code, said = made.resume()
            problems = made.problems()
            return "" if code == 0 and not problems else f"at line {written}: {code} {problems} {said}"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert [told for told in pool.map(killed, range(KILLS[tier])) if told] == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_asked_to_stop_it_sends_nothing_more_and_tells_how_to_go_on(
    tmp_path: Path, number: signal.Signals
) -> None:
    with site(tmp_path / "site") as made:
        process = made.apply()
        out, err = made.stopped_amid_flush(process, number)
        sent = len(flushes(made.emulator))
        assert process.returncode == 5, out + err
        assert "nfw-reconcile resume" in out
        assert made.run("status")[1].count("unknown") + made.run("status")[1].count("unfinished") >= 1
        again = made.apply()
        refused = again.communicate(timeout=120)[1]
        (name,) = made.run_names()
        assert f"run {name} was interrupted" in refused
        assert f"nfw-reconcile resume --run {name} --endpoint-url {made.url}\n" in refused
        assert again.returncode == 5
        assert len(flushes(made.emulator)) == sent
        code, said = made.resume()
        assert code == 0, said
        assert made.problems() == []


def test_begun_without_waiting_it_is_finished_by_resume(tmp_path: Path) -> None:
    with site(tmp_path / "site") as made:
        words = ("apply", "nfw.plan", "--yes", "--no-wait", "--endpoint-url", made.url)
        code, said = made.run(*words)
        assert code == 0
        assert f"nfw-reconcile resume --run {made.run_names()[0]} --endpoint-url {made.url}\n" in said
        assert made.emulator.flow_operations == ()
        code, said = made.run("status", "--format", "json")
        status = json.loads(said)
        assert code == 0
        assert [(each["state"], each["flushes"]) for each in status["runs"]] == [("unfinished", [])]
        (made.folder / "nfw.plan").unlink()
        code, said = made.resume()
        assert code == 0, said
        assert made.problems() == []
        code, said = made.run("status")
        assert "finished, exit code 0" in said
        assert made.resume() == (0, "There is nothing to resume in .nfw-reconcile.\n")
        assert json.loads((made.folder / "nfw.result").read_text())["command"] == "resume"


@pytest.mark.usefixtures("hasty")
def test_with_the_journal_in_s3_another_machine_finishes_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {**KEYS, "AWS_DEFAULT_REGION": "eu-west-1"}.items():
        monkeypatch.setenv(name, value)
    with mock_aws(), site(tmp_path / "site") as made:
        where = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
        boto3.client("s3").create_bucket(Bucket="audit", **where)
        journal = ("--journal", "s3://audit/nfw")
        urls = [f"--endpoint-url={service}={made.url}" for service in ("network-firewall", "sts", "ec2")]
        plan = str(made.folder / "nfw.plan")
        assert run(["apply", plan, "--yes", "--no-wait", *journal, *urls]) == 0
        assert run(["apply", plan, "--yes", "--no-wait", *journal, *urls]) == 5
        monkeypatch.setattr("socket.gethostname", lambda: "elsewhere")
        capsys.readouterr()
        assert run(["status", *journal]) == 0
        assert "next     nfw-reconcile resume" in capsys.readouterr().out
        assert run(["resume", *journal, *urls]) == 0
        assert made.problems() == []
        assert run(["verify", plan, *journal, *urls]) == 0


def test_several_interrupted_runs_are_named_each_with_its_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = str(tmp_path / "a journal")
    store = DirectoryStore(Path(journal))
    for number in (1, 2):
        started = RunStarted(FORMAT, f"run-{number}", "0" * 64, (f"arn:{number}",), ActOptions().recorded)
        line, _ = write_line(started, 1_700_000_000.0, FIRST)
        run_file = store.open(f"run-{number}")
        run_file.append(line)
        run_file.close()
    assert run(["resume", "--journal", journal, "--region", "eu-west-1"]) == 64
    told = capsys.readouterr().err
    for number in (1, 2):
        command = f"nfw-reconcile resume --run run-{number} --journal '{journal}' --region eu-west-1"
        assert f"run run-{number} was interrupted. Settle and finish it with: {command}\n" in told


def test_a_dry_run_has_no_journal_to_write_to() -> None:
    with looking(StopRequest()) as process:
        assert isinstance(process.journal, NoJournal)
        with pytest.raises(JournalError, match="only looks"):
            process.journal.write(RunFinished(0))


def test_a_journal_that_was_named_must_be_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["resume", "--journal", str(tmp_path / "none")]) == 1
    assert run(["status", "--journal", str(tmp_path / "none")]) == 1
    assert capsys.readouterr().err.count("there is no journal") == 2


def test_without_a_journal_there_is_nothing_to_resume(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["resume"]) == 0
    assert run(["status"]) == 0
    told = capsys.readouterr()
    assert "nothing to resume" in told.err
    assert "There is no run" in told.out
