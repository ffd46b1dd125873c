-- As in 0044_walked_cells.sql; but which cells those are is worked out once, and not for each cell that is kept: to forget
-- 2,773 days of workers took more than five minutes.
create or replace function keep_walked_cells() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    of_new constant text := 'select date_trunc(''month'', n.day)::date as month, u.cell'
    ' from new_rows as n cross join lateral unnest(n.cells) as u (cell)';
    of_old constant text := 'select date_trunc(''month'', o.day)::date as month, u.cell'
    ' from old_rows as o cross join lateral unnest(o.cells) as u (cell)';
begin
    -- Planned at each call, as in 0001_place.sql.
    execute format(
        $query$
            insert into walked_cell as w (month, cell, days)
            select date_trunc('month', c.day)::date as month, u.cell, sum(c.step) as days
            from (%s) as c (day, cells, step)
            cross join lateral unnest(c.cells) as u (cell)
            group by 1, 2
            having sum(c.step) <> 0
            order by 1, 2
            on conflict (month, cell) do update set days = w.days + excluded.days
        $query$,
        case tg_op
            when 'INSERT' then 'select n.day, n.cells, 1 from new_rows as n'
            when 'DELETE' then 'select o.day, o.cells, -1 from old_rows as o'
            else
                'select n.day, n.cells, 1 from new_rows as n'
                ' union all select o.day, o.cells, -1 from old_rows as o'
        end
    );
    if tg_op = 'INSERT' then
        return null;
    end if;
    -- Of those alone that were just written, and are so held already.
    execute format(
        'delete from walked_cell as w using (%s) as c'
        ' where w.month = c.month and w.cell = c.cell and w.days = 0',
        case tg_op when 'DELETE' then of_old || ' group by 1, 2' else of_old || ' except ' || of_new end
    );
    return null;
end
$$;
