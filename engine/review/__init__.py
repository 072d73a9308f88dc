"""Trouble in annotations: what looks wrong, with a reason in words. One file a kind of trouble; nothing names them.

base    what a finding is, and what a file of this package declares     table    all shapes as arrays
queue   what all kinds find, kept between edits                         kept     what they find of shapes
ranking findings as entries, the likeliest fault first
states  what a person has said of ranges of tracks                      stills   of shapes and pictures
"""
