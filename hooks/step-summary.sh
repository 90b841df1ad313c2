#!/bin/sh
# step-summary.sh REPORT: show a Markdown report on the page of the job, where the CI has one (GitHub Actions, and what
# is compatible with it).
set -eu

report=$1
most=921600 # bytes in all: of a step that writes more than 1 MiB, GitHub shows nothing at all

if [ -z "${GITHUB_STEP_SUMMARY:-}" ] || [ ! -f "$report" ]; then
  exit 0
fi
touch -- "$GITHUB_STEP_SUMMARY"
if [ "$(cat -- "$GITHUB_STEP_SUMMARY" "$report" | wc -c)" -le "$most" ]; then
  cat -- "$report" >>"$GITHUB_STEP_SUMMARY"
else
  printf 'nfw-reconcile: the report is too long for this page; it is in the file %s.\n' "$report" \
    >>"$GITHUB_STEP_SUMMARY"
fi
