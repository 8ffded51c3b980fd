"""Weight files: how they are found, downloaded, checked and read, and the model cards beside them."""
