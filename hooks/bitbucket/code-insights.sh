#!/bin/sh
# code-insights.sh DOCUMENT: the findings of a saved plan or result as a Code Insights report on the commit, with an
# annotation for each: Bitbucket Cloud shows both in the pull request. A report of the same id is replaced. One that
# cannot be written is told, and fails nothing.
#
#   NFW_INSIGHTS  nfw-reconcile           the id of the report: one for each stack
#   NFW_PROXY     http://localhost:29418  Pipelines' own proxy, which signs the calls: no token is needed
#   NFW_CONFIG    (none)                  the settings, as for pre-apply.sh: what reports leave out is among them
set -eu

document=$1
if [ ! -f "$document" ]; then
  exit 0
fi
proxy=${NFW_PROXY:-http://localhost:29418}
url=http://api.bitbucket.org/2.0/repositories/$BITBUCKET_REPO_FULL_NAME/commit/$BITBUCKET_COMMIT/reports
url=$url/${NFW_INSIGHTS:-nfw-reconcile}

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
set -- show "$document" --format sarif
[ -z "${NFW_CONFIG:-}" ] || set -- "$@" --config "$NFW_CONFIG"
nfw-reconcile "$@" >"$work/findings.sarif"

# Bitbucket takes 450 characters of a summary, 2,000 of details, and 100 annotations a call, 1,000 a report.
python3 - "$work" <<'PYTHON'
import collections, json, pathlib, sys, urllib.parse

work = pathlib.Path(sys.argv[1])
(run,) = json.loads((work / "findings.sarif").read_text())["runs"]
severities = {"error": "HIGH", "warning": "MEDIUM", "note": "LOW"}


def cut(text, most):
    return text if len(text) <= most else text[: most - 1] + "\u2026"


def annotation(result):
    text = result["message"]["text"].replace("{{", "{").replace("}}", "}")
    place = result["locations"][0].get("physicalLocation")
    where = {} if place is None else {
        "path": urllib.parse.unquote(place["artifactLocation"]["uri"]),
        "line": place["region"]["startLine"],
    }
    return {
        "external_id": result["partialFingerprints"]["primaryLocationLineHash"],
        "annotation_type": "VULNERABILITY",
        "severity": severities[result["level"]],
        "result": "IGNORED" if result.get("suppressions") else "FAILED",
        "summary": cut(text, 450),
        "details": cut(text, 2000),
        **where,
    }


annotations = [annotation(result) for result in run["results"]]
kinds = collections.Counter(result["ruleId"] for result in run["results"])
bad = any(each["severity"] == "HIGH" and each["result"] == "FAILED" for each in annotations)
report = {
    "title": "nfw-reconcile",
    "reporter": "nfw-reconcile",
    "report_type": "SECURITY",
    "details": cut(run["properties"]["headline"], 2000),
    "result": "FAILED" if bad else "PASSED",
    "data": [{"title": name, "type": "NUMBER", "value": kinds[name]} for name in sorted(kinds)[:10]],
}
(work / "report.json").write_text(json.dumps(report))
for start in range(0, min(len(annotations), 1000), 100):
    (work / f"part-{start:04}.json").write_text(json.dumps(annotations[start : start + 100]))
PYTHON

call() { # METHOD URL FILE
  curl --fail --silent --show-error --max-time 30 --output /dev/null --proxy "$proxy" \
    --header 'Content-Type: application/json' --request "$1" --data-binary "@$3" "$2"
}

# Annotations of an earlier run would stay beside those of this one.
curl --silent --max-time 30 --output /dev/null --proxy "$proxy" --request DELETE "$url" || :
written=yes
call PUT "$url" "$work/report.json" || written=no
for part in "$work"/part-*.json; do
  [ ! -f "$part" ] || call POST "$url/annotations" "$part" || written=no
done
[ "$written" = yes ] || echo "nfw-reconcile: the Code Insights report could not be written." >&2
