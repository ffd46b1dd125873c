-- Cut an address at the building: by its elements where it has any, else by its text. The same as
-- address_to_building in access/address_mask.py, with the same patterns, which a test compares. As in
-- 0008, but where nobody told the level, the number after a compound's name may be a room's.
create or replace function address_to_building(full_text text, elements jsonb, level smallint)
returns text
language sql immutable parallel safe
as $$
    with told as (
        select
            coalesce(
                string_agg(e.element ->> 'name', '' order by e.rank) filter (where not p.is_part), ''
            ) as whole,
            coalesce(bool_or(p.is_part), false) as has_part
        from jsonb_array_elements(elements) with ordinality as e (element, rank)
        cross join lateral (
            select coalesce((e.element ->> 'type') collate "C" >= '60', true) as is_part
        ) as p
    ),

    -- No full-width digits, nothing that is not seen, no blanks but single ones.
    written as materialized (
        select
            regexp_replace(
                regexp_replace(
                    normalize(case when t.has_part then t.whole else full_text end, nfkc),
                    '[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFEFF]', '', 'g'
                ),
                '[ \t\r\n\f\v]+', ' ', 'g'
            ) as line,
            coalesce(level, 0) >= 60 and not t.has_part as is_part,
            level is null and not t.has_part as is_untold
        from told as t
    ),

    -- What stands in brackets may tell of another building, or of the room.
    bare as materialized (
        select
            rtrim(
                regexp_replace(
                    regexp_replace(
                        btrim(w.line, ' '),
                        '\([^()]*\)|\[[^][]*\]|【[^【】]*】|〔[^〔〕]*〕', '', 'g'
                    ),
                    '[(\[【〔].*$', ''
                ),
                ' ,、;:.·/~&+_#*-—–‐−―〜'
            ) as line,
            w.is_part,
            w.is_untold
        from written as w
    ),

    -- What the patterns see has one character for each of the address.
    looked_at as materialized (
        select
            b.line,
            b.is_part,
            b.is_untold,
            translate(
                b.line,
                '/—–‐−―〜~.·〇零○一二三四五六七八九壹贰叁肆伍陆柒捌玖貳參陸兩两拾'
                '號樓棟單層戶門鋪舖檔間東負閣頂夾廈寓廣場賓館區國縣鄉團',
                '、---------00012345678912345678923622十'
                '号楼栋单层户门铺铺档间东负阁顶夹厦寓广场宾馆区国县乡团'
            ) as seen
        from bare as b
    ),

    -- The first position that is cut off; 0 or null where there is no such thing. Several patterns
    -- of parts, since PostgreSQL takes four times as long for all of them in one.
    found as materialized (
        select
            l.line,
            l.seen,
            l.is_part,
            regexp_instr(
                l.seen,
                '[0-9A-Za-z十百甲乙丙丁戊己庚辛东南西北中前后主附新老号#](?:幢|栋(?!梁))'
                '|号楼|[0-9A-Za-z十甲乙丙丁戊己庚辛]座',
                1, 1, 1
            ) as after_building,
            regexp_instr(l.seen, '[0-9A-Za-z十百] ?号院?', 1, 1, 1) as after_door,
            (
                select min(nullif(regexp_instr(l.seen, p.pattern), 0))
                from (
                    values
                    -- Numbers of a unit, floor or room, and the word for it.
                    (
                        '(?:第|负|半?地下)?[0-9A-Za-z十百]+(?: ?[、,;&和及与至] ?[0-9A-Za-z十百]+)* ?'
                        '(?:单元|层|楼|梯|室|档|[房户门铺](?![县峡村镇乡寨诊地])'
                        '|号 ?(?:单元|层|梯|室|档|屋|间|[房户门铺](?!地)))'
                    ),
                    -- 19F, 2/F.
                    (
                        '[A-Za-z]*[0-9]{1,3}、?[Ff](?![0-9A-Za-z])'
                    ),
                    -- 1201, B1201, 1201B: not a number of a door, building, lane or road.
                    (
                        '[A-Za-z]*[0-9]{3,}[A-Za-z]*(?![0-9A-Za-z十百]'
                        '|(?:[-、,][0-9]+)*(?: ?号|幢|栋(?!梁)|座|弄|巷|院(?![内里])|[国省县乡]道|团'
                        '|(?:路|街|大道)(?=[东南西北中]?[0-9])))'
                    ),
                    -- 12-501, all of it, since 12 may be a floor: not 12-3号, 156-158号, 3-5幢.
                    (
                        '(?<![-0-9A-Za-z])(?!(?:[0-9]{1,2}-[0-9]{1,2}|[0-9]{3,}-[0-9]+)号)'
                        '[0-9A-Za-z]+ ?-+ ?[0-9A-Za-z]+'
                        '(?![0-9A-Za-z]| ?-+ ?[0-9A-Za-z]| ?(?:幢|栋(?!梁)|座|号[楼院]|弄|巷|区|期))'
                    ),
                    -- 3-2-501, but for the building.
                    (
                        '(?<=[0-9A-Za-z]) ?-+(?: ?[0-9A-Za-z]+ ?-+)+ ?[0-9A-Za-z]+'
                        '(?![0-9A-Za-z]| ?-+ ?[0-9A-Za-z]| ?(?:幢|栋(?!梁)|座|号[楼院]|弄|巷|区|期))'
                    ),
                    -- -501, #501, 3#501.
                    (
                        '(?:(?<![0-9A-Za-z])-+|#) ?-* ?[0-9A-Za-z]+'
                        '(?![0-9A-Za-z]| ?(?:幢|栋(?!梁)|座|号[楼院]|弄|巷|区|期))'
                    ),
                    -- Any number after the name of a building.
                    (
                        '(?<=大厦|公寓|大楼|广场|中心|宿舍|商厦|酒店|宾馆)'
                        ' ?[0-9A-Za-z十百]+(?:-[0-9A-Za-z]+)*(?=$|[ 、,;:]|号(?![楼院]))'
                    ),
                    -- 12B at an end; 12, and then something else.
                    (
                        '[A-Za-z]*[0-9]+[A-Za-z](?=$|[ 、,;:])'
                        '|(?<![-0-9A-Za-z路街巷道弄])[0-9]+[A-Za-z]?(?= (?![号幢座弄]|栋(?!梁)))'
                    ),
                    -- Parts without a number.
                    (
                        '地下室|半地下|阁楼|顶楼|顶层|底楼|底层|夹层|架空层'
                        '|[东南西北中左右甲乙丙丁](?:单元|[户室屋厢](?![县村镇乡寨内外]))'
                    )
                ) as p (pattern)
            ) as part,
            -- 501号, but for 学院路501号, 解放路156-158号, 3组501号.
            case
                when l.is_untold
                    then regexp_instr(
                        l.seen,
                        '(?<![-0-9A-Za-z十百、,第])'
                        '(?:(?<=街道)|(?<![路街道巷弄同段组屯])(?<![路街道巷弄同段组屯] )'
                        '(?<![路街道][东南西北中]))'
                        '第?[A-Za-z]*(?:[0-9]{3,}|[0-9]*百[0-9十]*)[A-Za-z]*(?:[-、,][0-9]+)*'
                        ' ?号(?![楼院])'
                    )
            end as number
        from looked_at as l
    ),

    shortened as materialized (
        select
            f.line,
            f.seen,
            f.is_part,
            rtrim(
                left(
                    f.line,
                    least(
                        coalesce(nullif(f.after_building, 0), nullif(f.after_door, 0)),
                        f.part,
                        nullif(f.number, 0),
                        length(f.line) + 1
                    ) - 1
                ),
                ' ,、;:.·/~&+_#*-—–‐−―〜'
            ) as cut
        from found as f
    )

    -- Of what is a room, and was not cut, nothing is left, unless the number at the end can be the
    -- room.
    select coalesce(nullif(
        case
            when s.is_part and s.cut = s.line
                then rtrim(
                    left(
                        s.line,
                        greatest(regexp_instr(s.seen, '[-0-9A-Za-z十百、,;&# ]+号?$') - 1, 0)
                    ),
                    ' ,、;:.·/~&+_#*-—–‐−―〜'
                )
            else s.cut
        end, ''
    ), '*')
    from shortened as s
$$;

-- The level of an address that nobody told: by its elements, if they tell all of the text, else by how
-- the text ends; null for what may be a room. By these rules, whoever writes. `cut` is the text as the
-- mask tells it: called from in here, the mask would be planned anew for each row.
create function address_level(full_text text, elements jsonb, cut text) returns smallint
language sql immutable parallel safe
as $$
    with listed as materialized (
        select
            max((e.element ->> 'type') collate "C") as deepest,
            bool_or(coalesce((e.element ->> 'type') collate "C" >= '60', true)) as has_part,
            string_agg(e.element ->> 'name', '' order by e.rank) as whole,
            bool_and(
                coalesce(e.element ->> 'type' ~ '^[1-6][0-9]$', false)
                and e.element ->> 'name' is not null
            ) as is_whole
        from jsonb_array_elements(
            case jsonb_typeof(elements) when 'array' then elements else '[]' end
        ) with ordinality as e (element, rank)
    ),

    written as materialized (
        select
            btrim(
                regexp_replace(
                    regexp_replace(
                        normalize(full_text, nfkc),
                        '[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFEFF]', '', 'g'
                    ),
                    '[ \t\r\n\f\v]+', ' ', 'g'
                ),
                ' '
            ) as line
    ),

    ruled as materialized (
        select
            w.line,
            case
                when l.is_whole and right(full_text, length(l.whole)) = l.whole
                    then l.deepest::integer
                when
                    w.line ~ (
                        '([路街巷弄段组屯]|胡同|(?<!街)道|[路街道][东南西北中]) ?第?'
                        '[0-9〇零一二三四五六七八九十百]+(-[0-9]+)?[A-Za-z]? ?[号號]院?$'
                    )
                    or w.line ~ '(?<![新0-9一二三四五六七八九十])村 ?[0-9]{1,2}[号號]$'
                    then 43
                when
                    w.line ~ (
                        '[0-9A-Za-z一二三四五六七八九十百甲乙丙丁戊己庚辛东南西北](幢|栋|棟|座)$'
                        '|[0-9A-Za-z一二三四五六七八九十百] ?[号號][楼樓]$'
                        '|(大厦|大廈|公寓|大楼|大樓|商厦|宿舍)$'
                    )
                    then 50
                when w.line ~ '(小区|小區|花园|花園|家园|家園|新村|苑)$' then 42
                when w.line ~ '([路街巷弄]|大道|胡同)$' then 41
                when w.line ~ '(社区|社區|居委会|村委会|[村组屯])$' then 31
            end as level
        from written as w
        cross join listed as l
    )

    select case
        when l.has_part then case when l.deepest ~ '^6[0-9]$' then l.deepest::integer end
        when r.level < 60 and cut = r.line then r.level
    end::smallint
    from ruled as r
    cross join listed as l
$$;

alter table address
add column known_level smallint
generated always as (
    coalesce(
        level, address_level(full_text, elements, address_to_building(full_text, '[]', 10::smallint))
    )
) stored;

-- Counted apart by the level that is known.
drop trigger address_tally_insert on address;
drop trigger address_tally_delete on address;
drop trigger address_tally_update on address;

do $$
declare
    kind_of_address constant text :=
        'case when r.valid_to is not null then ''retired_addresses'''
        ' when coalesce(r.known_level, 60) >= 60 then ''room_addresses'''
        ' else ''public_addresses'' end';
begin
    execute format(
        'create trigger address_tally_insert after insert on address'
        ' referencing new table as new_rows'
        ' for each statement execute function tally_own(%L)',
        kind_of_address
    );
    execute format(
        'create trigger address_tally_delete after delete on address'
        ' referencing old table as old_rows'
        ' for each statement execute function tally_own(%L)',
        kind_of_address
    );
    execute format(
        'create trigger address_tally_update after update on address'
        ' referencing old table as old_rows new table as new_rows'
        ' for each statement execute function tally_own(%L)',
        kind_of_address
    );
end
$$;

delete from tally
where layer in ('public_addresses', 'room_addresses', 'retired_addresses');
delete from coarse_tally
where layer in ('public_addresses', 'room_addresses', 'retired_addresses');
insert into tally (layer, grid_id, area_id, cell, count, west, south, east, north)
select
    case
        when a.valid_to is not null then 'retired_addresses'
        when coalesce(a.known_level, 60) >= 60 then 'room_addresses'
        else 'public_addresses'
    end as layer,
    coalesce(a.grid_id, 0) as grid_id,
    coalesce(a.area_id, 0) as area_id,
    coalesce(a.cell, 0) as cell,
    count(*) as count,
    min(st_x(a.geom)) as west,
    min(st_y(a.geom)) as south,
    max(st_x(a.geom)) as east,
    max(st_y(a.geom)) as north
from address as a
group by
    case
        when a.valid_to is not null then 'retired_addresses'
        when coalesce(a.known_level, 60) >= 60 then 'room_addresses'
        else 'public_addresses'
    end,
    coalesce(a.grid_id, 0),
    coalesce(a.area_id, 0),
    coalesce(a.cell, 0);
insert into coarse_tally (layer, grid_id, area_id, cell, count, west, south, east, north)
select
    layer,
    grid_id,
    area_id,
    cell_parent(cell, 9) as cell,
    sum(count) as count,
    min(west) as west,
    min(south) as south,
    max(east) as east,
    max(north) as north
from tally
where layer in ('public_addresses', 'room_addresses', 'retired_addresses')
group by layer, grid_id, area_id, cell_parent(cell, 9);

-- What the change log takes for a room is what everything else does.
do $$
declare
    logged record;
begin
    for logged in
        select
            t.tgname as name,
            pg_get_triggerdef(t.oid) as made
        from pg_trigger as t
        where t.tgrelid = 'address'::regclass and t.tgfoid = 'log_change'::regproc
    loop
        execute format('drop trigger %I on address', logged.name);
        execute replace(logged.made, 'coalesce(r.level, 60)', 'coalesce(r.known_level, 60)');
    end loop;
end
$$;
