#!/usr/bin/env bash
# Gradescope runs this once, when the autograder's image is built.
set -euo pipefail
AUTOGRADER="${AUTOGRADER:-/autograder}"
cd "$AUTOGRADER/source"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq -y libseccomp2 python3 python3-venv >/dev/null

find_python() {
  for candidate in python3.13 python3.12 python3.11 python3; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
}
if [ -z "$(find_python)" ]; then
  apt-get install -qq -y python3.11 python3.11-venv >/dev/null
fi
"$(find_python)" -m venv "$AUTOGRADER/venv"
"$AUTOGRADER/venv/bin/python" -m pip install --quiet --constraint constraints.txt ./*.whl

# Frozen now, so that no student has to wait for it; kept where run_autograder looks, whatever its home is.
export XDG_CACHE_HOME="${XDG_CACHE_HOME:-$AUTOGRADER/cache}"
mkdir -p "$AUTOGRADER/first/nobody"
touch "$AUTOGRADER/first/nobody/conv_2d.py"
"$AUTOGRADER/venv/bin/grader" grade "$AUTOGRADER/first" --out "$AUTOGRADER/first/graded" --seed "$(cat seed)" --isolation none
rm -rf "$AUTOGRADER/first"
