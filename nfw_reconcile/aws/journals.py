"""Journals in S3: one object for each line of a run, each plan, each lease and each settled run, under one prefix.

Every line and lease is written on a condition (Amazon S3 user guide, "Conditional requests"): a line only where there
is none of its number, a lease only over the version that was read. So two writers can never both have written.

Whoever begins a run looks at all that may be unsettled: two listings, and the lines of those runs alone. That a run is
settled is an object of its own, because a listing costs the same however many lines the runs have.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.act.journal.store import checked_name
from nfw_reconcile.aws.client import make_client
from nfw_reconcile.errors import JournalError, UsageError, error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.aws.client import Access, Client

SCHEME: Final = "s3://"
MISSING: Final = frozenset({"NoSuchKey", "404"})
CONDITION_FAILED: Final = "PreconditionFailed"
CONFLICT: Final = "ConditionalRequestConflict"
CONFLICT_TRIES: Final = 3
"""How often a conditional write is sent while another request for the same object is under way (status 409)."""

READERS: Final = 8
"""Lines of a run that are read at the same time: fewer than the connections that a client keeps (10)."""


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

    def run_place(self, run: str) -> str:
        """Give what the URLs of the lines of a run begin with."""
        return f"{SCHEME}{self._bucket}/{self._key('runs', run, '')}"

    def lease_place(self, name: str) -> str:
        """Give the URL of a lease."""
        return f"{SCHEME}{self._bucket}/{self._lease_key(name)}"

    def runs(self) -> tuple[str, ...]:
        """Give the names of all runs, in order: one request for each thousand."""
        start = self._key("runs", "")
        return tuple(sorted(each.removeprefix(start).rstrip("/") for each in self._folders(start)))

    def unsettled_runs(self) -> tuple[str, ...]:
        """Give the names of those that were not marked as settled, in order: two requests for each thousand runs."""
        start = self._key("settled", "")
        settled = {key.removeprefix(start) for key in self._keys(start)}
        return tuple(run for run in self.runs() if run not in settled)

    def mark_settled(self, run: str) -> None:
        """Write the object that says so."""
        self._put(self._key("settled", checked_name(run)), b"")

    def read(self, run: str) -> bytes:
        """Give what was written of a run: an object is there as a whole or not at all, so no line is torn."""
        keys = list(self._keys(self._key("runs", checked_name(run), "")))
        if keys != [self._line_key(run, number) for number in range(1, len(keys) + 1)]:
            raise self._gap(run)
        with ThreadPoolExecutor(READERS) as readers:
            lines = [line for line in readers.map(self._get, keys) if line is not None]
        if len(lines) != len(keys):
            raise self._gap(run)
        return b"".join(lines)

    def first_line(self, run: str) -> bytes:
        """Give the first line of a run, also where others are missing."""
        return self.line(run, 1) or b""

    def line(self, run: str, number: int) -> bytes | None:
        """Give line ``number`` (from 1) of a run, if it is there."""
        return self._get(self._line_key(run, number))

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

    def put_line(self, run: str, number: int, line: bytes) -> bool:
        """Write line ``number`` (from 1) of a run where there is none; say whether it is that line by now.

        A reply that was lost is asked for again by botocore, and finds its own object in the way then.
        """
        return self._put(self._line_key(run, number), line, IfNoneMatch="*") or self.line(run, number) == line

    def _key(self, *parts: str) -> str:
        return self._prefix + "/".join(parts)

    def _line_key(self, run: str, number: int) -> str:
        return self._key("runs", checked_name(run), f"{number:08}.json")

    def _lease_key(self, name: str) -> str:
        return self._key("leases", f"{checked_name(name)}.json")

    def _gap(self, run: str) -> JournalError:
        summary = f"the journal {self.run_place(run)} has a gap, or holds objects that are no lines."
        remedy = "Look at the flow operations of the firewall before apply is run on it again."
        return JournalError(error(summary, remedy=remedy))

    def _put(self, key: str, content: bytes, **condition: str) -> bool:
        """Write an object; say whether the condition held.

        That other requests for it were under way (409) says nothing about the condition: it is sent again.
        """
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - imported late on purpose

        tries = CONFLICT_TRIES
        while True:
            tries -= 1
            try:
                self._client.put_object(Bucket=self._bucket, Key=key, Body=content, **condition)
            except ClientError as problem:
                code = _code(problem)
                if code == CONDITION_FAILED or (code in MISSING and "IfMatch" in condition):
                    return False
                if code != CONFLICT or not tries:
                    raise self._failed("written", key, problem) from problem
            except BotoCoreError as problem:
                raise self._failed("written", key, problem) from problem
            else:
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
        for page in self._pages(start):
            yield from (str(each["Key"]) for each in page.get("Contents", ()))

    def _folders(self, start: str) -> Iterator[str]:
        """Give what the keys under a prefix have in common up to the next slash, each once."""
        for page in self._pages(start, Delimiter="/"):
            yield from (str(each["Prefix"]) for each in page.get("CommonPrefixes", ()))

    def _pages(self, start: str, **options: str) -> Iterator[Any]:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - imported late on purpose

        paginator = self._client.get_paginator("list_objects_v2")
        try:
            yield from paginator.paginate(Bucket=self._bucket, Prefix=start, **options)
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
        self._tried: set[bytes] = set()

    def append(self, line: bytes) -> None:
        """Write a line; S3 keeps it before it answers (strong consistency, durable storage).

        One that a request has left there whose reply never came is not written over: see :meth:`landed`.
        """
        self._tried.add(line)
        if not self._store.put_line(self._run, self._lines + 1, line):
            if self._there() is None:
                summary = f"a line of {self._place} was there and is no more."
                raise JournalError(error(summary, remedy="Nothing may remove objects of a journal."))
            summary = f"an earlier line of {self._place} was kept only now."
            raise JournalError(error(summary, remedy="The next one follows it."))
        self._lines += 1
        self._tried.clear()

    def landed(self) -> bytes | None:
        """Give the line of an append that raised, if S3 has it by now."""
        found = self._there()
        if found is not None:
            self._lines += 1
            self._tried.clear()
        return found

    def _there(self) -> bytes | None:
        """Give what is there instead of the line to write, an earlier try of this writer."""
        found = self._store.line(self._run, self._lines + 1)
        if found is None or found in self._tried:
            return found
        summary = f"another process has gone on with run {self._run} of {self._store.name}."
        raise JournalError(error(summary, remedy="Nothing more is sent. Look at nfw-reconcile status."))

    @property
    def _place(self) -> str:
        return self._store.run_place(self._run)

    def close(self) -> None:
        """Nothing is held."""


def _code(problem: Any) -> str:  # noqa: ANN401 - botocore has no types
    return str(problem.response.get("Error", {}).get("Code", ""))
