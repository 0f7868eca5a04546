// A stand-in for NVIDIA's driver: streams, events, and the graphs that are captured from streams, with the rules of a capture.
#include "driver.h"

extern "C" {
// ---- streams and events ----

CUresult cuStreamCreate(CUstream *stream, unsigned flags) {
    Held lock(gate);
    static long number = 0;
    *stream = new CUstream_st;
    (*stream)->number = number++;
    streams.insert(*stream);
    record().call("cuStreamCreate", text("%ld flags %u", (*stream)->number, flags));
    return CUDA_SUCCESS;
}
CUresult cuStreamDestroy(CUstream stream) {
    Held lock(gate);
    record().call("cuStreamDestroy");
    if (stream->capture) record().breach("cuStreamDestroy of a captured stream");
    drain(stream, stream->put);
    streams.erase(stream);
    return CUDA_SUCCESS;  // not deleted: events may name it
}
CUresult cuStreamSynchronize(CUstream stream) {
    Held lock(gate);
    record().call("cuStreamSynchronize", text("%ld", stream->number));
    if (CUresult bad = unsafe("cuStreamSynchronize")) return bad;
    drain(stream, stream->put);
    return CUDA_SUCCESS;
}
CUresult cuEventCreate(CUevent *event, unsigned flags) {
    Held lock(gate);
    *event = new CUevent_st;
    events.insert(*event);
    record().calls["cuEventCreate"]++;
    return CUDA_SUCCESS;
}
CUresult cuEventDestroy(CUevent event) {
    Held lock(gate);
    record().calls["cuEventDestroy"]++;
    if (!events.erase(event)) { record().breach("cuEventDestroy of no event"); return CUDA_ERROR_INVALID_HANDLE; }
    delete event;
    return CUDA_SUCCESS;
}
CUresult cuEventRecord(CUevent event, CUstream stream) {
    Held lock(gate);
    record().calls["cuEventRecord"]++;
    event->stream = stream;
    event->captured = stream->capture != nullptr;
    event->at = stream->put;
    return CUDA_SUCCESS;
}
static CUresult reached(CUevent event, const char *name) {
    if (!events.count(event)) { record().breach(text("%s of no event", name)); return CUDA_ERROR_INVALID_HANDLE; }
    if (event->captured) { record().breach(text("%s of a captured event", name)); return CUDA_ERROR_CAPTURED_EVENT; }
    return unsafe(name);
}
CUresult cuEventQuery(CUevent event) {
    Held lock(gate);
    record().call("cuEventQuery");
    if (CUresult bad = reached(event, "cuEventQuery")) return bad;
    return !event->stream || event->stream->done >= event->at ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
}
CUresult cuEventSynchronize(CUevent event) {
    Held lock(gate);
    record().call("cuEventSynchronize");
    if (CUresult bad = reached(event, "cuEventSynchronize")) return bad;
    if (event->stream) drain(event->stream, event->at);
    return CUDA_SUCCESS;
}
CUresult cuEventElapsedTime(float *milliseconds, CUevent from, CUevent to) {
    Held lock(gate);
    record().call("cuEventElapsedTime");
    *milliseconds = 0;
    if (CUresult bad = reached(from, "cuEventElapsedTime")) return bad;
    return reached(to, "cuEventElapsedTime");
}
CUresult cuStreamWaitEvent(CUstream stream, CUevent event, unsigned) {
    Held lock(gate);
    record().call("cuStreamWaitEvent", text("%ld", stream->number));
    if (!events.count(event)) { record().breach("cuStreamWaitEvent of no event"); return CUDA_ERROR_INVALID_HANDLE; }
    bool inside = stream->capture != nullptr;
    if (inside && !event->captured) {
        record().breach("cuStreamWaitEvent in a capture for an event from outside");
        stream->spoilt = true;
        return CUDA_ERROR_STREAM_CAPTURE_ISOLATION;
    }
    if (!inside && event->captured) {
        record().breach("cuStreamWaitEvent for a captured event");
        return CUDA_ERROR_CAPTURED_EVENT;
    }
    CUstream other = event->stream;
    long at = event->at;
    if (inside || !other || other == stream) return CUDA_SUCCESS;
    return put(stream, {"wait", [other, at] { drain(other, at); }});
}

// ---- graphs ----

CUresult cuStreamBeginCapture(CUstream stream, CUstreamCaptureMode mode) {
    Held lock(gate);
    record().call("cuStreamBeginCapture", text("%ld mode %d", stream->number, (int)mode));
    if (stream->capture) { record().breach("cuStreamBeginCapture within a capture"); return CUDA_ERROR_ILLEGAL_STATE; }
    stream->capture = new CUgraph_st;
    stream->spoilt = false;
    return CUDA_SUCCESS;
}
CUresult cuStreamIsCapturing(CUstream stream, CUstreamCaptureStatus *status) {
    Held lock(gate);
    *status = !stream->capture ? CU_STREAM_CAPTURE_STATUS_NONE
              : stream->spoilt ? CU_STREAM_CAPTURE_STATUS_INVALIDATED : CU_STREAM_CAPTURE_STATUS_ACTIVE;
    return CUDA_SUCCESS;
}
CUresult cuStreamEndCapture(CUstream stream, CUgraph *graph) {
    Held lock(gate);
    record().call("cuStreamEndCapture", text("%ld nodes %zu", stream->number, stream->capture ? stream->capture->nodes.size() : 0));
    *graph = nullptr;
    if (!stream->capture) { record().breach("cuStreamEndCapture without a capture"); return CUDA_ERROR_ILLEGAL_STATE; }
    CUgraph captured = stream->capture;
    stream->capture = nullptr;
    if (stream->spoilt) { delete captured; return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED; }
    graphs.insert(*graph = captured);
    return CUDA_SUCCESS;
}
#undef cuGraphInstantiate
CUresult cuGraphInstantiateWithFlags(CUgraphExec *executable, CUgraph graph, unsigned long long) {
    Held lock(gate);
    record().call("cuGraphInstantiate", text("nodes %zu", graph->nodes.size()));
    *executable = new CUgraphExec_st{graph->nodes};
    executables.insert(*executable);
    return CUDA_SUCCESS;
}
CUresult cuGraphExecUpdate(CUgraphExec executable, CUgraph graph, CUgraphExecUpdateResultInfo *) {
    Held lock(gate);
    record().call("cuGraphExecUpdate");
    executable->nodes = graph->nodes;
    return CUDA_SUCCESS;
}
CUresult cuGraphLaunch(CUgraphExec executable, CUstream stream) {
    Held lock(gate);
    record().call("cuGraphLaunch", text("%ld nodes %zu", stream->number, executable->nodes.size()));
    if (!executables.count(executable)) { record().breach("cuGraphLaunch of no graph"); return CUDA_ERROR_INVALID_HANDLE; }
    if (!current) { record().breach("cuGraphLaunch without a context in this thread"); return CUDA_ERROR_INVALID_CONTEXT; }
    if (stream->capture) record().breach("cuGraphLaunch in a capture");
    launches += executable->nodes.size();
    inGraphs += executable->nodes.size();
    auto nodes = std::make_shared<std::vector<Node>>(executable->nodes);
    return put(stream, {"graph", [nodes] { for (auto &node : *nodes) node.work(); }});
}
CUresult cuGraphExecDestroy(CUgraphExec executable) {
    Held lock(gate);
    record().call("cuGraphExecDestroy");
    if (!executables.erase(executable)) { record().breach("cuGraphExecDestroy of no graph"); return CUDA_ERROR_INVALID_HANDLE; }
    delete executable;
    return CUDA_SUCCESS;
}
CUresult cuGraphDestroy(CUgraph graph) {
    Held lock(gate);
    record().call("cuGraphDestroy");
    if (!graphs.erase(graph)) { record().breach("cuGraphDestroy of no graph"); return CUDA_ERROR_INVALID_HANDLE; }
    delete graph;
    return CUDA_SUCCESS;
}
}  // extern "C"
