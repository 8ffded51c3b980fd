"""The pages about the whole atlas: search and index, images and licences, about."""
