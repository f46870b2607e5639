#!/bin/sh
# Print the exact versions that a fresh environment gets: names and versions only, no addresses.
# Run it with the oldest Python that is promised (PYTHON=python3.11 of Debian 12, which is 3.11.2):
# a newer patch release admits versions that do not install there. A test holds this.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"${PYTHON:-python3}" -m venv "$dir/venv"
"$dir/venv/bin/python" -m pip install --quiet -e '.[dev,ocr]'
echo "# 由 make lock 生成：依赖的确切版本。"
"$dir/venv/bin/python" -m pip freeze --exclude-editable | grep -E '^[A-Za-z0-9_.-]+==' | sort -f
