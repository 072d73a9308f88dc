"""Work on many clips without a screen.

clip   a tracker over one clip's document        local   one process a device        progress   how far it is, in words
"""
