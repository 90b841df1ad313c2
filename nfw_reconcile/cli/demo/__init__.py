"""The whole story in seconds: a policy is tightened, and exactly the connections that it denies are cut."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.act.journal.directory import DirectoryStore
from nfw_reconcile.act.journal.journal import RunJournal
from nfw_reconcile.act.journal.leases import Holder, Leases
from nfw_reconcile.act.options import ActOptions
from nfw_reconcile.aws.local import local_clients
from nfw_reconcile.aws.service import AwsFlowService
from nfw_reconcile.cli.demo.cast import KINDS
from nfw_reconcile.cli.demo.stage import START, Stage, update_groups
from nfw_reconcile.cli.output import rendered, write_private
from nfw_reconcile.emulator.transport import attach
from nfw_reconcile.pipeline import About, plan_of
from nfw_reconcile.pipeline.acting import Process, apply
from nfw_reconcile.pipeline.inputs import Request, read_sides
from nfw_reconcile.pipeline.planning import SeenFlows
from nfw_reconcile.pipeline.saved import document_bytes
from nfw_reconcile.report.text import render_text
from nfw_reconcile.report.view import plan_view, result_view

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from nfw_reconcile.cli.demo.cast import Kind
    from nfw_reconcile.model.inventory import FirewallRecord, PolicyBundle, PolicyChange
    from nfw_reconcile.model.plan_document import PlanDocument
    from nfw_reconcile.model.result_document import ResultDocument
    from nfw_reconcile.report.blocks import View

REGION: Final = "eu-west-1"
_ON_STAGE: Final = ("Who is cut", "Rule changes", "Setting changes", "Zones")
_TEN_MINUTES: Final = 600.0
_A_MINUTE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Opening:
    """What the packaged Terraform plan says: the firewall, and its policy before and after."""

    firewall: FirewallRecord
    old: PolicyBundle
    new: PolicyBundle
    change: PolicyChange


def play(folder: Path, say: Callable[[str], None], *, color: bool, width: int) -> int:
    """Play the demo; the files that a real run would leave behind are written to ``folder``. Gives the exit code."""
    return _Play(folder, say, color=color, width=width).run()


class _Play:
    def __init__(self, folder: Path, say: Callable[[str], None], *, color: bool, width: int) -> None:
        self._folder = folder
        self._say = say
        self._color = color
        self._width = width

    def run(self) -> int:
        with as_file(files("nfw_reconcile.cli.demo") / "story" / "plan.json") as path:
            sides = read_sides(Request(tf_plan=path))
            opening = _opening(sides.changes[0])
            stage = Stage.set_up(opening.firewall, opening.old)
            self._before(stage)
            plan = plan_of(sides, _seen(stage), About("Terraform plan plan.json", _moment(stage)))
        self._planned(plan)
        service, reads = _service(stage)
        after_apply = self._terraform_apply(stage, opening, reads)
        result = self._reconcile(stage, plan, service)
        self._proof(stage, after_apply)
        self._files(plan, result)
        return result.exit_code

    def _show(self, view: View) -> None:
        """Print what a reader needs first; the files hold the whole report."""
        firewalls = tuple(
            replace(each, sections=tuple(s for s in each.sections if s.title.startswith(_ON_STAGE)))
            for each in view.firewalls
        )
        brief = replace(view, firewalls=firewalls, facts=())
        self._say(render_text(brief, color=self._color, width=self._width).rstrip())

    def _title(self, number: int, text: str) -> None:
        self._say("")
        self._say(f"== {number}. {text}")

    def _before(self, stage: Stage) -> None:
        stage.clock.sleep(_TEN_MINUTES)
        total = stage.connected().total()
        self._say(
            "A small company's egress firewall, on the built-in emulator: no AWS account, nothing leaves"
        )
        self._say("this machine. Three zones; clients behind it keep talking all the time.")
        self._title(1, f"Under the old policy {total} connections are alive")
        for kind in KINDS:
            self._say(f"   {stage.connected()[kind]:4}  {kind.name}")

    def _planned(self, plan: PlanDocument) -> None:
        self._title(2, "nfw-reconcile plan --tf-plan plan.json --flows flows.jsonl --out nfw.plan")
        self._say("   (before terraform apply: nothing is changed)")
        self._say("")
        self._show(plan_view(plan))

    def _terraform_apply(self, stage: Stage, opening: Opening, reads: Any) -> Counter[Kind]:  # noqa: ANN401
        self._title(3, "terraform apply")
        for name in update_groups(reads, opening.old, opening.new):
            self._say(f"   {name}: modified")
        stage.clock.sleep(_A_MINUTE)
        alive = stage.connected()
        self._say(
            f"   A minute later every zone runs the new rules, and {alive.total()} connections are still alive:"
        )
        self._say("   AWS Network Firewall judges new flows only.")
        return alive

    def _reconcile(self, stage: Stage, plan: PlanDocument, service: AwsFlowService) -> ResultDocument:
        self._title(4, "nfw-reconcile apply nfw.plan")
        store = DirectoryStore(self._folder / "journal")
        leases = Leases(store, stage.clock, "demo", Holder("this machine", "demo"))
        journal = RunJournal(store, "demo", stage.clock, leases)
        process = Process("demo", stage.clock, journal)
        options = ActOptions(parallel=False)
        result = apply(plan, service_for=lambda _: service, process=process, options=options)
        journal.close()
        self._say("")
        self._show(result_view(result))
        return result

    def _proof(self, stage: Stage, before: Counter[Kind]) -> None:
        self._title(5, "What the clients saw")
        stage.clock.sleep(_A_MINUTE)
        connected, interrupted = stage.connected(), stage.interrupted()
        self._say(f"   {'':36}{'alive before':>14}{'alive now':>12}{'interrupted':>14}")
        for kind in KINDS:
            row = f"{before[kind]:14}{connected[kind]:12}{interrupted[kind]:14}"
            self._say(f"   {kind.name:36}{row}")

    def _files(self, plan: PlanDocument, result: ResultDocument) -> None:
        self._title(6, f"What a run leaves behind, in {self._folder}")
        contents = {
            "nfw.plan": document_bytes(plan),
            "nfw.result": document_bytes(result),
            "plan.md": rendered(plan, "markdown", color=False, width=self._width).encode(),
            "result.md": rendered(result, "markdown", color=False, width=self._width).encode(),
        }
        about = {
            "nfw.plan": "the plan, sealed with its digest",
            "nfw.result": "what was captured, flushed and verified, zone by zone",
            "plan.md": "the plan as a pull request comment shows it",
            "result.md": "the result as the same comment shows it",
        }
        for name, content in contents.items():
            write_private(self._folder / name, content)
            self._say(f"   {name:12}{about[name]}")
        self._say(f"   {'journal/':12}every flush, written down before it was sent")
        self._say("")
        self._say(f"Next: nfw-reconcile show {self._folder / 'nfw.plan'}")


def _opening(change: PolicyChange) -> Opening:
    if change.firewall is None or change.old is None or change.new is None:
        raise ValueError("the packaged plan holds a firewall with a policy before and after")
    return Opening(change.firewall, change.old, change.new, change)


def _seen(stage: Stage) -> SeenFlows:
    return SeenFlows("the emulator's flow tables", tuple(_captured(stage)))


def _captured(stage: Stage) -> Iterator[Any]:
    from nfw_reconcile.model.flow import CapturedFlow  # noqa: PLC0415

    for talk in stage.talks:
        yield CapturedFlow(talk.client.flow, int(stage.clock.now() - START), zone=talk.zone)


def _moment(stage: Stage) -> str:
    from datetime import UTC, datetime  # noqa: PLC0415

    return datetime.fromtimestamp(stage.clock.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _service(stage: Stage) -> tuple[AwsFlowService, Any]:
    """Give the service over real boto3 clients that the emulator answers."""
    clients = local_clients(REGION)
    for client in clients.every:
        attach(client, stage.emulator, sleep=stage.clock.sleep)
    return AwsFlowService(clients), clients.reads
