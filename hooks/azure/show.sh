#!/bin/sh
# show.sh DOCUMENT REPORT: on the page of an Azure Pipelines run, the findings of a saved plan or result as issues, and
# its Markdown report as a summary. What is not there is left out: the step that was to write it says why.
#
#   NFW_CONFIG  (none)  the settings, as for pre-apply.sh: what reports leave out is among them
set -eu

document=$1
report=$2

# GitHub's commands become Azure's: `::error file=a.tf,line=3,title=...::text`, worst first and ten of a kind at most.
if [ -f "$document" ]; then
  set -- show "$document" --format annotations
  [ -z "${NFW_CONFIG:-}" ] || set -- "$@" --config "$NFW_CONFIG"
  nfw-reconcile "$@" | sed -n \
    -e 's/^::error file=\([^:,]*\),line=\([0-9]*\),[^:]*::/##vso[task.logissue type=error;sourcepath=\1;linenumber=\2]/p' \
    -e 's/^::warning file=\([^:,]*\),line=\([0-9]*\),[^:]*::/##vso[task.logissue type=warning;sourcepath=\1;linenumber=\2]/p' \
    -e 's/^::error [^:]*::/##vso[task.logissue type=error]/p' \
    -e 's/^::warning [^:]*::/##vso[task.logissue type=warning]/p'
fi
if [ -f "$report" ]; then
  printf '##vso[task.uploadsummary]%s\n' "$(cd "$(dirname "$report")" && pwd)/$(basename "$report")"
fi
