//! Finds and fetches the native runtimes (libtorch, ONNX Runtime).
