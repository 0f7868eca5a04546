// CUDA C as TornadoVM writes it, on the CPU: the threads of a block take turns, each until it waits for the others.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <utility>
#include <vector>

#define __global__
#define __shared__ static
#define __syncthreads() standin::wait()

inline float rsqrt(float x) { return 1 / std::sqrt(x); }

struct Index { unsigned x, y, z; };
static Index threadIdx, blockIdx, blockDim, gridDim;

namespace standin {
constexpr size_t STACK = 128 << 10;

// Saves the callee's registers on the stack that is left and takes those of the other.
extern "C" void standin_switch(void **from, void *to);
asm(R"(
.text
.local standin_switch
standin_switch:
    pushq %rbx
    pushq %rbp
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbp
    popq %rbx
    ret
)");

struct Thread {
    void *at = nullptr;
    bool done = false;
    char *stack = nullptr;
};
static std::vector<Thread> threads;
static unsigned running;
static void *home;
static void (*body)();

static void wait() { standin_switch(&threads[running].at, home); }

static void begin() {
    body();
    threads[running].done = true;
    wait();
    abort();
}

// What does not depend on the order of threads gives the same the other way round.
static const bool backwards = getenv("STANDIN_BACKWARDS") != nullptr;

static void block() {
    unsigned count = blockDim.x;
    while (threads.size() < count) {
        threads.emplace_back();
        threads.back().stack = (char *)aligned_alloc(64, STACK);
    }
    for (unsigned i = 0; i < count; i++) {
        void **top = (void **)(threads[i].stack + STACK - 64);
        *--top = nullptr;
        *--top = (void *)begin;
        for (int saved = 0; saved < 6; saved++) *--top = nullptr;
        threads[i].at = top;
        threads[i].done = false;
    }
    for (unsigned left = count; left > 0;) {
        unsigned waiting = 0;
        for (unsigned turn = 0; turn < count; turn++) {
            running = backwards ? count - 1 - turn : turn;
            if (threads[running].done) continue;
            threadIdx.x = running;
            standin_switch(&home, threads[running].at);
            if (threads[running].done) left--; else waiting++;
        }
        if (waiting > 0 && waiting != count) abort();  // a barrier that some threads never reach hangs a GPU
    }
}

template <typename... A, size_t... I>
void call(void (*kernel)(A...), void **arguments, std::index_sequence<I...>) {
    kernel(*(A *)arguments[I]...);
}
template <typename... A>
void call(void (*kernel)(A...), void **arguments) { call(kernel, arguments, std::index_sequence_for<A...>()); }
template <typename... A>
constexpr long arguments(void (*)(A...)) { return sizeof...(A); }

template <auto kernel>
void run(void **values, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz) {
    static void **given;
    given = values;
    if (by * bz * gy * gz != 1) abort();
    blockDim = {bx, 1, 1};
    gridDim = {gx, 1, 1};
    body = [] { call(kernel, given); };
    for (unsigned turn = 0; turn < gx; turn++) {
        blockIdx.x = backwards ? gx - 1 - turn : turn;
        block();
    }
}
}  // namespace standin

#define STANDIN_KERNEL(name) \
    extern "C" void standin_run_##name(void **a, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz) { \
        standin::run<name>(a, gx, gy, gz, bx, by, bz); \
    } \
    extern "C" const long standin_arguments_##name = standin::arguments(name);
