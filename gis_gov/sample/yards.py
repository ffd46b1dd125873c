"""What yards are called: estates, works, schools and the like."""

from gis_gov.sample import names
from gis_gov.sample.areas import Areas
from gis_gov.sample.doors import Doors
from gis_gov.sample.land import Land, Use
from gis_gov.sample.streams import stream

_OFFICE_ENDINGS = ("大厦", "商务中心", "广场", "国际中心")
_WORKS_ENDINGS = ("工业园", "科技园", "产业园", "工业城")


def name_yards(doors: Doors, land: Land, areas: Areas, seed: int) -> list[str]:
    """Name every yard; public ones after their community or street, each name once."""
    rng = stream(seed, "yards")
    block = doors.block[: doors.yards]
    community = areas.block_community[block]
    estates = names.estate_names(len(block), rng)
    ending = rng.integers(4, size=len(block))
    seen: dict[str, int] = {}
    titles: list[str] = []
    for at, use in enumerate(land.use[block].tolist()):
        number = int(community[at])
        place = areas.community.name[number].removesuffix("社区").removesuffix("村")
        street = areas.street.name[int(areas.community.parent[number])]
        title = _title(Use(use), place, street, estates[at], int(ending[at]))
        seen[title] = seen.get(title, 0) + 1
        more = seen[title]
        titles.append(title if more == 1 else f"{title}{_phase(Use(use), more)}")
    return titles


def _title(use: Use, place: str, street: str, estate: str, ending: int) -> str:
    if use == Use.SCHOOL:
        return f"{place}{('小学', '实验学校', '中学', '小学')[ending]}"
    if use == Use.HOSPITAL:
        return f"{street.removesuffix('街道').removesuffix('镇')}医院"
    if use == Use.MARKET:
        return f"{place}农贸市场"
    if use == Use.DORMITORY:
        return f"{estate[:2]}员工公寓"
    if use == Use.OFFICES:
        return estate[:2] + _OFFICE_ENDINGS[ending]
    if use == Use.WORKS:
        return estate[:2] + _WORKS_ENDINGS[ending]
    return estate


def _phase(use: Use, more: int) -> str:
    if use in (Use.SCHOOL, Use.HOSPITAL):
        return f"第{names.numeral(more)}分部"
    return f"{names.numeral(more)}期"
