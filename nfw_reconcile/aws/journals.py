"""Journals in S3: one object for each line of a run, each plan and each lease, under one prefix.

Every line and lease is written on a condition (Amazon S3 user guide, "Conditional requests"): a line only where there
is none of its number, a lease only over the version that was read. So two writers can never both have written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.act.journal.store import checked_name
from nfw_reconcile.aws.client import make_client
from nfw_reconcile.errors import JournalError, UsageError, error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.aws.client import Access, Client

SCHEME: Final = "s3://"
CONFLICTS: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
MISSING: Final = frozenset({"NoSuchKey", "404"})


def s3_store(url: str, access: Access) -> S3Store:
    """Give the store that ``s3://BUCKET/PREFIX`` names; nothing is called yet. Raises ``UsageError``."""
    bucket, _, prefix = url.removeprefix(SCHEME).partition("/")
    if not bucket:
        raise UsageError(error(f"{url} names no bucket.", remedy="It looks like s3://BUCKET/PREFIX."))
    return S3Store(make_client(access, "s3"), bucket, prefix.strip("/"))


class S3Store:
    """A prefix of a bucket (``act.journal.store.JournalStore``)."""

    def __init__(self, client: Client, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""

    @property
    def name(self) -> str:
        """Give the URL."""
        return f"{SCHEME}{self._bucket}/{self._prefix}".rstrip("/")

    def runs(self) -> tuple[str, ...]:
        """Give the names of all runs, in order."""
        start = self._key("runs", "")
        found = {key.removeprefix(start).partition("/")[0] for key in self._keys(start)}
        return tuple(sorted(found))

    def read(self, run: str) -> bytes:
        """Give what was written of a run: an object is there as a whole or not at all, so no line is torn."""
        keys = list(self._keys(self._key("runs", checked_name(run), "")))
        if keys != [self._line_key(run, number) for number in range(1, len(keys) + 1)]:
            summary = f"the journal {self.name} of run {run} has a gap, or holds objects that are no lines."
            remedy = "Look at the flow operations of the firewall before apply is run on it again."
            raise JournalError(error(summary, remedy=remedy))
        return b"".join(self._get(key) or b"" for key in keys)

    def open(self, run: str, written: bytes = b"") -> S3Run:
        """Open a run to go on after ``written``; the first line shows whether somebody else has gone on with it."""
        return S3Run(self, run, written.count(b"\n"))

    def abandoned(self, run: str) -> bool:  # noqa: ARG002 - the port's
        """Say no: S3 does not know who is still there, so that a lease has to expire."""
        return False

    def plan(self, sha256: str) -> bytes | None:
        """Give the plan file with that digest, if it is kept here."""
        return self._get(self._key("plans", f"{checked_name(sha256)}.plan"))

    def keep_plan(self, sha256: str, content: bytes) -> None:
        """Keep a plan file."""
        self._put(self._key("plans", f"{checked_name(sha256)}.plan"), content)

    def lease(self, name: str) -> bytes | None:
        """Give a lease as it was last written."""
        return self._get(self._lease_key(name))

    def swap_lease(self, name: str, before: bytes | None, after: bytes) -> bool:
        """Write a lease if it still is as ``before``."""
        key = self._lease_key(name)
        if before is None:
            return self._put(key, after, IfNoneMatch="*") or self._get(key) == after
        found = self._object(key)
        if found is None or found[0] != before:
            return False
        return self._put(key, after, IfMatch=found[1]) or self._get(key) == after

    def append(self, run: str, number: int, line: bytes) -> None:
        """Write line ``number`` (from 1) of a run; raises ``JournalError`` where another one is there."""
        key = self._line_key(run, number)
        # A reply that was lost is asked for again by botocore, and finds its own object in the way then.
        if not self._put(key, line, IfNoneMatch="*") and self._get(key) != line:
            summary = f"another process has gone on with run {run} of {self.name}."
            raise JournalError(error(summary, remedy="Nothing more is sent. Look at nfw-reconcile status."))

    def _key(self, *parts: str) -> str:
        return self._prefix + "/".join(parts)

    def _line_key(self, run: str, number: int) -> str:
        return self._key("runs", checked_name(run), f"{number:08}.json")

    def _lease_key(self, name: str) -> str:
        return self._key("leases", f"{checked_name(name)}.json")

    def _put(self, key: str, content: bytes, **condition: str) -> bool:
        """Write an object; say whether the condition held."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - imported late on purpose

        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content, **condition)
        except ClientError as problem:
            if _code(problem) in CONFLICTS:
                return False
            raise self._failed("written", key, problem) from problem
        except BotoCoreError as problem:
            raise self._failed("written", key, problem) from problem
        return True

    def _get(self, key: str) -> bytes | None:
        found = self._object(key)
        return None if found is None else found[0]

    def _object(self, key: str) -> tuple[bytes, str] | None:
        """Read an object and its entity tag; ``None`` where there is none."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - imported late on purpose

        try:
            reply = self._client.get_object(Bucket=self._bucket, Key=key)
            return reply["Body"].read(), str(reply["ETag"])
        except ClientError as problem:
            if _code(problem) in MISSING:
                return None
            raise self._failed("read", key, problem) from problem
        except BotoCoreError as problem:
            raise self._failed("read", key, problem) from problem

    def _keys(self, start: str) -> Iterator[str]:
        """Give the keys of all objects under a prefix, in order."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - imported late on purpose

        try:
            for page in self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=start
            ):
                yield from (str(each["Key"]) for each in page.get("Contents", ()))
        except (BotoCoreError, ClientError) as problem:
            raise self._failed("listed", start, problem) from problem

    def _failed(self, what: str, key: str, problem: Exception) -> JournalError:
        summary = f"the journal {SCHEME}{self._bucket}/{key} cannot be {what}: {problem}"
        return JournalError(error(summary, remedy="Look at the bucket, its policy and the credentials."))


class S3Run:
    """The lines of one run."""

    def __init__(self, store: S3Store, run: str, lines: int) -> None:
        self._store = store
        self._run = run
        self._lines = lines

    def append(self, line: bytes) -> None:
        """Write a line; S3 keeps it before it answers (strong consistency, durable storage)."""
        self._store.append(self._run, self._lines + 1, line)
        self._lines += 1

    def close(self) -> None:
        """Nothing is held."""


def _code(problem: Any) -> str:  # noqa: ANN401 - botocore has no types
    return str(problem.response.get("Error", {}).get("Code", ""))
