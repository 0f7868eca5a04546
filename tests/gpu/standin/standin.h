// Shared by the stand-ins of CUDA's driver, NVRTC and cuBLAS: work that is put into a stream, or into what is captured from it.
#pragma once
#include <cuda.h>

#include <functional>
#include <string>

// Puts work into a stream: it is done when somebody waits, or becomes a node of the graph that is being captured.
extern "C" CUresult standinEnqueue(CUstream stream, const char *what, void (*work)(void *), void *data, size_t bytes);
// Notes a line, and one that breaks a rule of CUDA's.
extern "C" void standinNote(const char *line);
extern "C" void standinBreach(const char *line);
