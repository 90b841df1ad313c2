"""Stand-ins for the REST APIs of GitHub and GitLab: real sockets, the documented shapes, and answers that go wrong."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from werkzeug import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_httpserver import HTTPServer
    from werkzeug import Request

US: Final = "nfw-bot"
REPOSITORY: Final = "owner/repository"
NUMBER: Final = 7
HEAD: Final = "a" * 40

Answer = Response | None


@dataclass
class Comment:
    id: int
    author: str
    body: str


@dataclass
class StandIn:
    """One request with its comments. ``faults`` are answers that come instead of the next ones, the first first."""

    server: HTTPServer
    head: str = HEAD
    public: bool = False
    comments: list[Comment] = field(default_factory=list)
    faults: list[Response] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    page: int = 2
    system_notes: int = 0

    def __post_init__(self) -> None:
        self.server.expect_request(re.compile(".*")).respond_with_handler(self._answer)

    @property
    def url(self) -> str:
        return self.server.url_for("").rstrip("/")

    @property
    def bodies(self) -> list[str]:
        return [comment.body for comment in self.comments]

    @property
    def writes(self) -> list[str]:
        return [line for line in self.asked if not line.startswith("GET ")]

    def add(self, body: str, author: str = US) -> Comment:
        found = Comment(1 + max((each.id for each in self.comments), default=0), author, body)
        self.comments.append(found)
        return found

    def _answer(self, request: Request) -> Response:
        self.asked.append(f"{request.method} {request.path}")
        if self.faults:
            return self.faults.pop(0)
        for method, pattern, answer in self._routes():
            match = re.fullmatch(pattern, request.path)
            if match and request.method == method:
                return answer(request, *match.groups())
        return reply({"message": "Not Found"}, 404)

    def _routes(self) -> list[tuple[str, str, Callable[..., Response]]]:
        raise NotImplementedError

    def _page(self, request: Request) -> tuple[list[Comment], int | None]:
        number = int(request.args.get("page", "1"))
        end = number * self.page
        return self.comments[end - self.page : end], number + 1 if end < len(self.comments) else None

    def _numbered(self, number: str) -> Comment | None:
        return next((each for each in self.comments if each.id == int(number)), None)


def reply(data: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(data), status, headers, content_type="application/json; charset=utf-8")


class GitHub(StandIn):
    """REST API, "Issue comments", "Pull requests", "Repositories"."""

    def _routes(self) -> list[tuple[str, str, Callable[..., Response]]]:
        repository = f"/repos/{REPOSITORY}"
        return [
            ("GET", "/user", lambda _: reply({"login": US, "id": 1})),
            ("GET", repository, lambda _: reply({"full_name": REPOSITORY, "private": not self.public})),
            (
                "GET",
                f"{repository}/pulls/{NUMBER}",
                lambda _: reply({"number": NUMBER, "head": {"sha": self.head}}),
            ),
            ("GET", f"{repository}/issues/{NUMBER}", lambda _: reply({"number": NUMBER, "url": self._issue})),
            ("GET", f"{repository}/issues/{NUMBER}/comments", self._listed),
            ("POST", f"{repository}/issues/{NUMBER}/comments", self._created),
            ("GET", rf"{repository}/issues/comments/(\d+)", self._one),
            ("PATCH", rf"{repository}/issues/comments/(\d+)", self._edited),
            ("DELETE", rf"{repository}/issues/comments/(\d+)", self._deleted),
            (
                "GET",
                rf"{repository}/commits/(\w+)",
                lambda _, sha: reply({"sha": sha, "url": self._commit(sha)}),
            ),
            ("GET", rf"{repository}/commits/(\w+)/pulls", self._pulls),
        ]

    @property
    def _issue(self) -> str:
        return f"{self.url}/repos/{REPOSITORY}/issues/{NUMBER}"

    def _commit(self, sha: str) -> str:
        return f"{self.url}/repos/{REPOSITORY}/commits/{sha}"

    def _shape(self, comment: Comment) -> dict[str, Any]:
        url = f"{self.url}/repos/{REPOSITORY}/issues/comments/{comment.id}"
        user = {"login": comment.author} if comment.author else None
        return {"id": comment.id, "url": url, "user": user, "body": comment.body}

    def _listed(self, request: Request) -> Response:
        found, following = self._page(request)
        link = f'<{self._issue}/comments?page={following}>; rel="next"' if following else ""
        return reply([self._shape(each) for each in found], headers={"Link": link} if link else None)

    def _created(self, request: Request) -> Response:
        return reply(self._shape(self.add(request.get_json()["body"])), 201)

    def _one(self, _: Request, number: str) -> Response:
        found = self._numbered(number)
        return reply(self._shape(found)) if found else reply({"message": "Not Found"}, 404)

    def _edited(self, request: Request, number: str) -> Response:
        found = self._numbered(number)
        if found is None:
            return reply({"message": "Not Found"}, 404)
        found.body = request.get_json()["body"]
        return reply(self._shape(found))

    def _deleted(self, _: Request, number: str) -> Response:
        self.comments = [each for each in self.comments if each.id != int(number)]
        return Response(status=204)

    def _pulls(self, _: Request, sha: str) -> Response:
        return reply([{"number": 3}, {"number": NUMBER}] if sha == "c" * 40 else [])


class GitLab(StandIn):
    """REST API, "Notes", "Merge requests", "Projects"; a project in a group is asked for by its encoded path."""

    @property
    def _project(self) -> str:
        return f"/api/v4/projects/{REPOSITORY}"

    def _routes(self) -> list[tuple[str, str, Callable[..., Response]]]:
        request = f"{self._project}/merge_requests/{NUMBER}"
        visibility = "public" if self.public else "internal"
        return [
            ("GET", "/api/v4/user", lambda _: reply({"username": US, "id": 1})),
            (
                "GET",
                self._project,
                lambda _: reply({"path_with_namespace": REPOSITORY, "visibility": visibility}),
            ),
            ("GET", request, lambda _: reply({"iid": NUMBER, "sha": self.head})),
            ("GET", f"{request}/notes", self._listed),
            ("POST", f"{request}/notes", self._created),
            ("PUT", rf"{request}/notes/(\d+)", self._edited),
            ("DELETE", rf"{request}/notes/(\d+)", self._deleted),
            ("GET", rf"{self._project}/repository/commits/(\w+)/merge_requests", self._requests),
        ]

    def _shape(self, comment: Comment) -> dict[str, Any]:
        return {
            "id": comment.id,
            "author": {"username": comment.author},
            "body": comment.body,
            "system": comment.author == "system",
        }

    def _listed(self, request: Request) -> Response:
        found, following = self._page(request)
        url = f"{self.url}{request.path}?page={following}"
        headers = {"Link": f'<{url}>; rel="next"', "X-Next-Page": str(following)} if following else {}
        return reply([self._shape(each) for each in found], headers=headers)

    def _created(self, request: Request) -> Response:
        return reply(self._shape(self.add(request.get_json()["body"])), 201)

    def _edited(self, request: Request, number: str) -> Response:
        found = self._numbered(number)
        if found is None:
            return reply({"message": "404 Not found"}, 404)
        found.body = request.get_json()["body"]
        return reply(self._shape(found))

    def _deleted(self, _: Request, number: str) -> Response:
        found = self._numbered(number)
        if found is None:
            return reply({"message": "404 Not found"}, 404)
        self.comments.remove(found)
        return Response(status=204)

    def _requests(self, _: Request, sha: str) -> Response:
        return reply([{"iid": NUMBER}, {"iid": 3}] if sha == "c" * 40 else [])
