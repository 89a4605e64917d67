"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "book",
        sa.Column("id", Id, nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("isbn", sa.String(200), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_book"),
        sa.UniqueConstraint("isbn", name="uq_book_isbn"),
        sa.CheckConstraint("copies >= 0", name=op.f("ck_book_copies")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "member",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_member"),
        sa.UniqueConstraint("email", name="uq_member_email"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "loan",
        sa.Column("id", Id, nullable=False),
        sa.Column("book_id", Id, nullable=False),
        sa.Column("member_id", Id, nullable=False),
        sa.Column("borrowed_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("renewed", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_loan"),
        sa.ForeignKeyConstraint(["book_id"], ["book.id"], name="fk_loan_book_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_loan_member_id", ondelete="RESTRICT"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_loan_book_id", "loan", ["book_id"])
    op.create_index("ix_loan_member_id", "loan", ["member_id"])
    op.create_table(
        "auth_account",
        sa.Column("id", Id, nullable=False),
        sa.Column("username", sa.String(100), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("member_id", Id, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_auth_account"),
        sa.UniqueConstraint("username", name="uq_auth_account_username"),
        sa.UniqueConstraint("member_id", name="uq_auth_account_member_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_auth_account_member_id", ondelete="CASCADE"),
        sa.CheckConstraint("role IN ('librarian', 'member')", name=op.f("ck_auth_account_role")),
        sa.CheckConstraint("(role = 'member') = (member_id IS NOT NULL)", name=op.f("ck_auth_account_member")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("auth_account")
    op.drop_table("loan")
    op.drop_table("member")
    op.drop_table("book")
