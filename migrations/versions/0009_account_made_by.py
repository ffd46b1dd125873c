"""Who made an account: until it has a role, it is theirs to manage."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("account", sa.Column("created_by", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("account_created_by_fkey"), "account", "account", ["created_by"], ["id"]
    )
