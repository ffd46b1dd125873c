"""What is not told of positions, crossings and alarms: who is meant, and at which fence."""

from collections.abc import Sequence

from gis_gov.access.actor import Actor
from gis_gov.access.permissions import Permission
from gis_gov.live.queries import PassingRow


def hidden_of(actor: Actor, row: PassingRow) -> tuple[str, ...]:
    """Return whom and which fence somebody may not know of, as where alarms are read."""
    known = {
        "worker": knows_worker(actor, row.worker_id, row.worker_area_id, row.worker_grids),
        "other": row.other_id is None
        or knows_worker(actor, row.other_id, row.other_area_id, row.other_grids),
        "fence": row.fence_id is None or _knows_fence(actor, row),
    }
    return tuple(name for name, is_known in known.items() if not is_known)


def knows_worker(actor: Actor, worker_id: int, area_id: int | None, grids: Sequence[int]) -> bool:
    """Say whether somebody may know of a worker, by who employs him and the grids that are his."""
    if worker_id == actor.worker_id:
        return True
    reach = actor.reach(Permission.WORKER_READ)
    return reach.holds(area_id, None) or any(reach.holds(None, grid_id) for grid_id in grids)


def _knows_fence(actor: Actor, row: PassingRow) -> bool:
    rights = (Permission.TRACK_READ, Permission.FENCE_WRITE)
    place = row.fence_now_area_id, row.fence_now_grid_id
    if any(actor.reach(right).holds(*place) for right in rights):
        return True
    return actor.worker_id is not None and actor.worker_id in (row.for_workers or ())
