"""The recipe of an atlas: its fields, its reader, and custom networks."""
