"""The nouns that everything shares: specifications, results, sources of weights, errors, seeds, hooks and the record of a chapter."""
