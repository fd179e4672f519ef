"""The store's past forms and the way from each to the next; Alembic walks it."""
