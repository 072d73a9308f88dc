"""Work on many clips without a screen.

clip   a tracker over one clip's document        local      one process a device     progress   how far it is, in words
auto   a detector over one media's document      pipeline   decoding ahead of it     ray        the same on a cluster
spread one media for several workers             devices    these on this machine
"""
