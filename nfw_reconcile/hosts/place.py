"""Where a comment belongs."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field


class HostKind(enum.StrEnum):
    """A kind of code host."""

    GITHUB = "github"
    GITLAB = "gitlab"


@dataclass(frozen=True, slots=True)
class Place:
    """A request, by its number or else by a commit of it, and who writes there.

    ``head`` is the commit that the job was started for, and ``link`` the address of the job, where they are known.
    """

    host: HostKind
    api_url: str
    repository: str
    number: int | None
    commit: str | None
    token: str = field(repr=False)
    head: str | None
    link: str | None
