"""Weight files: where they are found, how they are read, which digest they must have, and the model cards beside them."""
