"""What all packages share: specifications, results, sources of weights, errors, seeds, hooks, the chapter record."""
