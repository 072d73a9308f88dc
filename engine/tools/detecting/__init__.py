"""What detectors share: pictures fitted into networks, boxes and masks brought back, runtimes, names of labels.

A detector is a small file of facts in `engine/tools/detectors/` on top of these. Nothing here loads a runtime when it
is imported.
"""
