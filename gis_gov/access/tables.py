"""Tables of accounts, their rights, keys and sessions, and of the audit."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, INET, JSONB

from gis_gov.access.roles import ROLES
from gis_gov.db.metadata import identity, metadata, one_of, reference, written

account = Table(
    "account",
    metadata,
    identity(),
    Column("name", Text(collation="C"), nullable=False, unique=True),
    Column("display_name", Text),
    Column("password_hash", Text),
    Column("password_set_at", DateTime(timezone=True)),
    Column("password_must_change", Boolean, nullable=False, server_default=text("false")),
    Column("former_password_hashes", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("locked_until", DateTime(timezone=True)),
    Column("totp_sealed", LargeBinary),
    Column("totp_confirmed", Boolean, nullable=False, server_default=text("false")),
    Column("totp_last_step", BigInteger),
    Column("oidc_issuer", Text),
    Column("oidc_subject", Text),
    reference("worker_id", "worker"),
    reference("created_by", "account"),
    Column("disabled_at", DateTime(timezone=True)),
    *written(),
    CheckConstraint("name ~ '^[^[:space:][:cntrl:]/:]{2,64}$'", name="name_shape"),
    CheckConstraint("(oidc_issuer is null) = (oidc_subject is null)", name="oidc_whole"),
    Index(
        "account_oidc_key",
        "oidc_issuer",
        "oidc_subject",
        unique=True,
        postgresql_where=text("oidc_subject is not null"),
    ),
    comment="People who sign in; each has an account of their own.",
)

api_key = Table(
    "api_key",
    metadata,
    identity(),
    Column("name", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("account_id", BigInteger, ForeignKey("account.id")),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash_length"),
    CheckConstraint("expires_at > created_at", name="expires_later"),
    Index("api_key_account_id_idx", "account_id"),
    comment="Keys of machines, only as hashes; without an account, made at the command line.",
)

role_grant = Table(
    "role_grant",
    metadata,
    identity(),
    reference("account_id", "account"),
    reference("key_id", "api_key"),
    Column("role", Text, nullable=False),
    reference("area_id", "area"),
    reference("grid_id", "grid"),
    Column("department", Text),
    Column("person_classes", ARRAY(Text)),
    Column("valid_from", Date, nullable=False, server_default=text("local_today()")),
    Column("valid_to", Date),
    Column("granted_by", BigInteger, ForeignKey("account.id")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    one_of("role", *ROLES),
    CheckConstraint("num_nonnulls(account_id, key_id) = 1", name="one_holder"),
    CheckConstraint("num_nonnulls(area_id, grid_id) <= 1", name="one_place"),
    CheckConstraint(
        "person_classes <@ array['service', 'control', 'rely', 'other']"
        " and cardinality(person_classes) > 0",
        name="person_classes_known",
    ),
    CheckConstraint("valid_to >= valid_from", name="validity"),
    Index("role_grant_account_id_idx", "account_id"),
    Index("role_grant_key_id_idx", "key_id"),
    comment="Who holds which role, where (nowhere named: everywhere), for what, from when to when.",
)

session = Table(
    "session",
    metadata,
    identity(),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    reference("account_id", "account", nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("seen_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("client", INET),
    Column("method", Text, nullable=False, server_default="password"),
    one_of("method", "password", "password+totp", "oidc"),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash_length"),
    Index("session_account_id_idx", "account_id"),
    Index("session_ends_at_idx", "ends_at"),
    comment="Browsers that are signed in, only as hashes.",
)

sealing_key = Table(
    "sealing_key",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("octet_length(id) = 4", name="id_length"),
    comment="Which keys the sealed data need; the keys themselves are never in the database.",
)

audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", DateTime(timezone=True), primary_key=True, server_default=func.clock_timestamp()),
    Column("actor", Text, nullable=False),
    Column("client", INET),
    Column("action", Text, nullable=False),
    Column("object_kind", Text),
    Column("object_code", Text),
    Column("result", Text, nullable=False),
    Column("reason", Text),
    Column("detail", JSONB),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("audit_at_idx", "at"),
    Index("audit_actor_idx", "actor", "number"),
    Index("audit_action_idx", "action", "number"),
    Index("audit_object_idx", "object_kind", "object_code", "number"),
    postgresql_partition_by="range (at)",
    comment="The record of what was done; rows are only ever added, each chained to the last.",
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("one", Boolean, primary_key=True, server_default=text("true")),
    Column("part", Text, nullable=False),
    Column("chain", Uuid),
    comment="The partition of the newest audit entry, and the name that the chain has got with its"
    " first one; who holds the row may write the next.",
)
