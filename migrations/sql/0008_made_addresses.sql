-- Addresses that loads made of coordinates. Those of dwellings are rooms.
update address as a
set level = 62
from house as h
where a.code = 'house:' || h.code and h.kind = 'dwelling' and (a.level < 60) is not false;

-- Those of persons had the name for a text, where no text was given; a text that was is kept with the
-- person, too. So a name is what the person is called today, or, of who was renamed or is gone, a text
-- that nobody keeps and that has no number.
update address as a
set full_text = substr(a.code, 8)
where
    a.code like 'person:%'
    and (
        exists (
            select from person as p
            where p.code = substr(a.code, 8) and p.name = a.full_text
        )
        or (
            a.full_text !~ '[0-9０-９]'
            and not exists (
                select from person as p
                cross join lateral jsonb_each_text(p.attrs) as kept (name, text)
                where p.code = substr(a.code, 8) and btrim(kept.text) = a.full_text
            )
        )
    );
