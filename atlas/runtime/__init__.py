"""Worker processes, memory, number formats, locks and the permission to download, on the machine that runs a build."""
