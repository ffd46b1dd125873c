"""The roles, what each may do, and which roles each may grant."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gis_gov.access.permissions import WRITE, WRITE_BOUNDARIES, WRITE_PEOPLE, Permission


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of permissions.

    `grants` are the roles that a holder may grant, in places within the own ones. Of the roles that
    are `apart`, an account holds one at most: who runs the system, who gives out rights and who
    watches both are three people (三员分立).
    """

    name: str
    title: str
    title_zh: str
    permissions: frozenset[Permission]
    grants: frozenset[str] = frozenset()
    apart: bool = False


_THINGS: Final = frozenset(
    {
        Permission.MAP_READ,
        Permission.ADDRESS_READ,
        Permission.HOUSE_READ,
        Permission.ENTERPRISE_READ,
        Permission.RESOURCE_READ,
        Permission.EVENT_READ,
    }
)
_PEOPLE: Final = _THINGS | {
    Permission.PERSON_READ,
    Permission.WORKER_READ,
    Permission.TRACK_READ,
    Permission.COUNT,
    Permission.COUNT_EXACT,
}
_FIELD: Final = frozenset(
    {
        Permission.PLAIN_NAME,
        Permission.PLAIN_ROOM,
        Permission.PLAIN_CLASS,
        Permission.PLAIN_PLACE,
        Permission.REVEAL,
    }
)
_OPERATIONAL: Final = frozenset(
    {
        "commander",
        "supervisor",
        "grid_worker",
        "editor",
        "registrar",
        "boundary_administrator",
        "department_officer",
        "weather_officer",
        "analyst",
        "gateway",
        "screen",
    }
)

# Who may read persons or houses one by one can count them: such a role counts exactly, and a role
# that is held by the threshold reads neither.
ROLES: Final[Mapping[str, Role]] = {
    role.name: role
    for role in (
        Role(
            "system_administrator",
            "System administrator",
            "系统管理员",
            frozenset({Permission.MAP_READ, Permission.ACCOUNT_MANAGE, Permission.METRICS_READ}),
            apart=True,
        ),
        Role(
            "security_administrator",
            "Security administrator",
            "安全管理员",
            frozenset({Permission.MAP_READ, Permission.GRANT, Permission.KEY_MANAGE}),
            grants=_OPERATIONAL | {"system_administrator", "security_administrator", "auditor"},
            apart=True,
        ),
        Role(
            "auditor",
            "Auditor",
            "审计管理员",
            frozenset({Permission.MAP_READ, Permission.AUDIT_READ}),
            apart=True,
        ),
        Role(
            "commander",
            "Commander",
            "指挥长",
            _PEOPLE
            | _FIELD
            | {
                Permission.FACE_CAMERA_READ,
                Permission.FENCE_WRITE,
                Permission.EXPORT,
                Permission.SHIFT_WRITE,
                Permission.RULE_WRITE,
                Permission.KEY_MANAGE,
            },
        ),
        Role(
            "supervisor",
            "Supervisor",
            "督导员",
            _PEOPLE
            | _FIELD
            | {
                Permission.FENCE_WRITE,
                Permission.SHIFT_WRITE,
                Permission.RULE_WRITE,
                Permission.EXPORT,
                Permission.GRANT,
            },
            grants=frozenset({"grid_worker"}),
        ),
        Role(
            "grid_worker",
            "Grid worker",
            "网格员",
            _THINGS
            | _FIELD
            | {
                Permission.PERSON_READ,
                Permission.PLAIN_PHONE,
                Permission.COUNT,
                Permission.COUNT_EXACT,
            },
        ),
        Role(
            "editor",
            "Editor",
            "编辑员",
            _THINGS | WRITE | {Permission.PLAIN_ROOM, Permission.COUNT, Permission.COUNT_EXACT},
        ),
        Role(
            "registrar",
            "Registrar",
            "登记员",
            WRITE_PEOPLE
            | {
                Permission.MAP_READ,
                Permission.ADDRESS_READ,
                Permission.HOUSE_READ,
                Permission.PERSON_READ,
                Permission.WORKER_READ,
                Permission.PLAIN_ROOM,
                Permission.COUNT,
                Permission.COUNT_EXACT,
            },
        ),
        Role(
            "boundary_administrator",
            "Boundary administrator",
            "区划管理员",
            WRITE_BOUNDARIES | {Permission.MAP_READ, Permission.FENCE_WRITE},
        ),
        Role(
            "department_officer",
            "Department officer",
            "部门专员",
            _THINGS | {Permission.PERSON_READ, Permission.COUNT, Permission.COUNT_EXACT},
        ),
        Role(
            "weather_officer",
            "Weather officer",
            "气象员",
            frozenset({Permission.MAP_READ, Permission.COUNT}),
        ),
        Role(
            "analyst",
            "Analyst",
            "分析员",
            _THINGS - {Permission.HOUSE_READ} | {Permission.COUNT, Permission.EXPORT},
        ),
        Role(
            "gateway",
            "Positioning gateway",
            "定位接入",
            frozenset({Permission.MAP_READ, Permission.TRACK_WRITE}),
        ),
        Role(
            "screen",
            "Read-only screen",
            "大屏",
            frozenset(
                {
                    Permission.MAP_READ,
                    Permission.RESOURCE_READ,
                    Permission.EVENT_READ,
                    Permission.COUNT,
                }
            ),
        ),
    )
}


def role_named(name: str) -> Role | None:
    """Find a role by its name, its English title in any spelling, or its Chinese title."""
    wanted = name.strip().lower().replace("-", "_").replace(" ", "_")
    for role in ROLES.values():
        titles = (role.name, role.title.lower().replace("-", "_").replace(" ", "_"), role.title_zh)
        if wanted in titles:
            return role
    return None
