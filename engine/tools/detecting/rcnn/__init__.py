"""Faster and Mask R-CNN as they are published: a file each for the Open Model Zoo, the ONNX zoo and TensorFlow."""
