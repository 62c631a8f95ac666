"""Models for other programs, written from our own numbers as ONNX graphs."""
