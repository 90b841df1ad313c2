#!/bin/sh
# Before `terraform apply`: work out which connections the change cuts, and save the plan that post-apply.sh carries
# out. Nothing is changed. Arguments are handed on to `nfw-reconcile plan` (see its --help).
#
#   NFW_TF_PLAN      tfplan.json  the change, as `terraform show -json PLANFILE` prints it
#   NFW_PLAN         nfw.plan     where the plan is saved
#   NFW_PLAN_REPORT  nfw-plan.md  where the report goes, in Markdown
#   NFW_CONFIG       (none)       the settings, for --config: git:origin/main takes those of that branch, and none of
#                                 what the pull request says; without it, nfw-reconcile.toml of this folder counts
#   NFW_CONFIG_DIR   .            the root module that was planned: reports name file and line of each rule. Empty: none
#
# Exit code: that of nfw-reconcile.
set -eu

tf_plan=${NFW_TF_PLAN:-tfplan.json}
plan=${NFW_PLAN:-nfw.plan}
report=${NFW_PLAN_REPORT:-nfw-plan.md}

directory=${NFW_CONFIG_DIR-.}
[ -z "$directory" ] || set -- --config-dir "$directory" "$@"
[ -z "${NFW_CONFIG:-}" ] || set -- --config "$NFW_CONFIG" "$@"

# If this fails, post-apply.sh must not find the plan of an earlier change.
rm -f -- "$plan" "$report"

code=0
nfw-reconcile plan --tf-plan "$tf_plan" --out "$plan" --output "markdown=$report" "$@" || code=$?
"$(dirname "$0")/step-summary.sh" "$report"
exit "$code"
