"""A tool over many frames: generators that know nothing of who runs them.

follow   trackers        detect   detectors        fill   between keyframes from two passes        ask   where it pays
onward   a run goes on where an earlier one has ended        base   the contract of what follows objects
placed   from regions to what trackers know and back        likeness   of what is inside two boxes
The screen, a command without one and a process on another machine run the same generator, and close it to cancel.
"""
