"""Methods that several chapters use: feature visualization, attribution, layouts, grids, correlations."""
