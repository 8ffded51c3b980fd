"""The recipe of an atlas: its fields, how it is read, and what a user brings along."""
