"""What a city sets: read as written, or refused with a cure."""

from pathlib import Path

import pytest

from gazette.errors import SettingsError
from gazette.settings import KEYS, Settings, read_settings


def read(folder: Path, extra: str) -> Settings:
    config = folder / "mkdocs.yml"
    config.write_text(f"site_name: 示例\nextra:\n{extra}", "utf-8")
    return read_settings(config)


def test_settings_are_what_the_file_says(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        '  gazette:\n    名称: 示例市公报\n    网站标识码: "0100000002"\n    示例: true\n'
        "    栏目: [甲, 乙]\n    封存年份: 2020\n    email: a@example.invalid\n    地址:\n",
    )
    assert settings == Settings(
        name="示例市公报",
        site_code="0100000002",
        sample=True,
        sections=("甲", "乙"),
        closed_through=2020,
        email="a@example.invalid",
        site_name="示例",
    )


@pytest.mark.parametrize(
    ("extra", "word", "cure"),
    [
        # YAML reads 0100000002 as an octal number: 16777218.
        ("  gazette: {网站标识码: 0100000002}\n", "网站标识码", "引号"),
        ("  gazette: {联系电话: 0571}\n", "联系电话", "引号"),
        ("  gazette: {题记: 2024-01-01}\n", "题记", "引号"),
        ("  gazette: {名称: [甲]}\n", "名称", "引号"),
        ("  gazette: {栏目: [甲, {乙: 丙}]}\n", "栏目", "引号"),
        ("  gazette: {示例: 1}\n", "示例", "1"),
        ("  gazette: {封存年份: 去年}\n", "封存年份", "去年"),
        ("  gazette: {网站识别码: 1}\n", "网站识别码", "网站标识码"),
        ("  gazette: 示例市\n", "gazette", "README"),
        ("  - gazette\n", "extra", "README"),
        ("  gazette: [\n", "读不懂", "缩进"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_cure(
    tmp_path: Path, extra: str, word: str, cure: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, extra)
    assert word in caught.value.message
    assert cure in caught.value.hint


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"mkdocs\.yml"):
        read_settings(tmp_path)


def test_every_key_is_a_field() -> None:
    assert set(KEYS.values()) <= set(Settings.__dataclass_fields__)


def test_columns_come_in_the_order_that_is_set_and_others_follow_by_name() -> None:
    settings = Settings(sections=("规章", "文件"))
    assert sorted(["乙", "文件", "丙", "规章"], key=settings.section_order) == [
        "规章",
        "文件",
        "丙",
        "乙",
    ]
