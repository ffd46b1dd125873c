-- Rows that refer to it may be written meanwhile.
select 1 from fence
where code = %(code)s
for no key update
