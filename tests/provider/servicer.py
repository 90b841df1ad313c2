"""The plugin's answers to Terraform, one method to a remote procedure of protocol version 6."""

# ruff: noqa: N802 - the protocol gives the methods their names.

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tf.gen import tfplugin_pb2 as pb
from tf.gen import tfplugin_pb2_grpc as grpc

from tests.provider import cloud, schemas, values, wire
from tests.provider.cloud import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.provider.api import Kind
    from tests.provider.store import Store
    from tests.provider.values import Object
    from tests.provider.wire import Request


class Servicer(grpc.ProviderServicer):  # type: ignore[misc]  # the generated base class has no types
    """One provider process: its arguments, and the store that all processes share."""

    def __init__(self, store: Store, kinds: Mapping[str, Kind]) -> None:
        """Keep objects in ``store``, but for those of the types in ``kinds``."""
        self._store = store
        self._kinds = kinds
        self._settings = Settings()

    def GetProviderSchema(self, _request: Request, _context: object) -> object:
        """Say what a configuration may contain."""
        return pb.GetProviderSchema.Response(
            provider=wire.schema(schemas.PROVIDER),
            resource_schemas=wire.schemas(schemas.RESOURCES),
            data_source_schemas=wire.schemas(schemas.DATA_SOURCES),
            server_capabilities=pb.ServerCapabilities(plan_destroy=False),
        )

    def ValidateProviderConfig(self, _request: Request, _context: object) -> object:
        """Find no fault: Terraform has checked against the schema."""
        return pb.ValidateProviderConfig.Response()

    def ValidateResourceConfig(self, _request: Request, _context: object) -> object:
        """Find no fault: Terraform has checked against the schema."""
        return pb.ValidateResourceConfig.Response()

    def ValidateDataResourceConfig(self, _request: Request, _context: object) -> object:
        """Find no fault: Terraform has checked against the schema."""
        return pb.ValidateDataResourceConfig.Response()

    def ConfigureProvider(self, request: Request, _context: object) -> object:
        """Take the provider's region and default tags."""
        config = wire.decode(request.config) or {}
        tags = [item.get("tags") for item in values.objects(config.get("default_tags"))]
        self._settings = Settings(
            region=cloud.text(config, "region") or Settings().region,
            default_tags={name: tag for each in tags if isinstance(each, dict) for name, tag in each.items()},
        )
        return pb.ConfigureProvider.Response()

    def UpgradeResourceState(self, request: Request, _context: object) -> object:
        """Take a saved state as it is: there is one version of every schema."""
        state = json.loads(request.raw_state.json)
        return pb.UpgradeResourceState.Response(upgraded_state=wire.encode(state))

    def ReadResource(self, request: Request, _context: object) -> object:
        """Refresh a resource; null where it is gone."""
        known = wire.decode(request.current_state) or {}
        return pb.ReadResource.Response(new_state=wire.encode(self._read(request.type_name, known)))

    def _read(self, kind: str, known: Object) -> Object | None:
        if kind in self._kinds:
            found = self._kinds[kind].read(known)
            return None if found is None else values.settle(schemas.RESOURCES[kind], found, {})
        with self._store.open() as world:
            return cloud.read(kind, known, world)

    def PlanResourceChange(self, request: Request, _context: object) -> object:
        """Plan a creation, an update or a deletion."""
        block = schemas.RESOURCES[request.type_name]
        prior, proposed = wire.decode(request.prior_state), wire.decode(request.proposed_new_state)
        if proposed is None:
            return pb.PlanResourceChange.Response(planned_state=wire.encode(None))
        planned = {**values.plan(block, prior, proposed)}
        planned |= cloud.known_at_plan(self._settings, planned)
        replaced: list[values.Path] = []
        if prior is not None:
            planned |= cloud.changed_with(request.type_name, prior, planned)
            replaced = list(values.replacements(block, prior, planned))
        return pb.PlanResourceChange.Response(
            planned_state=wire.encode(planned),
            requires_replace=wire.paths(replaced),
            # The real provider's SDK asks for these looser rules too: without them Terraform
            # refuses a plan that keeps the prior spelling of an empty value.
            legacy_type_system=True,
        )

    def ApplyResourceChange(self, request: Request, _context: object) -> object:
        """Carry a plan out."""
        kind = request.type_name
        prior, planned = wire.decode(request.prior_state), wire.decode(request.planned_state)
        apply = self._apply_served if kind in self._kinds else self._apply_stored
        state = apply(kind, prior, planned)
        return pb.ApplyResourceChange.Response(new_state=wire.encode(state), legacy_type_system=True)

    def _apply_served(self, kind: str, prior: Object | None, planned: Object | None) -> Object | None:
        served = self._kinds[kind]
        if planned is None:
            served.delete(prior or {})
            return None
        service = served.create(planned) if prior is None else served.update(prior, planned)
        return values.settle(schemas.RESOURCES[kind], planned, service)

    def _apply_stored(self, kind: str, prior: Object | None, planned: Object | None) -> Object | None:
        with self._store.open() as world:
            existing = world.setdefault(kind, {})
            if planned is None:
                existing.pop(cloud.text(prior or {}, "id"), None)
                return None
            service = (
                cloud.create(kind, planned, world)
                if prior is None
                else cloud.update(kind, prior, planned, world)
            )
            state = values.settle(schemas.RESOURCES[kind], planned, service)
            existing[cloud.text(state, "id")] = state
            return state

    def ReadDataSource(self, request: Request, _context: object) -> object:
        """Answer a data source: what its configuration says, and the rest."""
        config = wire.decode(request.config) or {}
        answer = {**config, **cloud.data(request.type_name, config, self._settings)}
        return pb.ReadDataSource.Response(state=wire.encode(answer))

    def StopProvider(self, _request: Request, _context: object) -> object:
        """Agree to stop; the ``tf`` package's runner does it."""
        return pb.StopProvider.Response()
