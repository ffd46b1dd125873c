"""The one door to PostgreSQL: cluster, pool, migrations, queries, bulk copy, notifications."""
