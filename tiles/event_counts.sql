-- Which kept counts tell of the events that a tile gathers.

-- Whether who asks is told by the kept counts of just the events that he may read, where these lie.
create or replace function tile_events_are_counted()
returns boolean
language plpgsql stable parallel safe
as $$
begin
    return coalesce(
        coalesce(reach_of('event') -> 'of', '{}') = '{}'
        and (
            reach_everywhere('count_event')
            or reach_of('event') - 'of' = reach_of('count_event') - 'of'
        ),
        false
    );
end
$$;

-- Whether so many events are picked by state, level and class, of all that he may read, that each tile of the
-- zoom gathers them: a count may lie in another one than its events, which would have them singly.
create or replace function tile_events_are_many(query json, many integer)
returns boolean
language plpgsql stable parallel safe
as $$
declare
    state_asked constant text := query ->> 'state';
    level_asked constant text := query ->> 'level';
    is_of_class constant boolean := query ->> 'class_code' is not null;
    classes_asked constant bigint [] := array(
        select c.id from event_class as c where c.code = query ->> 'class_code'
    );
    sees_all constant boolean := reach_everywhere('event');
begin
    return (
        select coalesce(sum(n.count), 0) > many
        from (
            select t.count
            from coarse_event_tally as t
            where
                not is_of_class
                and t.count > 0
                and t.cell <> 0
                and (state_asked is null or t.state = state_asked)
                and (level_asked is null or t.level = level_asked)
                and (
                    sees_all
                    or t.area_id in (select reach_areas('event'))
                    or t.grid_id in (select reach_grids('event'))
                )
            union all
            select t.count
            from event_class_tally as t
            where
                is_of_class
                and t.class_id = any(classes_asked)
                and t.count > 0
                and t.cell <> 0
                and (state_asked is null or t.state = state_asked)
                and (level_asked is null or t.level = level_asked)
                and (
                    sees_all
                    or t.area_id in (select reach_areas('event'))
                    or t.grid_id in (select reach_grids('event'))
                )
            limit many + 1  -- so many rows are enough by themselves
        ) as n
    );
end
$$;
