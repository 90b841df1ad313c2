"""What DescribeFirewall says about the zones: the truth, or what the settings make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.emulator.names import name_of, stand_in_token
from nfw_reconcile.emulator.settings import ConfigKey, Summary
from nfw_reconcile.emulator.sync import desired

if TYPE_CHECKING:
    from nfw_reconcile.emulator.replies import JsonObject
    from nfw_reconcile.emulator.resources import Deployment, Firewall, Version, World

IN_SYNC = "IN_SYNC"
PENDING = "PENDING"


def firewall_status(world: World, firewall: Firewall) -> JsonObject:
    """Give the ``FirewallStatus`` of one read; reading makes what flaps flap.

    ``READY`` requires the summary ``IN_SYNC`` (API: FirewallStatus).
    """
    firewall.reads += 1
    wanted = desired(world, firewall)
    states = {
        zone: {
            "Attachment": _attachment(deployment),
            "Config": _config(world, firewall, deployment, wanted),
        }
        for zone, deployment in firewall.deployments.items()
    }
    honest = all(
        status["SyncStatus"] == IN_SYNC for state in states.values() for status in state["Config"].values()
    )
    summary = _summary(world, firewall, honest=honest)
    return {
        "Status": "READY" if summary == IN_SYNC else "PROVISIONING",
        "ConfigurationSyncStateSummary": summary,
        "SyncStates": states,
    }


def _summary(world: World, firewall: Firewall, *, honest: bool) -> str:
    match world.settings.sync.summary:
        case Summary.ALWAYS_IN_SYNC:
            return IN_SYNC
        case Summary.FLAPPING:
            return IN_SYNC if firewall.reads % 2 else PENDING
        case Summary.HONEST:
            return IN_SYNC if honest else PENDING


def _attachment(deployment: Deployment) -> JsonObject:
    endpoint = deployment.endpoint
    return {"SubnetId": endpoint.subnet, "EndpointId": endpoint.id, "Status": "READY"}


def _config(
    world: World, firewall: Firewall, deployment: Deployment, wanted: dict[str, Version]
) -> dict[str, JsonObject]:
    settings = world.settings.sync
    zone = deployment.endpoint.zone
    config = {}
    for arn, version in wanted.items():
        status, token = _object_status(world, deployment, version)
        if zone in settings.flapping_zones and status == IN_SYNC and firewall.reads % 2 == 0:
            status = PENDING
        key = arn if settings.key is ConfigKey.ARN else name_of(arn)
        config[key] = {
            "SyncStatus": settings.forced_status.get(zone, status),
            "UpdateToken": token if settings.tokens_match else stand_in_token(token),
        }
    return config


def _object_status(world: World, deployment: Deployment, wanted: Version) -> tuple[str, str]:
    """Give the status and token that a zone reports for one object."""
    settings = world.settings.sync
    now = world.timeline.now
    running = deployment.in_force.get(wanted.arn)
    pending = deployment.pending.get(wanted.arn)
    if pending is None:
        return IN_SYNC, (running or wanted).token
    if running is not None and now < pending.since + settings.pending_lag:
        return IN_SYNC, running.token
    if now >= pending.due - settings.claims_ahead:
        return IN_SYNC, pending.version.token
    return PENDING, pending.version.token
