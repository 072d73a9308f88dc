"""Trouble in annotations: what looks wrong, with a reason in words. One file a kind of trouble; nothing names them.

base    what a finding is, and what a file of this package declares
queue   what all kinds find, as entries, the likeliest fault first
states  what a person has said of ranges of tracks
"""
