"""A tool over many frames: generators that know nothing of who runs them.

follow   trackers        detect   detectors
The screen, a command without one and a process on another machine run the same generator, and close it to cancel.
"""
