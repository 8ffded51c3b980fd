"""From a recipe to a site: plan, store, run, read. It knows no chapter by name."""
