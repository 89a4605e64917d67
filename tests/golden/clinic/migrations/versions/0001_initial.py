"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ExcludeConstraint

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "patient",
        sa.Column("id", Id, nullable=False),
        sa.Column("first_name", sa.String(200), nullable=False),
        sa.Column("last_name", sa.String(200), nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=False),
        sa.Column("phone", sa.String(30), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_patient"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "doctor",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("speciality", sa.String(200), nullable=False),
        sa.Column("room", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_doctor"),
        sa.CheckConstraint(
            "speciality IN ('general', 'paediatrics', 'dermatology', 'cardiology')", name=op.f("ck_doctor_speciality")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "appointment",
        sa.Column("id", Id, nullable=False),
        sa.Column("patient_id", Id, nullable=False),
        sa.Column("doctor_id", Id, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_appointment"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_appointment_patient_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["doctor_id"], ["doctor.id"], name="fk_appointment_doctor_id", ondelete="RESTRICT"),
        sa.CheckConstraint("duration IN (15, 30, 45)", name=op.f("ck_appointment_duration")),
        sa.CheckConstraint(
            "status IN ('booked', 'confirmed', 'completed', 'cancelled', 'no_show')", name=op.f("ck_appointment_status")
        ),
        ExcludeConstraint(
            (sa.text("int8range(doctor_id, doctor_id, '[]')"), "&&"),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("ends_at > starts_at AND status <> 'cancelled'"),
            name="ex_appointment_no_double_booking",
        ).ddl_if(dialect="postgresql"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_appointment_patient_id", "appointment", ["patient_id"])
    op.create_index("ix_appointment_doctor_id", "appointment", ["doctor_id"])
    op.create_table(
        "visit_note",
        sa.Column("id", Id, nullable=False),
        sa.Column("appointment_id", Id, nullable=False),
        sa.Column("author_id", Id, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_visit_note"),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name="fk_visit_note_appointment_id", ondelete="RESTRICT"
        ),
        sa.UniqueConstraint("appointment_id", name="uq_visit_note_appointment_id"),
        sa.ForeignKeyConstraint(["author_id"], ["doctor.id"], name="fk_visit_note_author_id", ondelete="RESTRICT"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_visit_note_author_id", "visit_note", ["author_id"])
    op.create_table(
        "visit_note_version",
        sa.Column("id", Id, nullable=False),
        sa.Column("visit_note_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_visit_note_version"),
        sa.ForeignKeyConstraint(
            ["visit_note_id"], ["visit_note.id"], name="fk_visit_note_version_visit_note_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("visit_note_id", "number", name="uq_visit_note_version_visit_note_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "auth_account",
        sa.Column("id", Id, nullable=False),
        sa.Column("username", sa.String(100), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("doctor_id", Id, nullable=True),
        sa.Column("patient_id", Id, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_auth_account"),
        sa.UniqueConstraint("username", name="uq_auth_account_username"),
        sa.UniqueConstraint("doctor_id", name="uq_auth_account_doctor_id"),
        sa.ForeignKeyConstraint(["doctor_id"], ["doctor.id"], name="fk_auth_account_doctor_id", ondelete="CASCADE"),
        sa.UniqueConstraint("patient_id", name="uq_auth_account_patient_id"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_auth_account_patient_id", ondelete="CASCADE"),
        sa.CheckConstraint("role IN ('front_desk', 'doctor', 'patient')", name=op.f("ck_auth_account_role")),
        sa.CheckConstraint("(role = 'doctor') = (doctor_id IS NOT NULL)", name=op.f("ck_auth_account_doctor")),
        sa.CheckConstraint("(role = 'patient') = (patient_id IS NOT NULL)", name=op.f("ck_auth_account_patient")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", Id, nullable=False),
        sa.Column("record_type", sa.String(60), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("username", sa.String(100), nullable=False),
        sa.Column("role", sa.String(60), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entry"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_entry_record", "audit_entry", ["record_type", "record_id"])


def downgrade() -> None:
    op.drop_table("audit_entry")
    op.drop_table("auth_account")
    op.drop_table("visit_note_version")
    op.drop_table("visit_note")
    op.drop_table("appointment")
    op.drop_table("doctor")
    op.drop_table("patient")
