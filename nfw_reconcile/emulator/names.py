"""Names that AWS would give out: ARNs, ids, tokens and zone ids, the same for the same seed."""

from __future__ import annotations

import random
import uuid


class Names:
    """A source of ids and tokens; two of the same seed give the same ones in the same order."""

    def __init__(self, seed: int, account: str, region: str) -> None:
        """Name things of one account in one region."""
        self._random = random.Random(f"names/{seed}")  # noqa: S311 - repeatable on purpose
        self._account = account
        self._service = f"arn:{partition(region)}:network-firewall:{region}"

    def arn(self, kind: str, name: str, account: str | None = None) -> str:
        """Give the ARN of a resource; ``kind`` is AWS's word, such as ``stateful-rulegroup``."""
        return f"{self._service}:{account or self._account}:{kind}/{name}"

    def uuid(self) -> str:
        """Give a new id, update token or flow operation id."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def endpoint(self) -> str:
        """Give a new VPC endpoint id."""
        return f"vpce-0{self._random.getrandbits(64):016x}"

    def subnet(self) -> str:
        """Give a new subnet id."""
        return f"subnet-0{self._random.getrandbits(64):016x}"


def partition(region: str) -> str:
    """Give the partition of a region: ``aws``, ``aws-cn`` or ``aws-us-gov``."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def name_of(arn: str) -> str:
    """Give the resource name at the end of an ARN."""
    return arn.rpartition("/")[2]


def is_managed(arn: str) -> bool:
    """Say whether a rule group is AWS's own: ``aws-managed`` stands for the account."""
    return ":aws-managed:" in arn


def stand_in_token(seed_text: str) -> str:
    """Give a well-formed token that depends on nothing but the text."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, seed_text))


def zone_id(zone: str) -> str:
    """Derive a zone id from a zone name: ``us-east-1a`` gives ``use1-az1``.

    In AWS the mapping differs from account to account; ``EmulatorSettings.zone_ids`` overrides this.
    """
    *words, last = zone.split("-")
    number, letter = last[:-1], last[-1:]
    short = "".join(word if index == 0 else word[:1] for index, word in enumerate(words))
    return f"{short}{number}-az{ord(letter or 'a') - ord('a') + 1}"
