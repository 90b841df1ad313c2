"""What decides in a zone at a moment, and who is asked about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.model.flow import FiveTuple


@dataclass(frozen=True, slots=True, eq=False)
class PolicyBodies:
    """The policy that a zone runs, with all that decides its verdicts, in the shapes of the API.

    ``policy`` is a ``FirewallPolicy``, ``rule_groups`` maps ARNs to ``RuleGroup`` bodies (``{}`` for
    a managed group whose rules are not known), ``prefix_lists`` maps ARNs to CIDRs, and
    ``vpc_cidrs`` are those of the firewall's VPC. ``versions`` maps the ARN of the policy and of
    each group to its update token. While nothing changes, a zone gives the same object, so a judge
    may keep what it built from one.
    """

    policy: Mapping[str, Any]
    rule_groups: Mapping[str, Mapping[str, Any]]
    prefix_lists: Mapping[str, tuple[str, ...]]
    vpc_cidrs: tuple[str, ...]
    versions: Mapping[str, str]

    @property
    def engine_options(self) -> Mapping[str, Any]:
        """Give ``StatefulEngineOptions``, empty where the policy has none."""
        options: Mapping[str, Any] = self.policy.get("StatefulEngineOptions") or {}
        return options

    @property
    def stream_exception_policy(self) -> str:
        """Give what midstream packets get; unset is ``DROP`` (API: StatefulEngineOptions)."""
        return str(self.engine_options.get("StreamExceptionPolicy") or "DROP")

    @property
    def tcp_idle_timeout(self) -> float:
        """Give the idle timeout of TCP flows in seconds; unset is 350 (API: FlowTimeouts)."""
        timeouts: Mapping[str, Any] = self.engine_options.get("FlowTimeouts") or {}
        return float(timeouts.get("TcpIdleTimeoutSeconds") or 350)


class Judge(Protocol):
    """Decides about connections. The emulator keeps to the answers and knows nothing of rules itself.

    A class that derives from it need say no more than what becomes of new connections.
    """

    def judge(self, bodies: PolicyBodies, flow: FiveTuple) -> bool:
        """Say whether the rules let the flow through; its source is the initiator."""
        ...  # pragma: no cover - a protocol has no body

    def goes_on(self, bodies: PolicyBodies, flow: FiveTuple) -> bool:
        """Say whether rules that did not see its beginning let a TCP connection go on, as under ``CONTINUE``.

        ``flow`` is as its next packet travels. By default rules take it for new.
        """
        return self.judge(bodies, flow)

    def outlives(self, before: PolicyBodies, after: PolicyBodies, flow: FiveTuple) -> bool:  # noqa: ARG002
        """Say whether a connection that one policy let through goes on when another takes its place.

        So AWS documents it, and so it is by default.
        """
        return True
