"""Who builds the firewall and tightens its rules: Terraform, or the API where Terraform is not installed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import boto3

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.sources.hcl.configuration import read_configuration
from nfw_reconcile.sources.hcl.trees.folder import folder_tree
from tests.provider.terraform import StandIn

if TYPE_CHECKING:
    from nfw_reconcile.emulator.service import Service
    from nfw_reconcile.model.inventory import Inventory

CONFIGURATION: Final = Path(__file__).parent / "firewall"
RULE_ORDERS: Final = ("DEFAULT_ACTION_ORDER", "STRICT_ORDER")
FIREWALL: Final = "lab"
REGION: Final = "eu-west-1"
VPC: Final = "vpc-0123456789abcdef0"
VPC_CIDR: Final = "10.10.1.0/24"


class Builder(Protocol):
    """Builds the firewall with the old rules, and brings the new ones."""

    def build(self) -> None:
        """Make the firewall, with the old rules."""
        ...  # pragma: no cover - a protocol has no body

    def plan(self) -> tuple[str, ...]:
        """Prepare the change; give the words that name it to ``nfw-reconcile plan``."""
        ...  # pragma: no cover

    def tighten(self) -> None:
        """Carry the change out."""
        ...  # pragma: no cover


def revisions(folder: Path, rule_order: str, stream_exception: str) -> dict[str, Path]:
    """Lay the configuration out as two directories, ``old`` and ``new``, as two commits would hold it."""
    found = {}
    for revision in ("old", "new"):
        found[revision] = folder / revision
        shutil.copytree(CONFIGURATION, found[revision])
        values = {
            "revision": revision,
            "rule_order": rule_order,
            "stream_exception_policy": stream_exception,
        }
        written = json.dumps(values)
        (found[revision] / "terraform.tfvars.json").write_text(written, encoding="utf-8")
    return found


class ByTerraform:
    """The real ``terraform``, with a provider that writes into the service."""

    def __init__(self, folder: Path, service: Service, url: str, directories: dict[str, Path]) -> None:
        """Use ``folder``, which must not be there yet."""
        folder.mkdir()
        self._folder = folder
        self._service = service
        self._directories = directories
        self._terraform = StandIn(folder, url)

    def build(self) -> None:
        """Apply the old revision."""
        self._terraform.apply(self._directories["old"])
        (vpc,) = json.loads(self._terraform.store.read_text(encoding="utf-8"))["aws_vpc"].values()
        self._service.set_vpc(vpc["id"], [vpc["cidr_block"]])

    def plan(self) -> tuple[str, ...]:
        """Plan the new revision."""
        file = self._folder / "tfplan.json"
        file.write_text(json.dumps(self._terraform.plan(self._directories["new"])), encoding="utf-8")
        return ("--tf-plan", str(file), "--config-dir", str(self._directories["new"]))

    def tighten(self) -> None:
        """Apply what was planned."""
        self._terraform.apply_planned()


def api_client(url: str | None = None) -> Any:  # noqa: ANN401 - boto3 makes its classes at run time
    """Give a client of the API, for an endpoint or for one that is attached to it."""
    return boto3.client(
        "network-firewall",
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )


class ByApi:
    """Calls of the API, with the bodies that the configuration asks for as the product reads it."""

    def __init__(self, service: Service, client: Any, directories: dict[str, Path]) -> None:  # noqa: ANN401 - boto3's
        self._service = service
        self._client = client
        self._directories = directories
        self._groups: dict[str, str] = {}
        self._firewall = ""

    def build(self) -> None:
        """Create groups, policy and firewall of the old revision."""
        wanted = self._read("old")
        for group in wanted.groups:
            created = self._client.create_rule_group(
                RuleGroupName=group.name.name, Type="STATEFUL", Capacity=100, RuleGroup=group.body
            )
            self._groups[f"{group.name.address}.arn"] = created["RuleGroupResponse"]["RuleGroupArn"]
        (policy,) = wanted.policies
        created = self._client.create_firewall_policy(
            FirewallPolicyName=policy.name.name, FirewallPolicy=_with_arns(policy.body, self._groups)
        )
        self._service.set_vpc(VPC, [VPC_CIDR])
        created = self._client.create_firewall(
            FirewallName=FIREWALL,
            FirewallPolicyArn=created["FirewallPolicyResponse"]["FirewallPolicyArn"],
            VpcId=VPC,
            SubnetMappings=[{"SubnetId": "subnet-0123456789abcdef0"}],
        )
        self._firewall = created["Firewall"]["FirewallArn"]

    def plan(self) -> tuple[str, ...]:
        """Name the two revisions, and the firewall, whose ARN no configuration knows."""
        old, new = (str(self._directories[revision]) for revision in ("old", "new"))
        return ("--old", old, "--new", new, "--firewall", self._firewall)

    def tighten(self) -> None:
        """Update every group whose rules are others in the new revision."""
        before = {group.name.address: group.body for group in self._read("old").groups}
        for group in self._read("new").groups:
            if group.body != before[group.name.address]:
                arn = self._groups[f"{group.name.address}.arn"]
                token = self._client.describe_rule_group(RuleGroupArn=arn)["UpdateToken"]
                self._client.update_rule_group(RuleGroupArn=arn, UpdateToken=token, RuleGroup=group.body)

    def _read(self, revision: str) -> Inventory:
        return read_configuration(*folder_tree(self._directories[revision])).inventory


def _with_arns(body: Any, arns: dict[str, str]) -> Any:  # noqa: ANN401 - nested JSON
    """Give a body with the ARNs of what exists by now."""
    match body:
        case Unresolved(reference):
            return arns[reference]
        case dict():
            return {name: _with_arns(value, arns) for name, value in body.items()}
        case list() | tuple():
            return [_with_arns(value, arns) for value in body]
        case _:
            return body
