-- Nothing, if it lies where he may not follow workers, or is his own; false, if it was acknowledged before.
with reached as (
    select
        a.id,
        a.acknowledged_at is null as is_first
    from alarm as a
    where
        a.id = %(id)s
        and a.worker_id is distinct from %(own)s::bigint
        and (
            %(everywhere)s
            or a.area_id = any(%(areas)s::bigint[])
            or a.grid_id = any(%(grids)s::bigint[])
            or a.fence_area_id = any(%(areas)s::bigint[])
            or a.fence_grid_id = any(%(grids)s::bigint[])
        )
    for update
),

done as (
    update alarm as a
    set
        acknowledged_at = clock_timestamp(),
        acknowledged_by = %(name)s,
        note = %(note)s,
        closed_at = case when a.kind = 'sos' then coalesce(a.closed_at, clock_timestamp()) else a.closed_at end
    from reached as r
    where a.id = r.id and r.is_first
)

select r.is_first
from reached as r
