#!/bin/sh
# Take the job's OIDC token to AWS: Terraform, boto3 and the AWS CLI find it by the variables that are set for the
# steps after this one. The job needs `permissions: id-token: write`, and AWS_ROLE_ARN a role that trusts it. The token
# is good for minutes, what AWS gives for it for an hour: run this again before a step that begins later.
set -eu
umask 077

: "${AWS_ROLE_ARN:?name the role}"
: "${ACTIONS_ID_TOKEN_REQUEST_TOKEN:?the job lacks the permission id-token: write}"
file=$RUNNER_TEMP/nfw-web-identity

# The token goes through stdin: a process list shows arguments to everybody.
curl --fail --silent --show-error --max-time 30 --header @- \
  "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=sts.amazonaws.com" <<HEADERS |
Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN
HEADERS
  python3 -c 'import json, sys; print(json.load(sys.stdin)["value"], end="")' >"$file"

printf '%s\n' "AWS_ROLE_ARN=$AWS_ROLE_ARN" "AWS_WEB_IDENTITY_TOKEN_FILE=$file" >>"$GITHUB_ENV"
