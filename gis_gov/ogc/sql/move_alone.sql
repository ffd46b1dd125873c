-- Whoever moves an address does so alone, and takes along what it places.
select pg_advisory_xact_lock(7405005)
