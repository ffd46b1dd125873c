-- Before the first row is locked, as the triggers of all writers do (docs/decisions.md, 3).
select boundary_lock_shared()
