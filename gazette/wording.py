"""What click says by itself, in Chinese. Together with `cli`, the only module that knows click.

Click takes each of its sentences from gettext, by the name `_` that its modules hold. Catalogues
are files that the machine's language picks; a clerk's terminal may be set to any. So the table
stands here, in the place of gettext. What it lacks stays English, and a test looks for that.
"""

import sys

import click

WORDS = {
    "Usage:": "用法：",
    "Options": "选项",
    "Commands": "命令",
    "Positional arguments": "参数",
    "Show the version and exit.": "显示版本。",
    "Show this message and exit.": "显示这份说明。",
    "Aborted!": "已中止。",
    "default: {default}": "默认：{default}",
    "Error: {message}": "错误：{message}",
    "Try '{command} {option}' for help.": "用法见 {command} {option}。",
    "Missing command.": "没有写命令。",
    "Missing argument": "没有写参数",
    "Missing option": "没有写选项",
    "Missing parameter": "没有写",
    "No such command {name!r}.": "没有“{name}”这个命令。",
    "No such option {name!r}.": "没有“{name}”这个选项。",
    "Did you mean {possibility}?": "是不是 {possibility}？",
    "(Did you mean one of: {possibilities}?)": "（是不是其中之一：{possibilities}？）",
    "Got unexpected extra argument ({args})": "多了一个参数（{args}）",
    "Got unexpected extra arguments ({args})": "多了几个参数（{args}）",
    "Option {name!r} does not take a value.": "选项“{name}”后面不带值。",
    "Option {name!r} requires an argument.": "选项“{name}”后面要写一个值。",
    "Option {name!r} requires {nargs} arguments.": "选项“{name}”后面要写 {nargs} 个值。",
    "Argument {name!r} takes {nargs} values.": "参数“{name}”要写 {nargs} 个值。",
    "Invalid value: {message}": "值不对：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的值不对：{message}",
    "Could not open file {filename!r}: {message}": "打不开文件“{filename}”：{message}",
    "{value!r} is not {choice}.": "“{value}”不对，应是 {choice}。",
    "{value!r} is not one of {choices}.": "“{value}”不对，应是其中之一：{choices}。",
    "Choose from:\n\t{choices}": "可以写：\n\t{choices}",
    "{value} is not in the range {range}.": "{value} 不在范围里（{range}）。",
    "{value!r} is not a valid {number_type}.": "“{value}”不是数字。",
    "{name} {filename!r} is a file.": "“{filename}”是文件，不是文件夹。",
    "{name} {filename!r} is a directory.": "“{filename}”是文件夹，不是文件。",
    "{name} {filename!r} is not readable.": "“{filename}”没有读的权限。",
    "{name} {filename!r} is not writable.": "“{filename}”没有写的权限。",
    "{name} {filename!r} does not exist.": "找不到“{filename}”。",
    "file": "文件",
    "directory": "文件夹",
    "path": "路径",
}
"""Click's sentences → ours."""

OPTIONS, COMMANDS = "[选项]", "命令 [参数]..."
"""How a line of use names what may follow."""


def _one(sentence: str) -> str:
    return WORDS.get(sentence, sentence)


def _one_or_more(one: str, more: str, count: int) -> str:
    return _one(one if count == 1 else more)


def speak_chinese() -> None:
    """Let click say what it says in Chinese; before options are declared, which hold their words."""
    for name, module in list(sys.modules.items()):
        if name.startswith("click."):
            for taken, ours in (("_", _one), ("ngettext", _one_or_more)):
                if hasattr(module, taken):
                    setattr(module, taken, ours)
    click.IntRange.name = "整数"
    click.STRING.name = "文字"
