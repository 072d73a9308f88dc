"""YOLO v3 as it is published: darknet's own files, the ONNX zoo's, and the Open Model Zoo's graphs and IRs."""
