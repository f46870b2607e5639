"""What a city sets: the `extra.gazette` part of mkdocs.yml, as one frozen value.

The only module that reads mkdocs.yml outside MkDocs, so that every command works without it.
"""

import dataclasses
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from gazette.dates import parse_date
from gazette.digest import of_fields
from gazette.errors import SettingsError


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The city's own facts. Texts may be empty; what is empty is not shown."""

    name: str = "政府公报"
    """名称: the gazette's full name, as in the masthead."""
    strapline: str = ""
    """题记: one line under the name."""
    host: str = ""
    """主办单位."""
    editor: str = ""
    """编辑出版."""
    phone: str = ""
    """联系电话."""
    email: str = ""
    """电子邮箱."""
    postal_address: str = ""
    """地址."""
    licence: str = ""
    """刊号: 连续性内部资料准印证 or CN number."""
    site_code: str = ""
    """网站标识码 (SiteIDCode)."""
    icp: str = ""
    """ICP备案."""
    police: str = ""
    """公安备案."""
    report_error: str = ""
    """报错地址: where a reader reports an error (URL or mailto)."""
    find_errors: str = ""
    """我为政府网站找错: the address of that service."""
    domain: str = ""
    """网站域名 (SiteDomain)."""
    sample: bool = False
    """示例: mark every page as a sample, not a real gazette."""
    sections: tuple[str, ...] = ()
    """栏目: the columns in the order in which they are shown; others follow by name."""
    ocr: bool = False
    """OCR: recognise scanned pages, where the extra `ocr` is installed."""
    image_budget: int = 50
    """图像预算: megabytes that an issue's page images may take together; 0 for no images."""
    closed_through: int = 0
    """封存年份: years up to this one are closed; their search index is cached for good."""
    without: tuple[str, ...] = ()
    """不用: parts of the reading pages that the city does not want; see `PARTS`."""
    no_validity: tuple[str, ...] = ("人事任免", "任免", "政策解读", "解读", "大事记", "更正")
    """不标有效性: 栏目 and 公文种类 of which no 有效性 is said."""
    validity_since: int = 0
    """有效性起始年份: of documents of earlier issues nothing is said unless a date or another
    document says it; nobody has gone through them all."""
    normative: tuple[str, ...] = ()
    """规范性文件: which documents are: 栏目, 公文种类, 机关代字 (`*规`: every one ending so)."""
    normative_term: int = 0
    """规范性文件有效期: years that one lasts when it does not say; 0: without end."""
    trial_term: int = 0
    """暂行试行有效期: years for a 暂行 or 试行 one; 0: as the others."""
    needs_interpretation: bool = False
    """规范性文件应有解读: name those in force that have none."""
    regulations: tuple[str, ...] = ("市政府规章", "政府规章", "规章")
    """规章: 栏目, 公文种类 or 机关代字 of what the list 规章集中公开 shows."""
    publish_within: int = 0
    """发布期限: days from 成文 within which a document is to be published; 0: none is set."""
    print_within: int = 0
    """刊登期限: days from 发布 within which it is to be printed in the gazette; 0: none is set."""
    online_since: date | None = None
    """上线日期: the day on which the site went online; what changed before is no change of it."""
    editions: bool = True
    """阅读版: whether PDFs of documents and issues are set."""
    editions_since: int = 0
    """阅读版起始年份: PDFs are set of the issues from this year on; 0: of all."""
    packed: tuple[str, ...] = ()
    """预压缩: compressed copies of text files beside them; see `PACKED`."""
    site_name: str = field(default="网上公报室")
    site_url: str = ""

    @cached_property
    def digest(self) -> str:
        """A hash of all of them: the pages of every issue are made of it."""
        return of_fields(self)

    def section_order(self, section: str) -> tuple[int, str]:
        """Sort key of a column."""
        try:
            return (self.sections.index(section), "")
        except ValueError:
            return (len(self.sections), section)


KEYS: Mapping[str, str] = {
    "名称": "name",
    "题记": "strapline",
    "主办单位": "host",
    "编辑出版": "editor",
    "联系电话": "phone",
    "电子邮箱": "email",
    "地址": "postal_address",
    "刊号": "licence",
    "网站标识码": "site_code",
    "ICP备案": "icp",
    "公安备案": "police",
    "报错地址": "report_error",
    "我为政府网站找错": "find_errors",
    "网站域名": "domain",
    "示例": "sample",
    "栏目": "sections",
    "OCR": "ocr",
    "图像预算": "image_budget",
    "封存年份": "closed_through",
    "不用": "without",
    "不标有效性": "no_validity",
    "有效性起始年份": "validity_since",
    "规范性文件": "normative",
    "规范性文件有效期": "normative_term",
    "暂行试行有效期": "trial_term",
    "规范性文件应有解读": "needs_interpretation",
    "规章": "regulations",
    "发布期限": "publish_within",
    "刊登期限": "print_within",
    "上线日期": "online_since",
    "预压缩": "packed",
    "阅读版": "editions",
    "阅读版起始年份": "editions_since",
}
"""Keys of `extra.gazette` → fields; the field's own name is accepted too."""

PACKED = ("gz", "br")
"""Ways of compressing ahead that hosts know: gzip_static and brotli_static of nginx."""
PARTS = ("长辈版", "朗读", "离线", "二维码")
"""What `不用` may name."""


class _Loader(yaml.SafeLoader):
    """mkdocs.yml may hold tags (!ENV, !!python/name:…) that concern MkDocs only: read as None."""


_Loader.add_multi_constructor("", lambda _loader, _suffix, _node: None)


def read_settings(config_file: Path) -> Settings:
    """Read the settings from mkdocs.yml; SettingsError when it is not there or not usable."""
    config = _read(config_file)
    extra = config.get("extra") or {}
    if not isinstance(extra, dict):
        raise _not_a_mapping("extra", str(config_file))
    return settings_from(
        extra.get("gazette") or {},
        site_name=str(config.get("site_name") or "网上公报室"),
        site_url=str(config.get("site_url") or ""),
        path=str(config_file),
    )


def read_look(config_file: Path) -> Path | None:
    """The folder of templates, styles and scripts (`theme: custom_dir`), where there is one."""
    theme = _read(config_file).get("theme")
    name = theme.get("custom_dir") if isinstance(theme, dict) else None
    folder = config_file.resolve().parent / str(name)
    return folder if name and folder.is_dir() else None


def _read(config_file: Path) -> dict[str, Any]:
    try:
        config = yaml.load(config_file.read_text("utf-8"), _Loader)  # noqa: S506  a SafeLoader
    except FileNotFoundError:
        raise SettingsError(
            "找不到 mkdocs.yml",
            path=str(config_file),
            hint="请在公报仓库的根目录下运行，或用 --config 指明。",
        ) from None
    except OSError as error:
        raise SettingsError(
            f"mkdocs.yml 打不开（{error.strerror}）",
            path=str(config_file),
            hint="请用 --config 指明文件，并检查权限。",
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"mkdocs.yml 读不懂：{error}",
            path=str(config_file),
            hint="请检查缩进、冒号和编码（UTF-8）。",
        ) from None
    if not isinstance(config, dict):
        raise SettingsError("mkdocs.yml 是空的", path=str(config_file), hint="请参照 README 填写。")
    return config


def settings_from(
    values: Mapping[str, Any],
    *,
    site_name: str = "网上公报室",
    site_url: str = "",
    path: str = "mkdocs.yml",
) -> Settings:
    """Make settings of the mapping `extra.gazette`; SettingsError names a key that is not known."""
    kinds = {f.name: f.type for f in dataclasses.fields(Settings)}
    found: dict[str, Any] = {"site_name": site_name, "site_url": site_url}
    if not isinstance(values, Mapping):
        raise _not_a_mapping("extra.gazette", path)
    for key, value in values.items():
        name = KEYS.get(key, key)
        if name not in KEYS.values():
            near = difflib.get_close_matches(str(key), KEYS, n=1, cutoff=0.5)
            hint = f"是不是“{near[0]}”？" if near else "可用的项见 README 的“改成自己城市的”一节。"
            raise SettingsError(f"extra.gazette 里没有“{key}”这一项", path=path, hint=hint)
        found[name] = _value(kinds[name], value, key, path)
    for key, name, known in (("不用", "without", PARTS), ("预压缩", "packed", PACKED)):
        for part in found.get(name, ()):
            if part not in known:
                hint = f"可以写的有：{'、'.join(known)}。"
                raise SettingsError(f"“{key}”里没有“{part}”", path=path, hint=hint)
    return Settings(**found)


def _not_a_mapping(name: str, path: str) -> SettingsError:
    hint = "下面每项一行，写成“名称: 内容”，参照 README 的“改成自己城市的”一节。"
    return SettingsError(f"{name} 应是一组“名称: 内容”", path=path, hint=hint)


def _value(kind: Any, value: Any, key: str, path: str) -> Any:
    if kind == date | None:
        return _day(value, key, path)
    if value is None:
        return () if kind == tuple[str, ...] else kind()
    if kind == tuple[str, ...]:
        many = value if isinstance(value, list) else [value]
        return tuple(_text(v, key, path) for v in many)
    if kind is bool and not isinstance(value, bool):
        raise SettingsError(f"“{key}”应为 true 或 false", path=path, hint=f"现在是：{value}")
    if kind is int and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise SettingsError(f"“{key}”应为数字", path=path, hint=f"现在是：{value}")
    return value if kind in (bool, int) else _text(value, key, path)


def _day(value: Any, key: str, path: str) -> date | None:
    try:
        return None if value is None else parse_date(value)
    except (ValueError, TypeError):
        hint = f"写成 2019-06-21 或 2019年6月21日；现在是：{value}"
        raise SettingsError(f"“{key}”应是一个日期", path=path, hint=hint) from None


def _text(value: Any, key: str, path: str) -> str:
    """A text as written. YAML has made something else of 0100000002 (octal) and 2024-01-01."""
    if not isinstance(value, str):
        hint = f'请给内容加上英文引号：{key}: "…"；不加的话，开头的 0 之类会丢。'
        raise SettingsError(f"“{key}”应是一段文字", path=path, hint=hint)
    return value
