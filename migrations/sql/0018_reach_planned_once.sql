-- The functions that the row policies call are planned once in a session. As bodies in SQL they were
-- unfolded into each query, six times and more, and planned with it each time: for a page of a list
-- that took as long as reading it.

create or replace function reach_areas(kind text) returns setof bigint
language plpgsql stable parallel safe rows 100
as $$
begin
    return query
    select a::bigint from jsonb_array_elements_text(reach_of(kind) -> 'areas') as a;
end
$$;

create or replace function reach_grids(kind text) returns setof bigint
language plpgsql stable parallel safe rows 100
as $$
begin
    return query
    select g::bigint from jsonb_array_elements_text(reach_of(kind) -> 'grids') as g;
end
$$;

create or replace function reach_classes(kind text) returns setof text
language plpgsql stable parallel safe rows 4
as $$
begin
    return query
    select o.key from jsonb_each(reach_of(kind) -> 'of') as o
    where (o.value ->> 'all')::boolean;
end
$$;

create or replace function reach_areas_by_class(
    kind text
) returns table (area_id bigint, row_class text)
language plpgsql stable parallel safe rows 100
as $$
begin
    return query
    select a.id::bigint, o.key
    from jsonb_each(reach_of(kind) -> 'of') as o
    cross join lateral jsonb_array_elements_text(o.value -> 'areas') as a (id);
end
$$;

create or replace function reach_grids_by_class(
    kind text
) returns table (grid_id bigint, row_class text)
language plpgsql stable parallel safe rows 100
as $$
begin
    return query
    select g.id::bigint, o.key
    from jsonb_each(reach_of(kind) -> 'of') as o
    cross join lateral jsonb_array_elements_text(o.value -> 'grids') as g (id);
end
$$;
