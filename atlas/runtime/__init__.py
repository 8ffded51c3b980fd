"""How processes, memory and number formats are set up on the machine that runs a build."""
