"""What a city sets: the `extra.gazette` part of mkdocs.yml, as one frozen value.

The only module that reads mkdocs.yml outside MkDocs, so that every command works without it.
"""

import dataclasses
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from gazette.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
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
    closed_through: int = 0
    """封存年份: years up to this one are closed; their search index is cached for good."""
    without: tuple[str, ...] = ()
    """不用: parts of the reading pages that the city does not want; see `PARTS`."""
    site_name: str = field(default="网上公报室")
    site_url: str = ""

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
    "封存年份": "closed_through",
    "不用": "without",
}
"""Keys of `extra.gazette` → fields; the field's own name is accepted too."""

PARTS = ("长辈版", "朗读", "离线", "二维码")
"""What `不用` may name."""


class _Loader(yaml.SafeLoader):
    """mkdocs.yml may hold tags (!ENV, !!python/name:…) that concern MkDocs only: read as None."""


_Loader.add_multi_constructor("", lambda _loader, _suffix, _node: None)


def read_settings(config_file: Path) -> Settings:
    """Read the settings from mkdocs.yml; SettingsError when it is not there or not usable."""
    try:
        config = yaml.load(config_file.read_text("utf-8"), _Loader)  # noqa: S506  a SafeLoader
    except FileNotFoundError:
        raise SettingsError(
            "找不到 mkdocs.yml",
            path=str(config_file),
            hint="请在公报仓库的根目录下运行，或用 --config 指明。",
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"mkdocs.yml 读不懂：{error}",
            path=str(config_file),
            hint="请检查缩进、冒号和编码（UTF-8）。",
        ) from None
    if not isinstance(config, dict):
        raise SettingsError("mkdocs.yml 是空的", path=str(config_file), hint="请参照 README 填写。")
    extra = config.get("extra") or {}
    return settings_from(
        extra.get("gazette") or {},
        site_name=str(config.get("site_name") or "网上公报室"),
        site_url=str(config.get("site_url") or ""),
        path=str(config_file),
    )


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
    for key, value in values.items():
        name = KEYS.get(key, key)
        if name not in KEYS.values():
            near = difflib.get_close_matches(str(key), KEYS, n=1, cutoff=0.5)
            hint = f"是不是“{near[0]}”？" if near else "可用的项见 README 的“改成自己城市的”一节。"
            raise SettingsError(f"extra.gazette 里没有“{key}”这一项", path=path, hint=hint)
        found[name] = _value(kinds[name], value, key, path)
    for part in found.get("without", ()):
        if part not in PARTS:
            hint = f"可以写的有：{'、'.join(PARTS)}。"
            raise SettingsError(f"“不用”里没有“{part}”", path=path, hint=hint)
    return Settings(**found)


def _value(kind: Any, value: Any, key: str, path: str) -> Any:
    if value is None:
        return () if kind == tuple[str, ...] else kind()
    if kind == tuple[str, ...]:
        return tuple(map(str, value)) if isinstance(value, list) else (str(value),)
    if kind is bool and not isinstance(value, bool):
        raise SettingsError(f"“{key}”应为 true 或 false", path=path, hint=f"现在是：{value}")
    if kind is int and not isinstance(value, int):
        raise SettingsError(f"“{key}”应为年份数字", path=path, hint=f"现在是：{value}")
    return value if kind in (bool, int) else str(value)
