"""What runs a network's file: a file each for onnxruntime, openvino, torch and darknet's own format."""
