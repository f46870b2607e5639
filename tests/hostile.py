"""Two hundred queries that no reader types: the known tricks, then random ones, always the same."""

import random

TRICKS = (
    ".*", "[a-z]+", "(((((", "\\", "^$", "a|b", "?", "+++", "{1,99999}", "$&", "%00", "%E4%BD",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "&lt;b&gt;", "'\"><svg/onload=1>",
    "\u0000", "a\u0000b", "\u202e倒", "😀😀", "👨‍👩‍👧", "\ud800", "字\udc00", "\ufffe", "ﬃ", "İ", "ß", "①②",
    "-", "--", "-“”", "“", "”“", '"""', "「", "- -", "OR", "AND NOT", "*", "第", "号", "年", "〔〕",
    "令", "字第号", "国发〔〕号", "99999999999999999999号", "国发〔2018〕" + "9" * 400 + "号", "　", " ", "\t\n", "a" * 10_000,
    "政" * 10_000, "市政府 " * 2_000, "“" * 5_000, "-" * 5_000, "__proto__", "constructor", "toString", "null",
    "a" * 40, "zhuang" * 7, "xianxianxianxianxian",
)  # fmt: skip


def hostile_queries() -> list[str]:
    """The queries."""
    chance = random.Random(7)  # noqa: S311  no secret

    def char() -> str:
        planes = [
            chance.randrange(0x110000),
            chance.randrange(0x80),
            chance.randrange(0x4E00, 0x9FFF),
        ]
        return chr(chance.choice(planes))

    more = 200 - len(TRICKS)
    return [*TRICKS, *("".join(char() for _ in range(chance.randint(1, 40))) for _ in range(more))]
