"""Endpoints other than AWS's own: only those that the command line names are ever used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from nfw_reconcile.errors import UsageError, error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PREFIX: Final = "AWS_ENDPOINT_URL"
SERVICES: Final = ("network-firewall", "ec2", "sts", "resource-groups")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where calls go: ``default`` for all services, ``services`` for some; ``None`` is AWS's own."""

    default: str | None = None
    services: Mapping[str, str] = field(default_factory=dict)

    def of(self, service: str) -> str | None:
        """Give the endpoint of a service, by boto3's name of it."""
        return self.services.get(service, self.default)

    def __bool__(self) -> bool:
        return bool(self.default or self.services)


def read_endpoints(texts: Iterable[str]) -> Endpoints:
    """Read ``[SERVICE=]URL`` texts; raises ``UsageError`` with all problems."""
    default: str | None = None
    services: dict[str, str] = {}
    problems = []
    for text in texts:
        service, separator, url = text.partition("=")
        if not separator or "/" in service:
            service, url = "", text
        if service and service not in SERVICES:
            summary = f"--endpoint-url {text}: there is no service {service!r} here."
            problems.append(error(summary, remedy=f"Name one of {', '.join(SERVICES)}, or none for all."))
        elif not _is_url(url):
            summary = f"--endpoint-url {text}: this is not an http or https URL."
            problems.append(error(summary, remedy="Write [SERVICE=]https://HOST[:PORT]."))
        elif service:
            services[service] = url
        else:
            default = url
    if problems:
        raise UsageError(problems)
    return Endpoints(default, services)


def refuse_hidden_endpoints(environ: Mapping[str, str], given: Endpoints) -> None:
    """Refuse to go on where only the environment names an endpoint of a service that is going to be called.

    botocore would send calls, and the credentials that sign them, wherever ``AWS_ENDPOINT_URL`` and its
    like point to (AWS SDKs guide, "Service-specific endpoints"). They are never obeyed; that they are set
    means that the user expects something else than AWS. Raises ``UsageError``.
    """
    names = (PREFIX, *(f"{PREFIX}_{service.upper().replace('-', '_')}" for service in SERVICES))
    hidden = [name for name in names if environ.get(name)]
    if hidden and not given and environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() != "true":
        summary = f"{' and '.join(hidden)} names an endpoint, and the command line does not."
        raise UsageError(error(summary, remedy="Name it with --endpoint-url, or unset the variable."))


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False
