// A stand-in for cuBLAS: the few functions that Rankine calls, computed on the CPU when the stream is waited for.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "standin.h"

namespace {
struct Handle {
    CUstream stream;
    void *workspace;
    size_t bytes;
};
struct Product {
    bool ta, tb;
    int m, n, k, lda, ldb, ldc, count, compute;
    float alpha, beta;
    const float *a, *b;
    float *c;
    long long sa, sb, sc;
};
constexpr int EXACT = 68, TF32 = 77, BF16 = 75;  // CUBLAS_COMPUTE_32F, _FAST_TF32, _FAST_16BF

float rounded(float x, int compute) {
    int bits = compute == TF32 ? 13 : compute == BF16 ? 16 : 0;
    if (bits == 0 || !std::isfinite(x)) return x;
    uint32_t word;
    memcpy(&word, &x, 4);
    word += (1u << (bits - 1)) - 1 + ((word >> bits) & 1);
    word &= ~((1u << bits) - 1);
    memcpy(&x, &word, 4);
    return x;
}

void multiply(void *data) {
    static const bool idle = getenv("STANDIN_IDLE") != nullptr;
    if (idle) return;
    const Product &p = *(Product *)data;
    for (int i = 0; i < p.count; i++) {
        const float *a = p.a + i * p.sa, *b = p.b + i * p.sb;
        float *c = p.c + i * p.sc;
        for (int column = 0; column < p.n; column++) {
            for (int row = 0; row < p.m; row++) {
                float sum = 0;
                for (int l = 0; l < p.k; l++) {
                    float x = p.ta ? a[l + (long long)row * p.lda] : a[row + (long long)l * p.lda];
                    float y = p.tb ? b[column + (long long)l * p.ldb] : b[l + (long long)column * p.ldb];
                    sum = fmaf(rounded(x, p.compute), rounded(y, p.compute), sum);
                }
                float &out = c[row + (long long)column * p.ldc];
                out = p.alpha * sum + (p.beta == 0 ? 0 : p.beta * out);
            }
        }
    }
}
}  // namespace

extern "C" {
int cublasCreate_v2(void **handle) {
    standinNote("cublasCreate");
    CUdeviceptr own;  // as cuBLAS does: memory of its own, so not in a capture, and only in a context
    if (cuMemAlloc(&own, 1 << 20) != CUDA_SUCCESS) return 3;
    *handle = new Handle{nullptr, (void *)own, 0};
    return 0;
}
int cublasDestroy_v2(void *handle) {
    standinNote("cublasDestroy");
    delete (Handle *)handle;
    return 0;
}
int cublasSetStream_v2(void *handle, CUstream stream) {
    standinNote("cublasSetStream");
    auto h = (Handle *)handle;
    h->stream = stream;
    h->workspace = nullptr;  // it goes back to its own
    h->bytes = 0;
    return 0;
}
int cublasSetWorkspace_v2(void *handle, void *workspace, size_t bytes) {
    char line[64];
    snprintf(line, sizeof line, "cublasSetWorkspace %zu", bytes);
    standinNote(line);
    if ((uintptr_t)workspace % 256) { standinBreach("cublasSetWorkspace: not aligned to 256 bytes"); return 7; }
    auto h = (Handle *)handle;
    h->workspace = workspace;
    h->bytes = bytes;
    return 0;
}
int cublasGemmStridedBatchedEx(void *handle, int ta, int tb, int m, int n, int k, const void *alpha, const void *a, int typeA, int lda,
                               long long sa, const void *b, int typeB, int ldb, long long sb, const void *beta, void *c, int typeC,
                               int ldc, long long sc, int count, int compute, int algorithm) {
    auto h = (Handle *)handle;
    char line[256];
    snprintf(line, sizeof line, "cublasGemmStridedBatchedEx %c%c m %d n %d k %d lda %d ldb %d ldc %d strides %lld %lld %lld count %d compute %d",
             "NT"[ta], "NT"[tb], m, n, k, lda, ldb, ldc, sa, sb, sc, count, compute);
    standinNote(line);
    auto most = [](int x) { return x > 1 ? x : 1; };
    CUstreamCaptureStatus status;
    cuStreamIsCapturing(h->stream, &status);
    if (m < 0 || n < 0 || k < 0 || count < 0 || lda < most(ta ? k : m) || ldb < most(tb ? n : k) || ldc < most(m) || typeA || typeB || typeC ||
        algorithm != -1 || (compute != EXACT && compute != TF32 && compute != BF16) || ta > 1 || tb > 1) {
        standinBreach(line);
        return 7;  // CUBLAS_STATUS_INVALID_VALUE
    }
    if (status == CU_STREAM_CAPTURE_STATUS_ACTIVE && !h->workspace)
        standinBreach("a product is captured without a workspace of the caller's: its memory becomes a node of the graph");
    Product p{ta == 1, tb == 1, m, n, k, lda, ldb, ldc, count, compute, *(const float *)alpha, *(const float *)beta,
              (const float *)a, (const float *)b, (float *)c, sa, sb, sc};
    return standinEnqueue(h->stream, line, multiply, &p, sizeof p);
}
}
