"""Commands that need no screen, one file each, and what they share: options, printing, the terminal's descriptors."""
