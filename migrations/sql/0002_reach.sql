-- What the application may see: row policies that read the reach of whoever asks from the session.
-- `gis_gov.reach_<kind>` is a JSON object that the server sets for each request:
-- {"all": false, "areas": [1, 2], "grids": [3], "own": 7, "of": {"service": {"all": true, …}}}.
-- Where it is not set nothing is seen. The functions are called in sub-selects, so that each is
-- evaluated once a statement (docs/decisions.md).

create function reach_of(kind text) returns jsonb
language sql stable parallel safe
return nullif(current_setting('gis_gov.reach_' || kind, true), '')::jsonb;

create function reach_everywhere(kind text) returns boolean
language sql stable parallel safe
return coalesce((reach_of(kind) ->> 'all')::boolean, false);

create function reach_own(kind text) returns bigint
language sql stable parallel safe
return (reach_of(kind) ->> 'own')::bigint;

create function reach_areas(kind text) returns setof bigint
language sql stable parallel safe rows 100
as $$ select a::bigint from jsonb_array_elements_text(reach_of(kind) -> 'areas') as a $$;

create function reach_grids(kind text) returns setof bigint
language sql stable parallel safe rows 100
as $$ select g::bigint from jsonb_array_elements_text(reach_of(kind) -> 'grids') as g $$;

-- Rows of some classes only: persons by person class, events by department.
create function reach_classes(kind text) returns setof text
language sql stable parallel safe rows 4
as $$
    select o.key from jsonb_each(reach_of(kind) -> 'of') as o
    where (o.value ->> 'all')::boolean
$$;

create function reach_areas_by_class(kind text) returns table (area_id bigint, row_class text)
language sql stable parallel safe rows 100
as $$
    select a.id::bigint as area_id, o.key as row_class
    from jsonb_each(reach_of(kind) -> 'of') as o
    cross join lateral jsonb_array_elements_text(o.value -> 'areas') as a (id)
$$;

create function reach_grids_by_class(kind text) returns table (grid_id bigint, row_class text)
language sql stable parallel safe rows 100
as $$
    select g.id::bigint as grid_id, o.key as row_class
    from jsonb_each(reach_of(kind) -> 'of') as o
    cross join lateral jsonb_array_elements_text(o.value -> 'grids') as g (id)
$$;

alter table address enable row level security;
alter table house enable row level security;
alter table enterprise enable row level security;
alter table person enable row level security;
alter table resource enable row level security;
alter table event enable row level security;
alter table worker enable row level security;
alter table last_position enable row level security;
alter table position enable row level security;
alter table tally enable row level security;

create policy address_reach on address to gis_gov_app using (
    (select reach_everywhere('address'))
    or area_id in (select reach_areas('address'))
    or grid_id in (select reach_grids('address'))
);

create policy house_reach on house to gis_gov_app using (
    (select reach_everywhere('house'))
    or area_id in (select reach_areas('house'))
    or grid_id in (select reach_grids('house'))
);

create policy enterprise_reach on enterprise to gis_gov_app using (
    (select reach_everywhere('enterprise'))
    or area_id in (select reach_areas('enterprise'))
    or grid_id in (select reach_grids('enterprise'))
);

create policy person_reach on person to gis_gov_app using (
    (select reach_everywhere('person'))
    or area_id in (select reach_areas('person'))
    or grid_id in (select reach_grids('person'))
    or person_class in (select reach_classes('person'))
    or (area_id, person_class) in (
        select
            r.area_id,
            r.row_class
        from reach_areas_by_class('person') as r
    )
    or (grid_id, person_class) in (
        select
            r.grid_id,
            r.row_class
        from reach_grids_by_class('person') as r
    )
);

-- A camera that knows faces tells where somebody was.
create policy resource_reach on resource to gis_gov_app using (
    (
        (select reach_everywhere('resource'))
        or area_id in (select reach_areas('resource'))
        or grid_id in (select reach_grids('resource'))
    )
    and (
        not coalesce(class in ('face', '人脸'), false)
        or (select reach_everywhere('face_camera'))
        or area_id in (select reach_areas('face_camera'))
        or grid_id in (select reach_grids('face_camera'))
    )
);

create policy event_reach on event to gis_gov_app using (
    (select reach_everywhere('event'))
    or area_id in (select reach_areas('event'))
    or grid_id in (select reach_grids('event'))
    or department in (select reach_classes('event'))
    or (area_id, department) in (
        select
            r.area_id,
            r.row_class
        from reach_areas_by_class('event') as r
    )
    or (grid_id, department) in (
        select
            r.grid_id,
            r.row_class
        from reach_grids_by_class('event') as r
    )
);

create policy worker_reach on worker to gis_gov_app using (
    (select reach_everywhere('worker'))
    or area_id in (select reach_areas('worker'))
    or id = (select reach_own('worker'))
    or id in (
        select w.worker_id from grid_worker as w
        where w.grid_id in (select reach_grids('worker'))
    )
);

create policy last_position_reach on last_position to gis_gov_app using (
    (select reach_everywhere('track'))
    or area_id in (select reach_areas('track'))
    or grid_id in (select reach_grids('track'))
    or worker_id = (select reach_own('track'))
);

create policy position_reach on position to gis_gov_app using (
    (select reach_everywhere('track'))
    or area_id in (select reach_areas('track'))
    or grid_id in (select reach_grids('track'))
    or worker_id = (select reach_own('track'))
);

-- Kept counts know neither person classes nor departments: a right for some of them only does not
-- open the counts of all.
create policy tally_reach on tally to gis_gov_app using (
    (
        layer not in ('persons', 'events')
        and (
            (select reach_everywhere('count'))
            or area_id in (select reach_areas('count'))
            or grid_id in (select reach_grids('count'))
        )
    )
    or (
        layer = 'persons'
        and (
            (select reach_everywhere('count_person'))
            or area_id in (select reach_areas('count_person'))
            or grid_id in (select reach_grids('count_person'))
        )
    )
    or (
        layer = 'events'
        and (
            (select reach_everywhere('count_event'))
            or area_id in (select reach_areas('count_event'))
            or grid_id in (select reach_grids('count_event'))
        )
    )
);
