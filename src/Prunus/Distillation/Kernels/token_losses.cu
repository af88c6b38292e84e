// One block per token; LOSS says which loss compares with the teacher and is defined by whoever compiles. First pass: running maxima and sums
// over both rows. Then, where the loss needs it, a pass for the mixture's divergences or for the teacher's largest logits. Last pass: the
// gradient over the student's row.

#define LABELS 0 // cross entropy alone
#define FORWARD 1
#define REVERSE 2
#define JENSEN 3
#define SQUARED 4
#define SQUARED_LOGITS 5
#define COSINE 6
#define COSINE_LOGITS 7
#define TOP_BOTH 8
#define TOP_TEACHER 9
#define TOP_TRUNCATED 10

#define THREADS 512
#define SLOTS 8      // runs of a thread's elements of which only the largest is remembered
#define LISTED 4096  // elements that may be gathered to find the k-th largest
#define INFINITY_BELOW -3.0e38f

constexpr bool TEACHER = LOSS != LABELS;
constexpr bool TOP = LOSS >= TOP_BOTH;
constexpr bool STUDENT_EXP = LOSS != SQUARED_LOGITS && LOSS != COSINE_LOGITS && LOSS != TOP_BOTH;
constexpr bool TEACHER_EXP = TEACHER && STUDENT_EXP && LOSS != TOP_TEACHER;

struct Row {            // what the first pass gathers
    float student_max;  // of the logits
    float student_sum;  // of exp(logit - max)
    float student_soft; // of exp((logit - max) / tau)
    float teacher_max;
    float teacher_soft;
    float a, b, c;      // sums of the loss's own, relative to the maxima
};

__device__ __forceinline__ float widen(unsigned short bits) { return __uint_as_float((unsigned int)bits << 16); }

__device__ __forceinline__ unsigned short narrow(float value) {
    if (value != value) return 0x7fc0;
    unsigned int bits = __float_as_uint(value);
    return (unsigned short)((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

__device__ __forceinline__ float capped(float logit, float cap) { return cap > 0.0f ? cap * tanhf(logit / cap) : logit; }

template <int W> struct Pack;
template <> struct __align__(16) Pack<8> { unsigned short at[8]; };
template <> struct Pack<1> { unsigned short at[1]; };

__device__ __forceinline__ float block_reduce(float value, bool maximum, float* scratch) {
    for (int offset = 16; offset > 0; offset >>= 1) {
        float other = __shfl_xor_sync(0xffffffffu, value, offset);
        value = maximum ? fmaxf(value, other) : value + other;
    }
    __syncthreads();
    if ((threadIdx.x & 31) == 0) scratch[threadIdx.x >> 5] = value;
    __syncthreads();
    value = scratch[0];
    for (int warp = 1; warp < (int)(blockDim.x >> 5); warp++) value = maximum ? fmaxf(value, scratch[warp]) : value + scratch[warp];
    return value;
}

__device__ __forceinline__ int block_count(int value, int* scratch) {
    for (int offset = 16; offset > 0; offset >>= 1) value += __shfl_xor_sync(0xffffffffu, value, offset);
    __syncthreads();
    if ((threadIdx.x & 31) == 0) scratch[threadIdx.x >> 5] = value;
    __syncthreads();
    value = 0;
    for (int warp = 0; warp < THREADS / 32; warp++) value += scratch[warp];
    return value;
}

// Keys stand in the order of the numbers.
__device__ __forceinline__ unsigned int key(unsigned short bits) { return bits & 0x8000u ? (~bits & 0xffffu) : (bits | 0x8000u); }

// The teacher's k largest logits of a row, of equal ones the first: those above a key, and those equal to it up to an index.
struct Top {
    unsigned int threshold;
    int last;
    bool listed;    // whether keys and indices of all candidates are in shared memory
    int candidates; // their number, or the vocabulary
    __device__ __forceinline__ bool holds(unsigned int key, int index) const { return key > threshold || (key == threshold && index <= last); }
};

struct TopMemory {
    unsigned short slots[SLOTS * THREADS];
    unsigned short keys[LISTED];
    int indices[LISTED];
    int count;
    int scratch[THREADS / 32];
};

// Candidates with a key of at least `least`.
__device__ __forceinline__ int count_keys(const Top& top, const TopMemory& memory, const unsigned short* teacher, unsigned int least) {
    int count = 0;
    for (int i = threadIdx.x; i < top.candidates; i += THREADS) count += (top.listed ? memory.keys[i] : key(teacher[i])) >= least;
    return count;
}

// Candidates with this key before an index.
__device__ __forceinline__ int count_before(const Top& top, const TopMemory& memory, const unsigned short* teacher, unsigned int equal, int end) {
    int count = 0;
    for (int i = threadIdx.x; i < top.candidates; i += THREADS)
        count += (top.listed ? memory.keys[i] : key(teacher[i])) == equal && (top.listed ? memory.indices[i] : i) < end;
    return count;
}

// The slots hold the largest key of each run already.
template <int W>
__device__ Top find_top(TopMemory& memory, const unsigned short* teacher, int vocabulary, int k) {
    Top top = { 0, vocabulary, false, vocabulary };
    if (k <= SLOTS * THREADS) {
        // k runs reach this bound, so that the k-th largest element does.
        unsigned int bound = 0;
        for (int bit = 15; bit >= 0; bit--) {
            const unsigned int trial = bound | (1u << bit);
            int count = 0;
            for (int slot = 0; slot < SLOTS; slot++) count += memory.slots[slot * THREADS + threadIdx.x] >= trial;
            if (block_count(count, memory.scratch) >= k) bound = trial;
        }
        if (threadIdx.x == 0) memory.count = 0;
        __syncthreads();
        for (int i = threadIdx.x * W; i < vocabulary; i += THREADS * W) {
            const Pack<W> t = *(const Pack<W>*)(teacher + i);
            for (int j = 0; j < W; j++) {
                const unsigned int here = key(t.at[j]);
                if (here < bound) continue;
                const int place = atomicAdd(&memory.count, 1);
                if (place < LISTED) {
                    memory.keys[place] = (unsigned short)here;
                    memory.indices[place] = i + j;
                }
            }
        }
        __syncthreads();
        if (memory.count <= LISTED) {
            top.listed = true;
            top.candidates = memory.count;
        }
    }

    for (int bit = 15; bit >= 0; bit--) {
        const unsigned int trial = top.threshold | (1u << bit);
        if (block_count(count_keys(top, memory, teacher, trial), memory.scratch) >= k) top.threshold = trial;
    }
    const int wanted = k - block_count(count_keys(top, memory, teacher, top.threshold + 1), memory.scratch);
    const int equal = block_count(count_before(top, memory, teacher, top.threshold, vocabulary), memory.scratch);
    if (equal > wanted) {
        int position = 0;
        for (int bit = 30; bit >= 0; bit--) {
            const int trial = position | (1 << bit);
            if (trial < vocabulary && block_count(count_before(top, memory, teacher, top.threshold, trial), memory.scratch) < wanted) position = trial;
        }
        top.last = position;
    }
    return top;
}

template <int W, bool SOFT>
__device__ __forceinline__ void token_losses(
    unsigned short* student, const unsigned short* teacher, const long long* labels, const float* teacher_shares, const float* label_shares,
    float* losses, int tokens, int vocabulary, float inverse_tau, float teacher_factor, float label_factor, float student_cap, float teacher_cap,
    float beta, int k)
{
    __shared__ float scratch[32];
    const int token = blockIdx.x;
    student += (size_t)token * vocabulary;
    if (TEACHER) teacher += (size_t)token * vocabulary;
    const int label = labels ? (int)labels[token] : -1;
    const float label_logit = label >= 0 ? capped(widen(student[label]), student_cap) : 0.0f;
    const bool student_exp = STUDENT_EXP || labels;

    Row row = { INFINITY_BELOW, 0.0f, 0.0f, INFINITY_BELOW, 0.0f, 0.0f, 0.0f, 0.0f };
#if LOSS >= TOP_BOTH
    __shared__ TopMemory memory;
    for (int slot = 0; slot < SLOTS; slot++) memory.slots[slot * THREADS + threadIdx.x] = 0;
    const int rounds = (vocabulary + THREADS * W - 1) / (THREADS * W);
    int round = 0;
#endif
    for (int i = threadIdx.x * W; i < vocabulary; i += THREADS * W) {
        const Pack<W> s = *(const Pack<W>*)(student + i);
        Pack<W> t;
        if (TEACHER) t = *(const Pack<W>*)(teacher + i);
        float top = INFINITY_BELOW;
        for (int j = 0; j < W; j++) top = fmaxf(top, capped(widen(s.at[j]), student_cap));
        if (top > row.student_max) {
            const float plain = __expf(row.student_max - top);
            const float soft = SOFT ? __expf((row.student_max - top) * inverse_tau) : plain;
            row.student_sum *= plain;
            row.student_soft *= soft;
            if (LOSS == REVERSE) row.a *= soft;
            if (LOSS == SQUARED || LOSS == COSINE) {
                row.a *= soft * soft;
                row.b *= soft;
            }
            row.student_max = top;
        }
        if (TEACHER) {
            top = INFINITY_BELOW;
            for (int j = 0; j < W; j++) top = fmaxf(top, capped(widen(t.at[j]), teacher_cap));
            if (top > row.teacher_max) {
                const float soft = __expf((row.teacher_max - top) * inverse_tau);
                row.teacher_soft *= soft;
                if (LOSS == FORWARD) row.a *= soft;
                if (LOSS == SQUARED || LOSS == COSINE) {
                    row.b *= soft;
                    row.c *= soft * soft;
                }
                row.teacher_max = top;
            }
        }
        for (int j = 0; j < W; j++) {
            const float x = capped(widen(s.at[j]), student_cap);
            float xe = 0.0f;
            if (student_exp) {
                if (!SOFT || labels) {
                    xe = __expf(x - row.student_max);
                    row.student_sum += xe;
                }
                if (SOFT && STUDENT_EXP) {
                    xe = __expf((x - row.student_max) * inverse_tau);
                    row.student_soft += xe;
                }
            }
            if (TEACHER) {
                const float y = capped(widen(t.at[j]), teacher_cap);
                float ye = 0.0f;
                if (TEACHER_EXP) {
                    ye = __expf((y - row.teacher_max) * inverse_tau);
                    row.teacher_soft += ye;
                }
                if (LOSS == FORWARD) row.a += ye * ((y - x) * inverse_tau);
                if (LOSS == REVERSE) row.a += xe * ((x - y) * inverse_tau);
                if (LOSS == SQUARED || LOSS == COSINE) {
                    row.a += xe * xe;
                    row.b += xe * ye;
                    row.c += ye * ye;
                }
                if (LOSS == SQUARED_LOGITS) row.a += ((x - y) * inverse_tau) * ((x - y) * inverse_tau);
                if (LOSS == COSINE_LOGITS) {
                    row.a += x * x;
                    row.b += x * y;
                    row.c += y * y;
                }
            }
        }
#if LOSS >= TOP_BOTH
        unsigned int largest = 0;
        for (int j = 0; j < W; j++) largest = max(largest, key(t.at[j]));
        unsigned short* slot = memory.slots + (round++ * SLOTS / rounds) * THREADS + threadIdx.x;
        if (largest > *slot) *slot = (unsigned short)largest;
#endif
    }

    const float student_max = block_reduce(row.student_max, true, scratch);
    const float student_sum = block_reduce(row.student_sum * __expf(row.student_max - student_max), false, scratch);
    const float student_scale = __expf((row.student_max - student_max) * inverse_tau);
    const float student_soft = SOFT ? block_reduce(row.student_soft * student_scale, false, scratch) : student_sum;
    float teacher_max = 0.0f, teacher_soft = 1.0f, teacher_scale = 0.0f;
    if (TEACHER) {
        teacher_max = block_reduce(row.teacher_max, true, scratch);
        teacher_scale = __expf((row.teacher_max - teacher_max) * inverse_tau);
        teacher_soft = block_reduce(row.teacher_soft * teacher_scale, false, scratch);
    }

    const float teacher_share = TEACHER ? teacher_shares[token] : 0.0f;
    const float weight = teacher_share * teacher_factor;
    float divergence = 0.0f; // the token's loss
    float u = 0.0f, v = 0.0f, w = 0.0f; // what the gradient needs of the row, by loss
#if LOSS == FORWARD
    divergence = block_reduce(row.a * teacher_scale, false, scratch) / teacher_soft
        + (student_max - teacher_max) * inverse_tau + logf(student_soft) - logf(teacher_soft);
    u = weight * inverse_tau / student_soft;
    v = weight * inverse_tau / teacher_soft;
#elif LOSS == REVERSE
    w = block_reduce(row.a * student_scale, false, scratch) / student_soft;
    divergence = w + (teacher_max - student_max) * inverse_tau + logf(teacher_soft) - logf(student_soft);
    u = weight * inverse_tau / student_soft;
#elif LOSS == SQUARED
    u = 1.0f / student_soft;
    v = 1.0f / teacher_soft;
    const float xx = block_reduce(row.a * student_scale * student_scale, false, scratch) * u * u;
    const float xy = block_reduce(row.b * student_scale * teacher_scale, false, scratch) * u * v;
    const float yy = block_reduce(row.c * teacher_scale * teacher_scale, false, scratch) * v * v;
    divergence = fmaxf(xx - 2.0f * xy + yy, 0.0f) / vocabulary;
    w = xx - xy;
#elif LOSS == SQUARED_LOGITS
    divergence = block_reduce(row.a, false, scratch) / vocabulary;
    u = 2.0f * weight * inverse_tau * inverse_tau / vocabulary;
#elif LOSS == COSINE || LOSS == COSINE_LOGITS
    const bool soft = LOSS == COSINE;
    const float xx = fmaxf(block_reduce(soft ? row.a * student_scale * student_scale : row.a, false, scratch), 1.0e-30f);
    const float xy = block_reduce(soft ? row.b * student_scale * teacher_scale : row.b, false, scratch);
    const float yy = fmaxf(block_reduce(soft ? row.c * teacher_scale * teacher_scale : row.c, false, scratch), 1.0e-30f);
    const float norms = sqrtf(xx) * sqrtf(yy);
    divergence = 1.0f - xy / norms;
    u = weight * (soft ? inverse_tau : 1.0f) * (xy / norms) / xx;
    v = weight * (soft ? inverse_tau : 1.0f) / norms;
#elif LOSS == JENSEN
    const float student_log = logf(student_soft), teacher_log = logf(teacher_soft);
    const float student_part = 1.0f / student_soft, teacher_part = 1.0f / teacher_soft;
    for (int i = threadIdx.x * W; i < vocabulary; i += THREADS * W) {
        const Pack<W> s = *(const Pack<W>*)(student + i);
        const Pack<W> t = *(const Pack<W>*)(teacher + i);
        for (int j = 0; j < W; j++) {
            const float x = (capped(widen(s.at[j]), student_cap) - student_max) * inverse_tau;
            const float y = (capped(widen(t.at[j]), teacher_cap) - teacher_max) * inverse_tau;
            const float p = __expf(x) * student_part, q = __expf(y) * teacher_part;
            const float mixture = beta * q + (1.0f - beta) * p;
            const float log_mixture = mixture > 0.0f ? __logf(mixture) : 0.0f;
            u += p * (x - student_log - log_mixture);
            v += q * (y - teacher_log - log_mixture);
        }
    }
    w = block_reduce(u, false, scratch);
    divergence = beta * block_reduce(v, false, scratch) + (1.0f - beta) * w;
    u = weight * inverse_tau * (1.0f - beta) * student_part;
#elif LOSS >= TOP_BOTH
    const Top top = find_top<W>(memory, teacher, vocabulary, k);
    float top_max = student_max;
    if (LOSS == TOP_BOTH) {
        top_max = INFINITY_BELOW;
        for (int n = threadIdx.x; n < top.candidates; n += THREADS) {
            const int i = top.listed ? memory.indices[n] : n;
            if (top.holds(key(teacher[i]), i)) top_max = fmaxf(top_max, capped(widen(student[i]), student_cap));
        }
        top_max = block_reduce(top_max, true, scratch);
    }
    for (int n = threadIdx.x; n < top.candidates; n += THREADS) {
        const int i = top.listed ? memory.indices[n] : n;
        if (!top.holds(key(teacher[i]), i)) continue;
        const float x = capped(widen(student[i]), student_cap), y = capped(widen(teacher[i]), teacher_cap);
        const float e = __expf((y - teacher_max) * inverse_tau);
        u += __expf((x - top_max) * inverse_tau);
        v += e;
        w += e * ((y - x) * inverse_tau);
    }
    const float student_part = LOSS == TOP_BOTH ? block_reduce(u, false, scratch) : student_soft;
    const float top_soft = block_reduce(v, false, scratch);
    const float cross = block_reduce(w, false, scratch);
    const float teacher_part = LOSS == TOP_TRUNCATED ? teacher_soft : top_soft;
    const float mass = top_soft / teacher_part;
    divergence = cross / teacher_part + mass * ((top_max - teacher_max) * inverse_tau + logf(student_part) - logf(teacher_part));
    u = weight * inverse_tau * mass / student_part;
    v = weight * inverse_tau / teacher_part;
#endif

    const float label_share = label >= 0 ? label_shares[token] : 0.0f;
    if (threadIdx.x == 0) {
        losses[token] = teacher_share * divergence;
        losses[tokens + token] = label >= 0 ? label_share * (student_max + logf(student_sum) - label_logit) : 0.0f;
    }

    const float b = label_share * label_factor;
    const float b_student = b / student_sum;
    for (int i = threadIdx.x * W; i < vocabulary; i += THREADS * W) {
        Pack<W> s = *(const Pack<W>*)(student + i);
        Pack<W> t;
        if (TEACHER) t = *(const Pack<W>*)(teacher + i);
        for (int j = 0; j < W; j++) {
            const float x = capped(widen(s.at[j]), student_cap);
            float plain = 0.0f, xe = 0.0f;
            if (labels || (STUDENT_EXP && !SOFT)) plain = __expf(x - student_max);
            if (STUDENT_EXP) xe = SOFT ? __expf((x - student_max) * inverse_tau) : plain;
            float gradient = labels ? b_student * plain : 0.0f;
            if (TEACHER) {
                const float y = capped(widen(t.at[j]), teacher_cap);
                float ye = 0.0f;
                if (TEACHER_EXP && LOSS != REVERSE && !TOP) ye = __expf((y - teacher_max) * inverse_tau);
                if (LOSS == FORWARD) gradient += u * xe - v * ye;
                if (LOSS == REVERSE) gradient += u * xe * ((x - y) * inverse_tau - w);
                if (LOSS == SQUARED) gradient += (2.0f * weight * inverse_tau / vocabulary) * (xe * u) * (xe * u - ye * v - w);
                if (LOSS == SQUARED_LOGITS) gradient += u * (x - y);
                if (LOSS == COSINE) gradient += xe * (u * xe - v * ye);
                if (LOSS == COSINE_LOGITS) gradient += u * x - v * y;
#if LOSS == JENSEN
                const float p = xe * student_part;
                const float mixture = beta * ye * teacher_part + (1.0f - beta) * p;
                const float log_mixture = mixture > 0.0f ? __logf(mixture) : 0.0f;
                gradient += u * xe * ((x - student_max) * inverse_tau - student_log - log_mixture - w);
#elif LOSS >= TOP_BOTH
                const bool held = top.holds(key(t.at[j]), i + j);
                if (LOSS != TOP_BOTH) gradient += u * xe;
                if (LOSS == TOP_BOTH && held) gradient += u * __expf((x - top_max) * inverse_tau);
                if (held) gradient -= v * __expf((y - teacher_max) * inverse_tau);
#endif
            }
            if (i + j == label) gradient -= b;
            if (student_cap > 0.0f) gradient *= 1.0f - (x / student_cap) * (x / student_cap);
            s.at[j] = narrow(gradient);
        }
        *(Pack<W>*)(student + i) = s;
    }
}

#define TOKEN_LOSSES(NAME, W, SOFT) \
    extern "C" __global__ void __launch_bounds__(THREADS, 2) NAME( \
        unsigned short* student, const unsigned short* teacher, const long long* labels, const float* teacher_shares, const float* label_shares, \
        float* losses, int tokens, int vocabulary, float inverse_tau, float teacher_factor, float label_factor, float student_cap, float teacher_cap, \
        float beta, int k) \
    { \
        token_losses<W, SOFT>(student, teacher, labels, teacher_shares, label_shares, losses, tokens, vocabulary, \
            inverse_tau, teacher_factor, label_factor, student_cap, teacher_cap, beta, k); \
    }

TOKEN_LOSSES(plain_8, 8, false)
TOKEN_LOSSES(plain_1, 1, false)
TOKEN_LOSSES(tempered_8, 8, true)
TOKEN_LOSSES(tempered_1, 1, true)
