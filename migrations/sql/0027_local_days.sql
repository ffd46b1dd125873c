-- Days are those of UTC+8, as in gis_gov/days.py: whatever zone a session has, and whoever writes. The
-- bodies are bound to what they name when they are made, so that no search_path leads elsewhere, and
-- are put into the queries that call them.

create function local_day(moment timestamptz) returns date
language sql immutable strict parallel safe
return (moment at time zone interval '8 hours')::date;

create function local_today() returns date
language sql stable parallel safe
return local_day(now());

comment on function local_day(timestamptz) is 'The day of UTC+8 that a moment belongs to.';
comment on function local_today() is
'The day of UTC+8 on which the transaction began; use it, not current_date, which is the session''s.';

alter table grid_worker alter column valid_from set default local_today();
alter table role_grant alter column valid_from set default local_today();

-- As in 0024_writing_people.sql but for the day.
alter policy grid_worker_delete on grid_worker using (
    (valid_from >= (select local_today()) or valid_to = valid_from)
    and exists (
        select from worker as w
        where
            w.id = grid_worker.worker_id
            and (
                (select reach_everywhere('worker_write'))
                or w.area_id in (select reach_areas('worker_write'))
            )
    )
    and (
        (select reach_everywhere('worker_write'))
        or exists (
            select from grid as g
            where
                g.id = grid_worker.grid_id
                and (
                    g.area_id in (select reach_areas('worker_write'))
                    or g.id in (select reach_grids('worker_write'))
                )
        )
    )
);
