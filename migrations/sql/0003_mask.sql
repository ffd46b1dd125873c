-- Cut an address at the building: by its elements where it has any, else by its text. The same as
-- address_to_building in access/masks.py, which a test compares.
create function address_to_building(full_text text, elements jsonb, level smallint) returns text
language sql immutable parallel safe
as $$
    with told as (
        select
            string_agg(e.element ->> 'name', '' order by e.rank)
            filter (where (e.element ->> 'type') collate "C" < '60') as whole,
            coalesce(bool_or((e.element ->> 'type') collate "C" >= '60'), false) as has_part
        from jsonb_array_elements(elements) with ordinality as e (element, rank)
    ),

    written as (
        select
            case when t.has_part then coalesce(t.whole, '') else btrim(full_text, E' \t\r\n') end
            as line,
            coalesce(level, 0) >= 60 and not t.has_part as is_part
        from told as t
    ),

    shortened as (
        select
            w.line,
            w.is_part,
            coalesce(
                substring(
                    w.line from '^.*?(?:幢|栋|棟|号楼|號樓|[0-9A-Za-z一二三四五六七八九十甲乙丙丁]座)'
                ),
                substring(w.line from '^.*?[0-9][-0-9]*?(?:号院|號院|号(?!院)|號(?!院))'),
                regexp_replace(
                    w.line,
                    '[0-9A-Za-z一二三四五六七八九十]+(单元|單元|层|層|楼|樓|梯|室|房|户|戶|门|門).*$'
                    '|[-—–－#＃][0-9A-Za-z].*$|[0-9]{3,}$',
                    ''
                )
            ) as cut
        from written as w
    )

    select coalesce(nullif(
        case
            when s.is_part and s.cut = s.line
                then nullif(regexp_replace(s.line, '[-0-9A-Za-z]+(号|號)?$', ''), s.line)
            else s.cut
        end, ''
    ), '*')
    from shortened as s
$$;
