"""Invented names: areas, roads, estates, people.

No street of the real code table is called like any street that these words can make.
"""

import numpy as np

_HEADS = "霁汀漪沅澍岚珑汐漱荻蔚芷蘅筠霖澹沁泠澄苇菱荇葭菡萏薇若榆楸槿杉鹭鸢鸿岫云露霜晴映苍翠素绮"
_STREET_TAILS = "屿渚洲湾渡矶崖畈埠岸泽岙坞汊"
_COMMUNITY_TAILS = "安和康泰兴昌华荣文德仁信礼景新里桥坊园庭"
_ROAD_TAILS = (
    "安宁和平康泰兴隆昌盛华荣文德仁义礼信智学府园港汇桥通达远景明辉光春秋阳月星海川"
    "松柏梅兰竹菊荷桂枫棠贤良善美诚嘉瑞祥福禄丰裕"
)
_ESTATE_HEADS = "御锦翠丽雅馨逸盛尚悦香蓝金碧枫紫水云星阳"
_ESTATE_MIDDLES = "澜景庭湖园泰和岸月枫悦域城汇府澄河林苑棠"
_ESTATE_TAILS = ("花园", "家园", "雅居", "名苑", "小区", "新村", "公寓", "华庭", "佳园", "嘉苑")

PROVINCE = "沧溟省"
DIRECTIONS = "东南西北中上下新"
NUMERALS = "零一二三四五六七八九"

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶"
    "蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎"
    "史龙陶贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
"""Surnames, the commonest first."""
_MALE = "伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林欢阳建志海永国文武建东"
_MALE_SECOND = "伟强军勇杰涛明刚平辉鹏华飞波斌宇浩凯健俊旭龙林阳志海国文东成兴轩泽宸睿霖铭"
_FEMALE = "芳娜敏静丽娟秀艳燕玲桂雪梅红霞萍颖婷慧莹洁琳晶倩怡佳欣雨思梦诗雅美若晓春玉淑"
_FEMALE_SECOND = "芳敏静丽娟艳燕玲兰雪梅红霞萍颖婷慧莹洁琳晶倩怡佳欣涵萱彤琪瑶妍蕊云珍英华"


def _pairs(heads: str, tails: str) -> list[str]:
    return [a + b for a in heads for b in tails if a != b]


def _drawn(words: list[str], number: int, rng: np.random.Generator) -> list[str]:
    return [words[i] for i in rng.permutation(len(words))[:number].tolist()]


def street_names(number: int, rng: np.random.Generator) -> list[str]:
    """Draw different stems for streets and towns."""
    return _drawn(_pairs(_HEADS, _STREET_TAILS), number, rng)


def community_names(rng: np.random.Generator) -> list[str]:
    """Shuffle all stems for communities and villages."""
    stems = _pairs(_HEADS, _COMMUNITY_TAILS)
    return _drawn(stems, len(stems), rng)


def road_names(number: int, rng: np.random.Generator) -> list[str]:
    """Draw stems for roads; when the words run out, with a direction behind."""
    stems = _pairs(_HEADS, _ROAD_TAILS)
    stems = _drawn(stems, len(stems), rng)
    rounds = -(-number // len(stems))
    endings = ["", *DIRECTIONS][:rounds]
    if len(endings) < rounds:
        raise ValueError(f"{number} roads are more than the words can name")
    return [stem + ending for ending in endings for stem in stems][:number]


def estate_names(number: int, rng: np.random.Generator) -> list[str]:
    """Draw names of housing estates; they may repeat far apart."""
    stems = _pairs(_ESTATE_HEADS, _ESTATE_MIDDLES)
    stem, tail = rng.integers(len(stems), size=number), rng.integers(10, size=number)
    return [stems[i] + _ESTATE_TAILS[j] for i, j in zip(stem.tolist(), tail.tolist(), strict=True)]


def given_names(rng: np.random.Generator, *, male: bool) -> list[str]:
    """List 2,000 given names of one sex, one in six of a single character."""
    first, second = (_MALE, _MALE_SECOND) if male else (_FEMALE, _FEMALE_SECOND)
    doubles = [a + b for a in first for b in second]
    singles = list(dict.fromkeys(first))
    pick = rng.integers(len(doubles), size=1667)
    pick_single = rng.integers(len(singles), size=333)
    return [doubles[i] for i in pick.tolist()] + [singles[i] for i in pick_single.tolist()]


def surname_shares() -> np.ndarray:
    """Tell how common each surname is: shares that add up to one."""
    rank = np.arange(len(SURNAMES))
    share = 1 / (rank + 6) ** 0.95
    return share / share.sum()


def numeral(number: int) -> str:
    """Write 1 to 99 in Chinese numerals, larger numbers in digits."""
    if number >= 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else NUMERALS[tens] + "十"
    return head + (NUMERALS[ones] if ones else "")
