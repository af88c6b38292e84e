// One block per token. First pass: running maxima and sums of exponentials of both rows. Second pass: the gradient over the student's row.

#define INFINITY_BELOW -3.0e38f

struct Row {            // what the first pass gathers
    float student_max;  // of the logits
    float student_sum;  // of exp(logit - max)
    float student_soft; // of exp((logit - max) / tau)
    float teacher_max;
    float teacher_soft;
    float cross;        // of exp((teacher - max) / tau) * (teacher - student) / tau
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

template <int W, bool TEACHER, bool SOFT>
__device__ __forceinline__ void token_losses(
    unsigned short* student, const unsigned short* teacher, const long long* labels, const float* teacher_shares, const float* label_shares,
    float* losses, int tokens, int vocabulary, float inverse_tau, float teacher_factor, float label_factor, float student_cap, float teacher_cap)
{
    __shared__ float scratch[32];
    const int token = blockIdx.x;
    student += (size_t)token * vocabulary;
    if (TEACHER) teacher += (size_t)token * vocabulary;
    const int label = labels ? (int)labels[token] : -1;
    const float label_logit = label >= 0 ? capped(widen(student[label]), student_cap) : 0.0f;

    Row row = { INFINITY_BELOW, 0.0f, 0.0f, INFINITY_BELOW, 0.0f, 0.0f };
    for (int i = threadIdx.x * W; i < vocabulary; i += blockDim.x * W) {
        const Pack<W> s = *(const Pack<W>*)(student + i);
        Pack<W> t;
        if (TEACHER) t = *(const Pack<W>*)(teacher + i);
        float top = INFINITY_BELOW;
        for (int k = 0; k < W; k++) top = fmaxf(top, capped(widen(s.at[k]), student_cap));
        if (top > row.student_max) {
            row.student_sum *= __expf(row.student_max - top);
            row.student_soft *= __expf((row.student_max - top) * inverse_tau);
            row.student_max = top;
        }
        if (TEACHER) {
            top = INFINITY_BELOW;
            for (int k = 0; k < W; k++) top = fmaxf(top, capped(widen(t.at[k]), teacher_cap));
            if (top > row.teacher_max) {
                const float scale = __expf((row.teacher_max - top) * inverse_tau);
                row.teacher_soft *= scale;
                row.cross *= scale;
                row.teacher_max = top;
            }
        }
        for (int k = 0; k < W; k++) {
            const float x = capped(widen(s.at[k]), student_cap);
            row.student_sum += __expf(x - row.student_max);
            if (SOFT) row.student_soft += __expf((x - row.student_max) * inverse_tau);
            if (TEACHER) {
                const float y = capped(widen(t.at[k]), teacher_cap);
                const float e = __expf((y - row.teacher_max) * inverse_tau);
                row.teacher_soft += e;
                row.cross += e * ((y - x) * inverse_tau);
            }
        }
    }

    const float student_max = block_reduce(row.student_max, true, scratch);
    const float student_sum = block_reduce(row.student_sum * __expf(row.student_max - student_max), false, scratch);
    const float student_soft = SOFT ? block_reduce(row.student_soft * __expf((row.student_max - student_max) * inverse_tau), false, scratch) : student_sum;
    float teacher_max = 0.0f, teacher_soft = 1.0f, cross = 0.0f;
    if (TEACHER) {
        teacher_max = block_reduce(row.teacher_max, true, scratch);
        const float scale = __expf((row.teacher_max - teacher_max) * inverse_tau);
        teacher_soft = block_reduce(row.teacher_soft * scale, false, scratch);
        cross = block_reduce(row.cross * scale, false, scratch);
    }

    const float teacher_share = TEACHER ? teacher_shares[token] : 0.0f;
    const float label_share = label >= 0 ? label_shares[token] : 0.0f;
    if (threadIdx.x == 0) {
        const float divergence = cross / teacher_soft + (student_max - teacher_max) * inverse_tau + logf(student_soft) - logf(teacher_soft);
        losses[token] = TEACHER ? teacher_share * divergence : 0.0f;
        losses[tokens + token] = label >= 0 ? label_share * (student_max + logf(student_sum) - label_logit) : 0.0f;
    }

    const float a = teacher_share * teacher_factor * inverse_tau;
    const float b = label_share * label_factor;
    const float a_student = a / student_soft, a_teacher = a / teacher_soft, b_student = b / student_sum;
    for (int i = threadIdx.x * W; i < vocabulary; i += blockDim.x * W) {
        Pack<W> s = *(const Pack<W>*)(student + i);
        Pack<W> t;
        if (TEACHER) t = *(const Pack<W>*)(teacher + i);
        for (int k = 0; k < W; k++) {
            const float x = capped(widen(s.at[k]), student_cap);
            const float plain = __expf(x - student_max);
            float gradient = b_student * plain;
            if (TEACHER) {
                const float soft = SOFT ? __expf((x - student_max) * inverse_tau) : plain;
                gradient += a_student * soft - a_teacher * __expf((capped(widen(t.at[k]), teacher_cap) - teacher_max) * inverse_tau);
            }
            if (i + k == label) gradient -= b;
            if (student_cap > 0.0f) gradient *= 1.0f - (x / student_cap) * (x / student_cap);
            s.at[k] = narrow(gradient);
        }
        *(Pack<W>*)(student + i) = s;
    }
}

#define TOKEN_LOSSES(NAME, W, TEACHER, SOFT) \
    extern "C" __global__ void __launch_bounds__(512, 2) NAME( \
        unsigned short* student, const unsigned short* teacher, const long long* labels, const float* teacher_shares, const float* label_shares, \
        float* losses, int tokens, int vocabulary, float inverse_tau, float teacher_factor, float label_factor, float student_cap, float teacher_cap) \
    { \
        token_losses<W, TEACHER, SOFT>(student, teacher, labels, teacher_shares, label_shares, losses, tokens, vocabulary, \
            inverse_tau, teacher_factor, label_factor, student_cap, teacher_cap); \
    }

TOKEN_LOSSES(labels_8, 8, false, false)
TOKEN_LOSSES(labels_1, 1, false, false)
TOKEN_LOSSES(teacher_8, 8, true, false)
TOKEN_LOSSES(teacher_1, 1, true, false)
TOKEN_LOSSES(tempered_8, 8, true, true)
TOKEN_LOSSES(tempered_1, 1, true, true)
