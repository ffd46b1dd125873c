-- In one that is for a worker he should be; the others tell what is asked for, and of who is alone there for so long.
insert into fence (code, name, geom, tells, alone_s, for_workers, valid_from)
select
    'bench-' || u.place as code,
    u.place::text as name, -- noqa: RF04
    st_geomfromwkb(u.wkb, 4490) as geom,
    case when u.worker_id is null then %(tells)s::text[] else array['outside'] end as tells,
    case when u.worker_id is null then %(alone_s)s::float8 end as alone_s,
    case when u.worker_id is not null then array[u.worker_id] end as for_workers,
    to_timestamp(%(valid_from_s)s) as valid_from
from unnest(%(wkb)s::bytea[], %(worker_id)s::bigint[]) with ordinality as u (wkb, worker_id, place)
