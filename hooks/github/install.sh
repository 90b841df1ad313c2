#!/bin/sh
# Install one release of nfw-reconcile into an environment of its own, and put it on the PATH of the steps after this.
set -eu

: "${NFW_VERSION:?name the release to install}"
python3 -m venv "$RUNNER_TEMP/nfw-reconcile"
"$RUNNER_TEMP/nfw-reconcile/bin/python" -m pip install --quiet --disable-pip-version-check \
  "nfw-reconcile==$NFW_VERSION"
printf '%s\n' "$RUNNER_TEMP/nfw-reconcile/bin" >>"$GITHUB_PATH"
