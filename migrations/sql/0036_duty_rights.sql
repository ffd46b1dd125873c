-- Who may know of a task: whoever may follow workers where it is, he whose it is, and where it is
-- nobody's own, those who may do it. Of a rule, whoever knows its area, or has a task of it.

alter table patrol_rule enable row level security;
alter table patrol_rule_worker enable row level security;
alter table patrol_rule_object enable row level security;
alter table patrol_rule_point enable row level security;
alter table patrol_task enable row level security;
alter table patrol_judgement enable row level security;
alter table judgement_due enable row level security;
alter table working_day enable row level security;

create policy patrol_task_reach on patrol_task to gis_gov_app using (
    (select reach_everywhere('track'))
    or area_id in (select reach_areas('track'))
    or grid_id in (select reach_grids('track'))
    or worker_id = (select reach_own('track'))
    or (
        worker_id is null
        and (select reach_own('track')) is not null
        and (
            grid_id in (
                select g.grid_id
                from grid_worker as g
                where
                    g.worker_id = (select reach_own('track'))
                    and g.valid_from <= patrol_task.ends_on
                    and (g.valid_to is null or g.valid_to >= patrol_task.begins_on)
            )
            or (
                grid_id is null
                and area_id in (
                    select w.area_id
                    from worker as w
                    where w.id = (select reach_own('track'))
                )
            )
        )
    )
    or (
        worker_id is null
        and exists (
            select
            from patrol_rule_worker as n
            where n.rule_id = patrol_task.rule_id and n.worker_id = (select reach_own('track'))
        )
    )
);
create policy patrol_rule_reach on patrol_rule to gis_gov_app using (
    (select reach_everywhere('track'))
    or area_id in (select reach_areas('track'))
    or exists (
        select
        from patrol_task as t
        where t.rule_id = patrol_rule.id
    )
);
-- Not by the rule, whose tasks ask for these: that would go round.
create policy patrol_rule_worker_reach on patrol_rule_worker to gis_gov_app using (
    (select reach_everywhere('track'))
    or worker_id = (select reach_own('track'))
    or worker_id in (
        select w.id
        from worker as w
        where w.area_id in (select reach_areas('track'))
    )
);
create policy patrol_rule_object_reach on patrol_rule_object to gis_gov_app using (
    (select reach_everywhere('track')) or rule_id in (select r.id from patrol_rule as r)
);
create policy patrol_rule_point_reach on patrol_rule_point to gis_gov_app using (
    (select reach_everywhere('track')) or rule_id in (select r.id from patrol_rule as r)
);
create policy patrol_judgement_reach on patrol_judgement to gis_gov_app using (
    (select reach_everywhere('track')) or patrol_id in (select p.id from patrol as p)
);
create policy judgement_due_reach on judgement_due to gis_gov_app using (
    (select reach_everywhere('track_write'))
);
create policy working_day_reach on working_day to gis_gov_app using (true);

-- Asked of the owner: by its policy, a rule is known by its tasks, and these by whom it names.
create function rule_in_reach(rule bigint) returns boolean
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
    return exists (
        select
        from patrol_rule as r
        where
            r.id = rule_in_reach.rule
            and (
                reach_everywhere('rule_write')
                or r.area_id in (select reach_areas('rule_write'))
            )
    );
end
$$;

revoke execute on function rule_in_reach(bigint) from public;
grant execute on function rule_in_reach(bigint) to gis_gov_app;

do $$
declare
    own constant text := $policy$
        (
            (select reach_everywhere('rule_write'))
            or area_id in (select reach_areas('rule_write'))
        )
    $policy$;
    part text;
begin
    execute 'create policy patrol_rule_insert on patrol_rule as restrictive for insert'
        || ' to gis_gov_app with check (' || own || ')';
    execute 'create policy patrol_rule_update on patrol_rule as restrictive for update'
        || ' to gis_gov_app using (' || own || ')';
    foreach part in array array['worker', 'object', 'point'] loop
        execute format(
            'create policy patrol_rule_%1$s_insert on patrol_rule_%1$s as restrictive for insert'
            || ' to gis_gov_app with check (rule_in_reach(rule_id))',
            part
        );
    end loop;
    execute 'create policy working_day_insert on working_day as restrictive for insert'
        || ' to gis_gov_app with check ((select reach_everywhere(''rule_write'')))';
    execute 'create policy working_day_update on working_day as restrictive for update'
        || ' to gis_gov_app using ((select reach_everywhere(''rule_write'')))';
    execute 'create policy working_day_delete on working_day as restrictive for delete'
        || ' to gis_gov_app using ((select reach_everywhere(''rule_write'')))';
end
$$;

-- Tasks are made, and judged, by the server itself; but to excuse one is somebody's word.
create policy patrol_task_insert on patrol_task as restrictive for insert to gis_gov_app
with check ((select reach_everywhere('track_write')));
create policy patrol_task_update on patrol_task as restrictive for update to gis_gov_app
using ((select reach_everywhere('track_write')));
create policy patrol_task_delete on patrol_task as restrictive for delete to gis_gov_app
using ((select reach_everywhere('track_write')));
create policy patrol_judgement_insert on patrol_judgement as restrictive for insert to gis_gov_app
with check ((select reach_everywhere('track_write')));
create policy patrol_judgement_update on patrol_judgement as restrictive for update to gis_gov_app
using ((select reach_everywhere('track_write')));
create policy patrol_judgement_delete on patrol_judgement as restrictive for delete to gis_gov_app
using ((select reach_everywhere('track_write')));

grant select, insert on
patrol_rule, patrol_rule_worker, patrol_rule_object, patrol_rule_point to gis_gov_app;
grant update (valid_to, made_on) on patrol_rule to gis_gov_app;
grant select, insert, update, delete on patrol_task, patrol_judgement, working_day to gis_gov_app;
grant select, insert, delete on judgement_due to gis_gov_app;
