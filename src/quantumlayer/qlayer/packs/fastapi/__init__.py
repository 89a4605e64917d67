"""The FastAPI pack: a service in FastAPI, Pydantic 2, SQLAlchemy 2 and Alembic."""
