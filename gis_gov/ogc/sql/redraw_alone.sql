-- Loads of areas and grids check meshes before they write; whoever writes points waits for boundaries
-- (docs/decisions.md, 3). In the order in which loads take these locks.
select
    pg_advisory_xact_lock(7405004, hashtext('areas')),
    pg_advisory_xact_lock(7405004, hashtext('grids')),
    boundary_lock()
