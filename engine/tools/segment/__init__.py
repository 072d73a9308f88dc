"""A mask from clicks or a box without weights: regions of a window, evidence for each, a cut between them."""
