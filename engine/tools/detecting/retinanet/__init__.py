"""RetinaNet as it is published: detectron2's pickles, the ONNX zoo's heads, Keras's graphs (torchvision's: beside)."""
