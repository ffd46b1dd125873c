-- Tasks of nobody in particular, looked up by their rule: who judges a patrol asks for them each time.
create index patrol_task_rule_id_due_at_idx on patrol_task (rule_id, due_at)
where worker_id is null;
-- The tasks of a line from a day on.
create index patrol_task_rule_id_object_id_due_at_idx on patrol_task (rule_id, object_id, due_at);

-- What somebody may do on a day: his own tasks, and those of nobody that are for him, too. Who these are for: whom the
-- rule names, else who serves in the grid, else who is employed in the area. Each by an index of its own: one condition
-- for all would look at all tasks of nobody. Past the row policies, which take ten times as long to set up as this to
-- run; so it tells nothing to who may not know of all.
create function tasks_of_worker(whose bigint, that_day date, since timestamptz, until timestamptz)
returns setof patrol_task
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
    if not reach_everywhere('track') then
        return;
    end if;
    return query
    select t.*
    from patrol_task as t
    where t.worker_id = whose and t.begins_at < until and t.due_at > since
    union
    select t.*
    from patrol_rule_worker as n
    inner join patrol_task as t on n.rule_id = t.rule_id
    where n.worker_id = whose and t.worker_id is null and t.begins_at < until and t.due_at > since
    union
    select t.*
    from grid_worker as g
    inner join patrol_task as t on g.grid_id = t.grid_id
    where
        g.worker_id = whose
        and g.valid_from <= that_day
        and (g.valid_to is null or g.valid_to >= that_day)
        and t.worker_id is null
        and t.begins_at < until
        and t.due_at > since
        and not exists (select from patrol_rule_worker as n where n.rule_id = t.rule_id)
    union
    select t.*
    from worker as w
    inner join area as own on w.area_id = own.id
    inner join area as a on own.path >= a.path and own.path < a.path || 'Z'
    inner join patrol_rule as r on a.id = r.area_id
    inner join patrol_task as t on r.id = t.rule_id
    where
        w.id = whose
        and t.worker_id is null
        and t.grid_id is null
        and t.begins_at < until
        and t.due_at > since
        and not exists (select from patrol_rule_worker as n where n.rule_id = r.id);
end
$$;

revoke execute on function tasks_of_worker(bigint, date, timestamptz, timestamptz) from public;
grant execute on function tasks_of_worker(bigint, date, timestamptz, timestamptz) to gis_gov_app;
