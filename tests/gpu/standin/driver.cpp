// A stand-in for NVIDIA's driver: the device, its memory and kernels. Device memory is the host's, kernels are functions of shared
// libraries, work waits in its stream until somebody waits for it. Callers are held to CUDA's rules, and every call is noted.
#include <dlfcn.h>
#include <sys/mman.h>

#include <cstring>

#include "driver.h"
#include "standin.h"

namespace {
constexpr size_t LARGE = 64 << 20;

struct Ending {
    ~Ending() {
        Held lock(gate);
        std::string all;
        for (auto &[name, count] : record().calls) all += text("  %-32s %ld\n", name.c_str(), count);
        std::string sum = text(
            "bytes up %ld, down %ld; launches %ld, of them in graphs %ld; most memory %zu; breaches %ld\n"
            "left: contexts %zu, streams %zu, modules %zu, events %zu, graphs %zu, executables %zu, buffers %zu, pinned %zu\n",
            bytesUp, bytesDown, launches, inGraphs, most, record().breaches, contexts.size(), streams.size(), modules.size(),
            events.size(), graphs.size(), executables.size(), memory.size(), pinned.size());
        record().line("END\n" + all + sum);
        if (getenv("STANDIN_SUMMARY")) fprintf(stderr, "[stand-in]\n%s%s", all.c_str(), sum.c_str());
        if (record().file) fflush(record().file);
    }
} ending;
}  // namespace

extern "C" {
void standinNote(const char *line) {
    Held lock(gate);
    record().call(std::string(line, strcspn(line, " ")).c_str(), line + strcspn(line, " "));
}
void standinBreach(const char *line) {
    Held lock(gate);
    record().breach(line);
}
CUresult standinEnqueue(CUstream stream, const char *what, void (*work)(void *), void *data, size_t bytes) {
    Held lock(gate);
    auto kept = std::make_shared<std::string>((const char *)data, bytes);
    record().line(std::string(stream->capture ? "  captured " : "") + what);
    return put(stream, {what, [work, kept] { work(kept->data()); }});
}

// ---- the device ----

CUresult cuInit(unsigned) { record().call("cuInit"); return CUDA_SUCCESS; }
CUresult cuDriverGetVersion(int *version) { *version = 13000; return CUDA_SUCCESS; }
CUresult cuDeviceGetCount(int *count) { *count = 1; return CUDA_SUCCESS; }
CUresult cuDeviceGet(CUdevice *device, int) { *device = 0; return CUDA_SUCCESS; }
CUresult cuDeviceGetName(char *name, int length, CUdevice) { snprintf(name, length, "stand-in of an H100"); return CUDA_SUCCESS; }
CUresult cuDeviceTotalMem(size_t *bytes, CUdevice) {
    const char *asked = getenv("STANDIN_MEMORY");
    *bytes = asked ? strtoull(asked, nullptr, 10) : (size_t)80 << 30;
    return CUDA_SUCCESS;
}
CUresult cuDeviceGetAttribute(int *value, CUdevice_attribute what, CUdevice) {
    switch (what) {
        case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR: *value = 9; break;
        case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR: *value = 0; break;
        case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT: *value = 132; break;
        case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK: *value = 1024; break;
        case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X: *value = 1024; break;
        case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y: *value = 1024; break;
        case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z: *value = 64; break;
        case CU_DEVICE_ATTRIBUTE_CLOCK_RATE: *value = 1980000; break;
        case CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY: *value = 65536; break;
        case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK: *value = 49152; break;
        case CU_DEVICE_ATTRIBUTE_WARP_SIZE: *value = 32; break;
        case CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT: *value = 3; break;
        case CU_DEVICE_ATTRIBUTE_CONCURRENT_KERNELS: *value = 1; break;
        default: *value = 0; record().line(text("cuDeviceGetAttribute of %d is unknown", (int)what));
    }
    return CUDA_SUCCESS;
}
// NVRTC asks for this one, and without it follows a null pointer; there is no table behind it here.
CUresult cuGetExportTable(const void **table, const CUuuid *) { *table = nullptr; return CUDA_ERROR_NOT_FOUND; }
CUresult cuGetErrorString(CUresult, const char **what) { *what = "see the stand-in's record"; return CUDA_SUCCESS; }
CUresult cuGetErrorName(CUresult, const char **what) { *what = "STAND_IN"; return CUDA_SUCCESS; }

// ---- contexts ----

#undef cuCtxCreate
CUresult cuCtxCreate_v4(CUcontext *context, CUctxCreateParams *, unsigned, CUdevice device) {
    Held lock(gate);
    current = *context = new CUctx_st{device};
    contexts.insert(current);
    record().call("cuCtxCreate");
    return CUDA_SUCCESS;
}
CUresult cuCtxCreate_v2(CUcontext *context, unsigned flags, CUdevice device) { return cuCtxCreate_v4(context, nullptr, flags, device); }
CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device) { return cuCtxCreate_v4(context, nullptr, 0, device); }
CUresult cuCtxDestroy(CUcontext context) {
    Held lock(gate);
    record().call("cuCtxDestroy");
    contexts.erase(context);
    delete context;
    return CUDA_SUCCESS;
}
CUresult cuCtxSetCurrent(CUcontext context) {
    Held lock(gate);
    if (context && !contexts.count(context)) {
        record().breach("cuCtxSetCurrent of no context");
        return CUDA_ERROR_INVALID_CONTEXT;
    }
    current = context;
    return CUDA_SUCCESS;
}
CUresult cuCtxSynchronize() {
    Held lock(gate);
    record().call("cuCtxSynchronize");
    if (!current) { record().breach("cuCtxSynchronize without a context"); return CUDA_ERROR_INVALID_CONTEXT; }
    if (CUresult bad = unsafe("cuCtxSynchronize")) return bad;
    drainAll();
    return CUDA_SUCCESS;
}

// ---- memory ----

CUresult cuMemAlloc(CUdeviceptr *at, size_t bytes) {
    Held lock(gate);
    record().call("cuMemAlloc", text("%zu", bytes));
    if (!current) { record().breach("cuMemAlloc without a context"); return CUDA_ERROR_INVALID_CONTEXT; }
    if (CUresult bad = unsafe("cuMemAlloc")) return bad;
    void *got = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (got == MAP_FAILED) return CUDA_ERROR_OUT_OF_MEMORY;
    *at = (CUdeviceptr)got;
    memory[*at] = bytes;
    held += bytes;
    most = std::max(most, held);
    return CUDA_SUCCESS;
}
CUresult cuMemFree(CUdeviceptr at) {
    Held lock(gate);
    record().call("cuMemFree");
    if (CUresult bad = unsafe("cuMemFree")) return bad;
    drainAll();
    auto found = memory.find(at);
    if (found == memory.end()) { record().breach("cuMemFree of no buffer"); return CUDA_ERROR_INVALID_VALUE; }
    munmap((void *)at, found->second);
    held -= found->second;
    memory.erase(found);
    return CUDA_SUCCESS;
}
CUresult cuMemsetD8(CUdeviceptr at, unsigned char value, size_t bytes) {
    Held lock(gate);
    record().call("cuMemsetD8", text("%zu", bytes));
    if (CUresult bad = unsafe("cuMemsetD8")) return bad;
    if (!isDevice(at, bytes)) { record().breach("cuMemsetD8 outside of a buffer"); return CUDA_ERROR_INVALID_VALUE; }
    drainAll();
    if (value == 0 && at % 4096 == 0) {
        madvise((void *)at, bytes & ~4095UL, MADV_DONTNEED);
        memset((void *)(at + (bytes & ~4095UL)), 0, bytes & 4095UL);
    } else {
        memset((void *)at, value, bytes);
    }
    return CUDA_SUCCESS;
}
CUresult cuMemAllocHost(void **at, size_t bytes) {
    Held lock(gate);
    record().call("cuMemAllocHost", text("%zu", bytes));
    if (CUresult bad = unsafe("cuMemAllocHost")) return bad;
    *at = aligned_alloc(4096, (bytes + 4095) & ~4095UL);
    pinned[(char *)*at] = bytes;
    return CUDA_SUCCESS;
}
CUresult cuMemFreeHost(void *at) {
    Held lock(gate);
    record().call("cuMemFreeHost");
    if (CUresult bad = unsafe("cuMemFreeHost")) return bad;
    drainAll();
    pinned.erase((char *)at);
    free(at);
    return CUDA_SUCCESS;
}
CUresult cuMemHostRegister(void *at, size_t bytes, unsigned) {
    Held lock(gate);
    record().call("cuMemHostRegister", text("%zu", bytes));
    if (CUresult bad = unsafe("cuMemHostRegister")) return bad;
    if (pinned.count((char *)at)) return CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED;
    pinned[(char *)at] = bytes;
    return CUDA_SUCCESS;
}
CUresult cuMemHostUnregister(void *at) {
    Held lock(gate);
    record().call("cuMemHostUnregister");
    if (CUresult bad = unsafe("cuMemHostUnregister")) return bad;
    drainAll();
    return pinned.erase((char *)at) ? CUDA_SUCCESS : CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED;
}
// From pageable memory the driver has taken the bytes when it returns; pinned memory is read when the copy is made.
CUresult cuMemcpyHtoDAsync(CUdeviceptr to, const void *from, size_t bytes, CUstream stream) {
    Held lock(gate);
    bool direct = isPinned(from, bytes) || stream->capture;
    record().call("cuMemcpyHtoDAsync", text("%zu %s%s", bytes, direct ? "pinned" : "pageable", stream->capture ? " captured" : ""));
    if (!isDevice(to, bytes)) { record().breach("cuMemcpyHtoDAsync outside of a buffer"); return CUDA_ERROR_INVALID_VALUE; }
    if (stream->capture) record().breach("a copy to the device is captured: its host memory is read at each launch");
    bytesUp += bytes;
    if (direct) return put(stream, {"up", [=] { memcpy((void *)to, from, bytes); }});
    if (bytes > LARGE) {  // not staged a second time here: all that came before is done first
        drain(stream, stream->put);
        memcpy((void *)to, from, bytes);
        return CUDA_SUCCESS;
    }
    auto staged = std::make_shared<std::string>((const char *)from, bytes);
    return put(stream, {"up", [=] { memcpy((void *)to, staged->data(), bytes); }});
}
CUresult cuMemcpyDtoHAsync(void *to, CUdeviceptr from, size_t bytes, CUstream stream) {
    Held lock(gate);
    bool direct = isPinned(to, bytes);
    record().call("cuMemcpyDtoHAsync", text("%zu %s%s", bytes, direct ? "pinned" : "pageable", stream->capture ? " captured" : ""));
    if (!isDevice(from, bytes)) { record().breach("cuMemcpyDtoHAsync outside of a buffer"); return CUDA_ERROR_INVALID_VALUE; }
    if (stream->capture) record().breach("a copy to the host is captured");
    bytesDown += bytes;
    put(stream, {"down", [=] { memcpy(to, (void *)from, bytes); }});
    if (!direct && !stream->capture) drain(stream, stream->put);
    return CUDA_SUCCESS;
}
CUresult cuMemcpyDtoD(CUdeviceptr to, CUdeviceptr from, size_t bytes) {
    Held lock(gate);
    record().call("cuMemcpyDtoD", text("%zu", bytes));
    if (CUresult bad = unsafe("cuMemcpyDtoD")) return bad;
    drainAll();
    memmove((void *)to, (void *)from, bytes);
    return CUDA_SUCCESS;
}

// ---- kernels ----

CUresult cuModuleLoadDataEx(CUmodule *module, const void *image, unsigned, CUjit_option *, void **) {
    Held lock(gate);
    record().call("cuModuleLoadDataEx");
    if (CUresult bad = unsafe("cuModuleLoadDataEx")) return bad;
    *module = new CUmod_st;
    const char *path = (const char *)image;
    if (strncmp(path, "CPU:", 4) == 0) {
        (*module)->library = dlopen(path + 4, RTLD_NOW | RTLD_LOCAL);
        if (!(*module)->library) { record().breach(std::string("cannot load ") + dlerror()); return CUDA_ERROR_INVALID_IMAGE; }
    }
    modules.insert(*module);
    return CUDA_SUCCESS;
}
CUresult cuModuleUnload(CUmodule module) {
    Held lock(gate);
    record().call("cuModuleUnload");
    if (CUresult bad = unsafe("cuModuleUnload")) return bad;
    modules.erase(module);
    return CUDA_SUCCESS;
}
CUresult cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name) {
    Held lock(gate);
    auto &known = module->functions[name];
    if (!known) {
        known.reset(new CUfunc_st{name});
        if (module->library) {
            std::string run = std::string("standin_run_") + name;
            known->code = (decltype(known->code))dlsym(module->library, run.c_str());
            auto count = (long *)dlsym(module->library, (std::string("standin_arguments_") + name).c_str());
            if (count) known->arguments = *count;
            if (!known->code) { record().breach(run + " is missing"); return CUDA_ERROR_NOT_FOUND; }
        }
    }
    *function = known.get();
    record().call("cuModuleGetFunction", name);
    return CUDA_SUCCESS;
}
CUresult cuOccupancyMaxPotentialBlockSize(int *groups, int *threads, CUfunction, CUoccupancyB2DSize, size_t, int) {
    record().call("cuOccupancyMaxPotentialBlockSize");
    *groups = 132;
    *threads = 1024;
    return CUDA_SUCCESS;
}
CUresult cuLaunchKernel(CUfunction f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared,
                        CUstream stream, void **parameters, void **extra) {
    Held lock(gate);
    std::vector<unsigned long long> values;
    for (long i = 0; i < f->arguments; i++) values.push_back(*(unsigned long long *)parameters[i]);
    std::string addresses;
    for (auto v : values) addresses += text(" %llx", v);
    record().call("cuLaunchKernel", text("%s grid %u %u %u block %u %u %u shared %u stream %ld%s%s", f->name.c_str(), gx, gy, gz, bx, by,
                                         bz, shared, stream->number, stream->capture ? " captured" : "", addresses.c_str()));
    if (gx > 2147483647u || gy > 65535 || gz > 65535 || bx * by * bz > 1024 || bx * by * bz == 0 || shared > 49152) {
        record().breach("cuLaunchKernel beyond the limits: " + f->name);
        return CUDA_ERROR_INVALID_VALUE;
    }
    if (!current) { record().breach("cuLaunchKernel without a context"); return CUDA_ERROR_INVALID_CONTEXT; }
    if (!stream->capture) launches++;
    auto kept = std::make_shared<std::vector<unsigned long long>>(values);
    return put(stream, {f->name, [=] {
        static const bool idle = getenv("STANDIN_IDLE") != nullptr;
        if (!f->code || idle) return;
        std::vector<void *> at;
        for (auto &value : *kept) at.push_back(&value);
        f->code(at.data(), gx, gy, gz, bx, by, bz);
    }});
}
}  // extern "C"
