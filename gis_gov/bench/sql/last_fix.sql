-- When somebody was last heard of.
select max(p.time) as last_fix from position as p
