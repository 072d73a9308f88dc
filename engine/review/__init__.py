"""Trouble in annotations: what looks wrong, with a reason in words. One file a kind of trouble; nothing names them.

base  what a finding is, and what a file of this package declares
"""
