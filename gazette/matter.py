"""Front matter: the block between two `---` lines, to values that know their line, and back.

The only module that knows YAML front matter. Every scalar stays the text that was written (so
`010` is not 8, `no` is not false, `05-06` is not a sum); what a text means is the caller's to say.
Aliases are refused: a few lines of them can stand for gigabytes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml
from frontmatter.default_handlers import YAMLHandler

MAX_CHARACTERS = 256_000
"""Longest front matter that is read; a 目录 of 500 entries has about 60,000."""
MAX_DEPTH = 8
"""Lists and mappings within one another. PyYAML takes seconds for what is nested a thousandfold."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""What no text can show. YAML refuses it as it stands, but not as `"\\0"`."""

_UNUSUAL = re.compile(r"[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]|[&*\\?%]")
"""What may make a text read otherwise by libyaml: there the slower parser decides."""

_Quick = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""PyYAML with libyaml, which all its wheels have."""

_BOUNDARY = YAMLHandler.FM_BOUNDARY


class MatterError(ValueError):
    """The front matter cannot be read; `line` counts from 1 in the file."""

    def __init__(self, code: str, message: str, hint: str, line: int) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.line = line


@dataclass(frozen=True, slots=True)
class Value:
    """One value and the line it stands on: a text, a list of values, or a mapping of them."""

    line: int
    data: "str | tuple[Value, ...] | Mapping[str, Value]"

    @property
    def text(self) -> str:
        """The text, stripped; empty for lists and mappings."""
        return self.data.strip() if isinstance(self.data, str) else ""

    @property
    def items(self) -> "tuple[Value, ...]":
        """A list's values; a single value counts as a list of one, an empty text as none."""
        if isinstance(self.data, tuple):
            return self.data
        return (self,) if not isinstance(self.data, str) or self.text else ()

    @property
    def fields(self) -> "Mapping[str, Value]":
        """A mapping's values; empty for texts and lists."""
        return self.data if isinstance(self.data, Mapping) else {}


def split(text: str) -> tuple[Mapping[str, Value], str, int]:
    """Part a file into front matter, body, and the line at which the body starts.

    A file without front matter is all body. Blank lines around the body are not part of it.
    Raises MatterError when the block is not closed, is not YAML, or is not a mapping.
    """
    marks = list(_first_two(text))
    if not marks or text[: marks[0][0]].strip():
        return {}, *_trimmed(text, 0)
    if len(marks) == 1:
        raise MatterError(
            "unclosed",
            "文件开头的 --- 没有配对的结束行",
            "请在各项之后、正文之前另起一行写 ---。",
            1,
        )
    (_, start), (end, after) = marks
    first_line = text.count("\n", 0, start) + 1
    return _read(text[start:end], first_line), *_trimmed(text, after)


def _first_two(text: str) -> Iterator[tuple[int, int]]:
    for count, found in enumerate(_BOUNDARY.finditer(text)):
        if count == 2:  # noqa: PLR2004  the opening and the closing line
            return
        yield found.span()


def _trimmed(text: str, start: int) -> tuple[str, int]:
    body = text[start:]
    leading = len(body) - len(body.lstrip("\n"))
    return body.strip("\n"), text.count("\n", 0, start + leading) + 1


def _read(source: str, first_line: int) -> Mapping[str, Value]:
    if len(source) > MAX_CHARACTERS:
        raise MatterError("too_long", "文件开头的信息太长", "请检查结束的 --- 是不是写丢了。", 1)
    known = _read_quickly(source, first_line)
    return _read_slowly(source, first_line) if known is None else known


def _read_quickly(source: str, first_line: int) -> Mapping[str, Value] | None:
    """What `_read_slowly` gives, by libyaml in a tenth of the time; None for whatever is unusual.

    The two parsers differ in what they say of a fault, and in how they take tabs, anchors and
    rare line ends: all that is left to the one whose words people are shown.
    """
    if _UNUSUAL.search(source):
        return None
    whole = _Open(first_line, is_mapping=False)
    try:
        well = _take_all(whole, source, first_line)
    except (yaml.YAMLError, UnicodeError):
        return None
    if not well or len(whole.items) != 1 or not isinstance(whole.items[0].data, Mapping):
        return None
    return whole.items[0].data


def _take_all(whole: "_Open", source: str, first_line: int) -> bool:
    """Put what libyaml reads into `whole`; False where it is too deep, or a key is odd."""
    stack = [whole]
    for event in yaml.parse(source, _Quick):
        if isinstance(event, yaml.ScalarEvent):
            value = Value(first_line + _line(event), event.value)
        elif isinstance(event, yaml.CollectionStartEvent):
            if len(stack) > MAX_DEPTH:
                return False
            is_mapping = isinstance(event, yaml.MappingStartEvent)
            stack.append(_Open(first_line + _line(event), is_mapping=is_mapping))
            continue
        elif isinstance(event, yaml.CollectionEndEvent):
            value = stack.pop().closed()
        else:
            continue  # the start and the end of the text
        if not stack[-1].takes(value):
            return False
    return True


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not been met."""

    line: int
    is_mapping: bool
    items: "list[Value]" = field(default_factory=list)
    fields: "dict[str, Value]" = field(default_factory=dict)
    key: "Value | None" = None

    def takes(self, value: Value) -> bool:
        """Take an item, a key, or the value of the last key; False for what is no plain key."""
        if not self.is_mapping:
            self.items.append(value)
        elif self.key is None:
            self.key = value
            return isinstance(value.data, str) and value.text not in self.fields
        else:
            # A fault is looked for on the key's line, where the clerk wrote the name.
            self.fields[self.key.text] = Value(self.key.line, value.data)
            self.key = None
        return True

    def closed(self) -> Value:
        """All of it."""
        return Value(self.line, self.fields if self.is_mapping else tuple(self.items))


def _read_slowly(source: str, first_line: int) -> Mapping[str, Value]:
    try:
        _refuse_what_swells(source, first_line)
        node = yaml.compose(source, yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        # An unclosed quote is noticed at the end, but made where it was opened.
        opened = error.context_mark if "quoted scalar" in (error.context or "") else None
        mark = opened or error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        raise MatterError(
            "yaml",
            f"文件开头的信息格式有误（{error.problem or error.context}）",
            "每项一行，写成“标题: 内容”，冒号用半角且后面空一格；内容里有冒号或引号时整个加上英文引号。",
            line,
        ) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise MatterError(
            "yaml",
            f"文件开头的信息读不懂（{type(error).__name__}）",
            "请删去看不见的控制字符，逐项检查。",
            first_line,
        ) from None
    if node is None:
        return {}
    value = _value(node, first_line)
    if not isinstance(value.data, Mapping):
        raise MatterError(
            "yaml",
            "文件开头的信息不是“项: 内容”的形式",
            "每项一行，写成“标题: 内容”，冒号用半角且后面空一格。",
            first_line,
        )
    return value.data


def _refuse_what_swells(source: str, first_line: int) -> None:
    """Stop at aliases and deep nesting, before the rest is even looked at."""
    depth = 0
    for event in yaml.parse(source, yaml.BaseLoader):
        line = first_line + _line(event)
        if isinstance(event, yaml.AliasEvent):
            raise MatterError(
                "yaml",
                "文件开头的信息里用了 YAML 引用（*）",
                "以 * 或 & 开头的内容请加上引号。",
                line,
            )
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise MatterError("yaml", "文件开头的信息层次太深", "请检查缩进和括号。", line)


def _line(node: yaml.Node | yaml.Event) -> int:
    mark = node.start_mark
    return int(mark.line) if mark else 0


def _value(node: yaml.Node, first_line: int) -> Value:
    line = first_line + _line(node)
    if isinstance(node, yaml.ScalarNode):
        if _CONTROL.search(node.value):
            hint = "请删去引号里 \\0、\\x1b、\\ud800 一类的写法。"
            raise MatterError("yaml", "文件开头的信息里有不能显示的控制字符", hint, line)
        return Value(line, str(node.value))
    if isinstance(node, yaml.SequenceNode):
        return Value(line, tuple(_value(n, first_line) for n in node.value))
    fields: dict[str, Value] = {}
    for key, child in node.value:
        name = str(key.value).strip() if isinstance(key, yaml.ScalarNode) else ""
        key_line = first_line + _line(key)
        if name in fields:
            raise MatterError("yaml", f"“{name}”写了两次", "请只留一个。", key_line)
        value = _value(child, first_line)
        # A fault is looked for on the key's line, where the clerk wrote the name.
        fields[name] = Value(key_line, value.data)
    return Value(line, fields)


class _Dumper(yaml.SafeDumper):
    """Writes dates plain, so that they look as clerks write them."""


_Dumper.add_representer(
    date,
    lambda dumper, day: dumper.represent_scalar("tag:yaml.org,2002:timestamp", day.isoformat()),
)


def join(fields: Mapping[str, Any], body: str) -> str:
    """Write front matter and body as a file; `split` gives them back."""
    text = f"---\n{_dump(dict(fields))}---\n"
    return f"{text}\n{body}\n" if body else text


def added(content: bytes, fields: Mapping[str, Any]) -> bytes:
    """A file with `fields` put at the end of its front matter; every other byte as it was.

    Line ends are those of the file, and so is a byte order mark. Raises MatterError where a key is
    there already, where there is no front matter, and where what came of it would read otherwise
    than the old file with the new fields (a front matter that is one `{…}`, say).
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise MatterError("encoding", "文件不是 UTF-8 编码", "请另存为 UTF-8。", 1) from None
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$", text)
    marks = [n for n, line in enumerate(lines) if _MARK.fullmatch(line.lstrip("\ufeff"))][:2]
    old, body, _ = split(_read_as(text))
    if len(marks) < 2 or not old or any(key in old for key in fields):  # noqa: PLR2004  two lines
        raise MatterError("yaml", "文件开头的写法不能自动补充", _BY_HAND_FIELDS, 1)
    opening, closing = marks
    end = lines[opening][len(lines[opening].rstrip("\r\n")) :]
    new = _dump(dict(fields)).replace("\n", end)
    made = "".join([*lines[:closing], new, *lines[closing:]])
    try:
        now, same, _ = split(_read_as(made))
    except MatterError:  # what was there is well; only the new lines do not fit (all is indented)
        now, same = {}, ""
    wanted = {k: _plain(v) for k, v in old.items()} | {k: _written(v) for k, v in fields.items()}
    if same != body or {k: _plain(v) for k, v in now.items()} != wanted:
        raise MatterError("yaml", "文件开头的写法不能自动补充", _BY_HAND_FIELDS, 1)
    return made.encode("utf-8")


_MARK = re.compile(r"-{3,}[ \t]*(?:\r\n|\r|\n|$)")
_BY_HAND_FIELDS = "请照提示自己加上。"


def _read_as(text: str) -> str:
    """A file's text as it is read: without a byte order mark, with line feeds."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _written(value: Any) -> Any:
    """A plain value as it is read back: every scalar a text."""
    return [_written(v) for v in value] if isinstance(value, list) else str(value)


def dumped(fields: Mapping[str, Any]) -> str:
    """Fields as the lines of front matter that they are written as."""
    return _dump(dict(fields))


def extended(
    text: str, fields: Mapping[str, Any], key: str, items: Sequence[Mapping[str, Any]]
) -> str:
    """A file's text with `fields` put in and `items` added to the list `key`; the rest byte for byte.

    `fields` must not be there yet. Raises MatterError where the front matter cannot be read, and
    where the list is written in a way that nothing can be added to (`[{…}, {…}]` on one line).
    """
    marks = list(_first_two(text))
    if len(marks) < 2 or text[: marks[0][0]].strip():  # noqa: PLR2004  an opening and a closing line
        if marks and not text[: marks[0][0]].strip():
            split(text)  # says what is wrong
        return join(
            {**fields, key: [dict(i) for i in items]} if items else fields, text.strip("\n")
        )
    start, end = marks[0][1], marks[1][0]
    old, _, _ = split(text)
    source = text[start:end]
    lines = source.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    at, indent = _end_of_list(source, key, len(lines))
    added = _dump([dict(i) for i in items]) if items else ""
    if items and at is None:
        lines.append(f"{key}:\n" + _indented(added, 2))
    elif items:
        lines.insert(at or 0, _indented(added, indent))
    head = next((n for n, x in enumerate(lines) if x.startswith(f"{key}:")), len(lines))
    if fields:
        lines.insert(head, _dump(dict(fields)))
    new = text[:start].rstrip("\n") + "\n" + "".join(lines).lstrip("\n") + text[end:].lstrip("\n")
    now, _, _ = split(new)
    kept = {k: _plain(v) for k, v in old.items()}
    same = {k: _plain(now[k]) for k in old if k in now}
    if key in kept and items:
        same[key] = same[key][: len(kept[key])]
    if same != kept:
        raise MatterError("yaml", f"“{key}”的写法不能自动补充", _BY_HAND, 1)
    return new


_BY_HAND = "请把每一条改成单独几行（以“  - 序号: …”开头），或用 --dry-run 看结果，自己贴进去。"


def _end_of_list(source: str, key: str, count: int) -> tuple[int | None, int]:
    """The line after a block list's last item, and the column of its dashes; None without a list."""
    node = yaml.compose(source, yaml.BaseLoader)
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    for name, child in pairs:
        if name.value != key:
            continue
        if isinstance(child, yaml.ScalarNode) and not child.value:
            return _line(name) + 1, 2
        if not isinstance(child, yaml.SequenceNode) or child.flow_style or not child.value:
            raise MatterError("yaml", f"“{key}”的写法不能自动补充", _BY_HAND, _line(name) + 2)
        last = max(_last_line(leaf) for leaf in _leaves(child))
        return min(last, count), child.start_mark.column if child.start_mark else 0
    return None, 2


def _leaves(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.ScalarNode):
        yield node
        return
    if not node.value or getattr(node, "flow_style", False):
        yield node
        return
    for part in node.value:
        for child in part if isinstance(part, tuple) else (part,):
            yield from _leaves(child)


def _last_line(leaf: yaml.Node) -> int:
    """The number of lines up to and with the one on which a leaf ends."""
    mark = leaf.end_mark
    return mark.line + (mark.column > 0) if mark else 0


def _plain(value: Value) -> Any:
    if isinstance(value.data, str):
        return value.data
    if isinstance(value.data, tuple):
        return [_plain(v) for v in value.data]
    return {k: _plain(v) for k, v in value.data.items()}


def _dump(value: Any) -> str:
    return str(yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000))


def _indented(text: str, by: int) -> str:
    return "".join(" " * by + x for x in text.splitlines(keepends=True))
