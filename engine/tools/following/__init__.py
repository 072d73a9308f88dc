"""OpenCV's trackers behind the one contract, apart from the tools so that listing these imports no OpenCV."""
