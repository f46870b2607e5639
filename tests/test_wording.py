"""The command speaks Chinese, also where click speaks for it."""

import re

import click
import pytest
from click.testing import CliRunner

from gazette.cli import main

ENGLISH = re.compile(r"\b[A-Za-z]+(?:,? [a-z']+)+\b")
"""Two English words in a row: no name of an option, a command or a file is that."""
NAMES = re.compile(r"gazette [a-z]+|[\w-]+\.\w+|Markdown|--scheduler tcp://")
"""What is not Chinese and may be: calls and files."""


def english(text: str) -> list[str]:
    return ENGLISH.findall(NAMES.sub("", text))


@pytest.mark.parametrize("name", ["", *main.commands])
def test_help_is_chinese(name: str) -> None:
    done = CliRunner().invoke(main, [*filter(None, [name]), "--help"], prog_name="gazette")
    assert done.exit_code == 0
    assert english(done.output) == []
    assert "用法" in done.output


@pytest.mark.parametrize(
    ("call", "word"),
    [
        ("biuld", "没有“biuld”这个命令"),
        ("build --strickt", "是不是"),
        ("build 甲", "多了一个参数"),
        ("build 甲 乙", "多了几个参数"),
        ("build --site", "后面要写一个值"),
        ("build --strict=1", "后面不带值"),
        ("build --jobs many", "不是数字"),
        ("build --jobs 0", "不在范围里"),
        ("build --on 2024-02-30", "没有这一天"),
        ("search", "没有写参数"),
        ("search 甲 --kind z", "其中之一"),
        ("search 甲 --year 24", "不是年份"),
        ("extract 没有.pdf", "找不到“没有.pdf”"),
        ("extract /", "是文件夹"),
    ],
)
def test_a_wrong_call_is_told_in_chinese(call: str, word: str) -> None:
    done = CliRunner().invoke(main, call.split(), prog_name="gazette")
    assert done.exit_code == click.UsageError.exit_code == 2
    assert word in done.output
    assert english(done.output) == []
    assert done.stdout == ""
