-- Who else is connected to any database of the server.
select
    coalesce(
        nullif(a.application_name, ''), 'a program that tells no name'
    ) || ' (' || a.usename || ')' as who
from pg_stat_activity as a
where a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
