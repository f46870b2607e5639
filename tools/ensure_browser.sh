#!/bin/sh
# Tests drive a real Chromium through Playwright, whose driver needs libatomic. What is missing of
# them is installed from Debian's packages; elsewhere this says what to install.
set -eu

wanted=""
if ! command -v chromium >/dev/null 2>&1 && ! command -v chromium-browser >/dev/null 2>&1 &&
    ! command -v google-chrome >/dev/null 2>&1; then
    wanted="chromium fonts-noto-cjk"
fi
# A minimal Debian has no libatomic; where there is no ldconfig to ask, it is taken to be there.
if ldconfig=$(PATH="$PATH:/sbin:/usr/sbin" command -v ldconfig) && ! "$ldconfig" -p | grep -q 'libatomic\.so\.1'; then
    wanted="$wanted libatomic1"
fi
if [ -z "$wanted" ]; then
    exit 0
fi

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    as_root="sudo"
fi
if command -v apt-get >/dev/null 2>&1 && { [ -z "$as_root" ] || command -v sudo >/dev/null 2>&1; }; then
    echo "测试要用真的浏览器，用 apt-get 安装：$wanted……" >&2
    $as_root apt-get update -qq
    # shellcheck disable=SC2086  a list of packages
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $wanted >/dev/null
    exit 0
fi
echo "测试要用真的浏览器：请安装 $wanted（Chromium 也可以是 Google Chrome），再运行 make test。" >&2
exit 1
