"""What can be permitted: the vocabulary of routes, roles and policies."""

from enum import StrEnum


class Permission(StrEnum):
    """Name one thing that an actor may do; a role holds some of them, an account holds roles."""

    MAP_READ = "map.read"
    """Areas, grids, the map style: no thing and nobody."""

    ADDRESS_READ = "address.read"
    HOUSE_READ = "house.read"
    ENTERPRISE_READ = "enterprise.read"
    RESOURCE_READ = "resource.read"
    EVENT_READ = "event.read"
    PERSON_READ = "person.read"
    WORKER_READ = "worker.read"
    TRACK_READ = "track.read"
    """Where workers are and were."""
    FACE_CAMERA_READ = "face_camera.read"

    ADDRESS_WRITE = "address.write"
    HOUSE_WRITE = "house.write"
    ENTERPRISE_WRITE = "enterprise.write"
    RESOURCE_WRITE = "resource.write"
    EVENT_WRITE = "event.write"
    """To create, change and delete things: where they are, and where they are put."""
    PERSON_WRITE = "person.write"
    WORKER_WRITE = "worker.write"
    """The same for people, each where he is at home or employed."""
    GRID_WRITE = "grid.write"
    AREA_WRITE = "area.write"
    """To draw, redraw and delete grids in an area, and areas below one."""

    TRACK_WRITE = "track.write"
    """To tell where workers are, and to start and stop their patrols; one's own takes no right."""
    RULE_WRITE = "rule.write"
    """To say what has to be patrolled, to excuse tasks, and when it is worked."""

    FENCE_WRITE = "fence.write"
    """To draw, change and retire geofences where they lie."""

    SHIFT_WRITE = "shift.write"
    """To say when workers are on shift: at other times nothing is stored of where they are."""

    COUNT = "count"
    """How many there are: heat maps and statistics."""
    COUNT_EXACT = "count.exact"
    """Counts of people as they are, those below the threshold too."""

    PLAIN_NAME = "plain.name"
    PLAIN_PHONE = "plain.phone"
    PLAIN_ID_NUMBER = "plain.id_number"
    PLAIN_ROOM = "plain.room"
    PLAIN_CLASS = "plain.class"
    """Whether somebody is a key person (重点人员)."""
    PLAIN_PLACE = "plain.place"
    """A person's own point, where others get the middle of the grid."""
    REVEAL = "reveal"
    """To see a masked field for a stated reason."""
    EXPORT = "export"
    """To take tables out: CSV and other files."""

    ACCOUNT_MANAGE = "account.manage"
    GRANT = "grant"
    KEY_MANAGE = "key.manage"
    AUDIT_READ = "audit.read"
    METRICS_READ = "metrics.read"


PLAIN = frozenset(
    {
        Permission.PLAIN_NAME,
        Permission.PLAIN_PHONE,
        Permission.PLAIN_ID_NUMBER,
        Permission.PLAIN_ROOM,
        Permission.PLAIN_CLASS,
        Permission.PLAIN_PLACE,
    }
)
"""The rights to see a field as it is."""

WRITE = frozenset(
    {
        Permission.ADDRESS_WRITE,
        Permission.HOUSE_WRITE,
        Permission.ENTERPRISE_WRITE,
        Permission.RESOURCE_WRITE,
        Permission.EVENT_WRITE,
    }
)
"""The rights to write things."""

WRITE_PEOPLE = frozenset({Permission.PERSON_WRITE, Permission.WORKER_WRITE})
"""The rights to write people."""

WRITE_BOUNDARIES = frozenset({Permission.GRID_WRITE, Permission.AREA_WRITE})
"""The rights to write boundaries."""
