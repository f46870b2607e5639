#!/bin/sh
# Tests drive a real Chromium. Where none is installed this installs Debian's, or says what to do.
set -eu

for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    as_root="sudo"
fi
if command -v apt-get >/dev/null 2>&1 && { [ -z "$as_root" ] || command -v sudo >/dev/null 2>&1; }; then
    echo "没有找到 Chromium，用 apt-get 安装（测试要用真的浏览器）……" >&2
    $as_root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends \
        chromium fonts-noto-cjk >/dev/null
    exit 0
fi
echo "测试要用真的浏览器：请安装 Chromium（或 Google Chrome），再运行 make test。" >&2
exit 1
