"""How long a grading took, and what went wrong in the grader itself."""

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"


def upgrade() -> None:
    """Add both to records."""
    op.add_column("records", sa.Column("seconds", sa.Float, nullable=True))
    op.add_column("records", sa.Column("log", sa.Text, nullable=False, server_default=""))
