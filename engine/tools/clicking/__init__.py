"""Interactors made of click networks: imported by their tool files' `load` only, because torch comes with them."""
