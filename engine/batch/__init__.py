"""Work on many clips without a screen.

auto   a detector over one media's document      ray     the same on a cluster     pipeline   decoding ahead of a network
clip   a tracker over one clip's document        local   one process a device        progress   how far it is, in words
"""
