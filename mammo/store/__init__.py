"""The only door to the database: one module per group of tables, frozen records out."""
