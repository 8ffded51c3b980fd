"""Building: plan (pure) → run (processes) → store (the disk) → results → site."""
