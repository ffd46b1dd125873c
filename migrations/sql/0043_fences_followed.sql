-- As in 0035_fence_shape.sql, but the lock comes before the rows: taken by the trigger after them, it would be waited for
-- crosswise with who has it and waits for one of them.
create or replace function follow_boundary() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    if not exists (
        select from fence as f
        where
            f.retired_at is null
            and case tg_table_name when 'grid' then f.of_grid_id else f.of_area_id end = new.id
    ) then
        return null;
    end if;
    perform pg_advisory_xact_lock(7405010);
    -- What ends on another day is to be read anew.
    perform nextval('fence_number');
    if tg_table_name = 'grid' then
        update fence as f set updated_at = now()
        where f.of_grid_id = new.id and f.retired_at is null;
    else
        update fence as f set updated_at = now()
        where f.of_area_id = new.id and f.retired_at is null;
    end if;
    return null;
end
$$;

-- For who was heard of lately, who left lately, and what is forgotten.
create index fence_state_hour_at_idx on fence_state (hour_at);
create index crossing_left_idx on crossing (version_id, at) where kind = 'exit' and withdrawn_at is null;
create index alarm_last_at_idx on alarm (last_at);
