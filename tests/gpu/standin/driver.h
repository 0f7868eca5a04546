// What the parts of the stand-in for NVIDIA's driver share: the record of calls, the objects behind the handles, work that waits.
#pragma once
#include <cuda.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace standin {
inline std::recursive_mutex gate;
using Held = std::lock_guard<std::recursive_mutex>;

template <typename... T>
std::string text(const char *format, T... values) {
    char buffer[512];
    snprintf(buffer, sizeof buffer, format, values...);
    return buffer;
}

// Every call, in a file where STANDIN_RECORD names one, and what was against the rules.
struct Record {
    FILE *file = nullptr;
    std::map<std::string, long> calls;
    long breaches = 0;
    Record() {
        const char *path = getenv("STANDIN_RECORD");
        if (path) file = fopen(path, "w");
    }
    void line(const std::string &text) {
        if (file) fprintf(file, "%s\n", text.c_str());
    }
    void call(const char *name, const std::string &detail = "") {
        calls[name]++;
        line(std::string(name) + (detail.empty() ? "" : " ") + detail);
    }
    void breach(const std::string &why) {
        breaches++;
        line("BREACH " + why);
        fprintf(stderr, "[stand-in] BREACH %s\n", why.c_str());
        if (getenv("STANDIN_STOP")) abort();
    }
};
inline Record &record() {
    static Record *one = new Record;
    return *one;
}
}  // namespace standin

using Work = std::function<void()>;
struct Node {
    std::string what;
    Work work;
};
struct CUgraph_st {
    std::vector<Node> nodes;
};
struct CUgraphExec_st {
    std::vector<Node> nodes;
};
struct CUctx_st {
    int device;
};
struct CUfunc_st;
struct CUmod_st {
    void *library = nullptr;
    std::map<std::string, std::unique_ptr<CUfunc_st>> functions;
};
struct CUfunc_st {
    std::string name;
    void (*code)(void **, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned) = nullptr;
    long arguments = 0;
};
struct CUstream_st {
    long number = 0, put = 0, done = 0;
    std::deque<Node> waiting;
    CUgraph capture = nullptr;
    bool spoilt = false;
};
struct CUevent_st {
    CUstream stream = nullptr;
    long at = 0;
    bool captured = false;

};

namespace standin {
inline std::set<CUstream> streams;
inline std::set<CUctx_st *> contexts;
inline std::set<CUmod_st *> modules;
inline std::set<CUevent> events;
inline std::set<CUgraph> graphs;
inline std::set<CUgraphExec> executables;
inline std::map<CUdeviceptr, size_t> memory;
inline std::map<char *, size_t> pinned;
inline thread_local CUcontext current = nullptr;
inline long bytesUp = 0, bytesDown = 0, launches = 0, inGraphs = 0;
inline size_t most = 0, held = 0;

inline bool anyCapture() {
    return std::any_of(streams.begin(), streams.end(), [](CUstream s) { return s->capture; });
}

// What may not be called while anything is captured in the mode that TornadoVM uses: it spoils the capture.
inline CUresult unsafe(const char *name) {
    if (!anyCapture()) return CUDA_SUCCESS;
    record().breach(text("%s while a stream is captured", name));
    for (CUstream s : streams) s->spoilt |= s->capture != nullptr;
    return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
}

inline void drain(CUstream stream, long upTo) {
    while (stream->done < upTo) {
        Node node = std::move(stream->waiting.front());
        stream->waiting.pop_front();
        stream->done++;
        node.work();
    }
}
inline void drainAll() {
    for (CUstream s : streams) drain(s, s->put);
}

inline CUresult put(CUstream stream, Node node) {
    if (stream->capture) {
        stream->capture->nodes.push_back(std::move(node));
        return CUDA_SUCCESS;
    }
    stream->put++;
    stream->waiting.push_back(std::move(node));
    return CUDA_SUCCESS;
}

inline bool isPinned(const void *at, size_t bytes) {
    auto next = pinned.upper_bound((char *)at);
    if (next == pinned.begin()) return false;
    --next;
    return (char *)at + bytes <= next->first + next->second;
}

inline bool isDevice(CUdeviceptr at, size_t bytes) {
    auto next = memory.upper_bound(at);
    if (next == memory.begin()) return false;
    --next;
    return at + bytes <= next->first + next->second;
}
}  // namespace standin

using namespace standin;
