#!/bin/sh
# setup.sh PYTHON VENV: make VENV and install exactly what requirements.lock names, then the project itself.
set -eu
python=$1
venv=$2

fail() {
    printf 'setup: %s\n' "$@" >&2
    exit 1
}

[ -n "$python" ] || fail "there is no Python here" "On Debian: sudo apt-get install python3.11 python3.11-venv"
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])') || fail "$python does not start"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$python is Python $version, and 3.11 or newer is needed" "On Debian: sudo apt-get install python3.11 python3.11-venv" \
        "Then: make setup PYTHON=python3.11"
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "$python has no venv module" "On Debian: sudo apt-get install python$version-venv" "Then run make again."

if ! "$venv/bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "setup: making $venv with Python $version"
    "$python" -m venv --clear "$venv"
fi
echo "setup: installing what requirements.lock names (a minute or two the first time)"
"$venv/bin/python" -m pip install --quiet --require-hashes --no-deps -r requirements.lock
"$venv/bin/python" -m pip install --quiet --no-deps --no-build-isolation -e .
# pip compiles what it installs; an editable installation would be compiled anew at each start where nobody may write.
"$venv/bin/python" -m compileall -q src
echo "setup: learning the types of what services import, once, so that no build must (20 seconds)"
"$venv/bin/python" tools/learn_types.py
"$venv/bin/ql" --help >/dev/null || fail "ql was installed and does not start"
