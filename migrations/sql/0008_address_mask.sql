-- Cut an address at the building: by its elements where it has any, else by its text. The same as
-- address_to_building in access/address_mask.py, with the same patterns, which a test compares.
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
            coalesce(level, 0) >= 60 and not t.has_part as is_part
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
            w.is_part
        from written as w
    ),

    -- What the patterns see has one character for each of the address.
    looked_at as materialized (
        select
            b.line,
            b.is_part,
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
            ) as part
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
