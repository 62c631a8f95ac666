"""The database: tables, migrations, sessions, and who may see which object."""
