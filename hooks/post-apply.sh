#!/bin/sh
# After `terraform apply`: flush the connections that the plan of pre-apply.sh newly denies, and prove that they are
# gone. Arguments are handed on to `nfw-reconcile apply` (see its --help).
#
#   NFW_PLAN           nfw.plan        the plan that pre-apply.sh saved
#   NFW_PLAN_SHA256    (none)          refuse any plan but the one with this digest
#   NFW_JOURNAL        .nfw-reconcile  a folder that outlives the job, or s3://BUCKET/PREFIX
#   NFW_RESULT         nfw.result      where the result is saved
#   NFW_RESULT_REPORT  nfw-result.md   where the report goes, in Markdown
#   NFW_CONFIG         (none)          the settings, for --config, as for pre-apply.sh
#
# Exit code: that of nfw-reconcile. With 5, finish the run with the `nfw-reconcile resume` that it names.
set -eu

plan=${NFW_PLAN:-nfw.plan}
journal=${NFW_JOURNAL:-.nfw-reconcile}
result=${NFW_RESULT:-nfw.result}
report=${NFW_RESULT_REPORT:-nfw-result.md}

rm -f -- "$result" "$report"
[ -z "${NFW_CONFIG:-}" ] || set -- --config "$NFW_CONFIG" "$@"
[ -z "${NFW_PLAN_SHA256:-}" ] || set -- --plan-sha256 "$NFW_PLAN_SHA256" "$@"

# A CI that cancels the job signals this shell alone. Handed on, the signal makes apply send nothing more, write
# down what it has sent, and say how to go on; the shell has to outlive it to tell its exit code.
pid=
signals=0
trap 'signals=$((signals + 1)); [ -z "$pid" ] || kill -TERM "$pid" 2>/dev/null || :' INT TERM

nfw-reconcile apply "$plan" --yes --journal "$journal" --result "$result" --output "markdown=$report" "$@" &
pid=$!
while :; do
  before=$signals
  code=0
  wait "$pid" || code=$?
  # A signal ends the waiting with a code above 128, and not the run.
  [ "$signals" -ne "$before" ] && [ "$code" -gt 128 ] || break
done

"$(dirname "$0")/step-summary.sh" "$report"
exit "$code"
