// What a step of stacked MLPs needs beside batched products. Rows are (member, example of its batch). Nothing is shared between threads. `rule` holds the numbers of
// UpdateRule for the step, so that a captured graph serves any rate.

struct Rule { float adam, rate, decay1, decay2, inverse_root, epsilon, weight_decay, gain, nesterov; };

__device__ __forceinline__ void apply(const Rule& r, float g, float& w, float& m, float& v) {
    if (r.adam != 0.0f) {
        m = fmaf(g - m, r.gain, m);
        v = fmaf(g * g, 1.0f - r.decay2, v * r.decay2);
        w = fmaf(-r.rate, m / fmaf(sqrtf(v), r.inverse_root, r.epsilon), w);
    } else {
        float buffer = fmaf(m, r.decay1, g);
        m = r.decay1 != 0.0f ? buffer : m;
        w = fmaf(-r.rate, r.nesterov != 0.0f ? fmaf(buffer, r.nesterov, g) : buffer, w);
    }
}

// A block per row: x[row,:] = inputs[examples[row],:].
extern "C" __global__ void gather(const float* inputs, const int* examples, float* x, int features) {
    const float* from = inputs + (long long)examples[blockIdx.x] * features;
    float* to = x + (long long)blockIdx.x * features;
    for (int f = threadIdx.x; f < features; f += blockDim.x) to[f] = from[f];
}

// A block per row: relu(h + bias) in place. NaN stays NaN.
extern "C" __global__ void rectify(float* h, const float* bias, int units, int batch) {
    const float* b = bias + (long long)(blockIdx.x / batch) * units;
    float* row = h + (long long)blockIdx.x * units;
    for (int u = threadIdx.x; u < units; u += blockDim.x) {
        float x = row[u] + b[u];
        row[u] = x < 0.0f ? 0.0f : x;
    }
}

// A thread per row: logits without bias to cross entropy, and (softmax - one-hot) / batch.
extern "C" __global__ void softmax_errors(
    const float* logits, const float* bias, const int* examples, const long long* labels, float* errors, float* losses, int classes, int batch, int rows) {
    int row = blockIdx.x * blockDim.x + threadIdx.x;
    if (row >= rows) return;
    const float* z = logits + (long long)row * classes;
    const float* b = bias + (long long)(row / batch) * classes;
    float* e = errors + (long long)row * classes;
    int label = (int)labels[examples[row]];
    float largest = z[0] + b[0];
    for (int c = 1; c < classes; c++) largest = fmaxf(largest, z[c] + b[c]);
    float total = 0.0f;
    for (int c = 0; c < classes; c++) {
        float p = expf(z[c] + b[c] - largest);
        e[c] = p;
        total += p;
    }
    for (int c = 0; c < classes; c++) e[c] = (e[c] / total - (c == label ? 1.0f : 0.0f)) / batch;
    losses[row] = logf(total) + largest - (z[label] + b[label]);
}

// A thread per value: errors pass where the unit was active.
extern "C" __global__ void pass_errors(float* errors, const float* activations, int count) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count) errors[i] = activations[i] > 0.0f ? errors[i] : 0.0f;
}

#define EACH 4 // weights of a thread

// The first blocks take the layer's weights, the others its biases, whose gradients are summed here. v is null under SGD, mask where nothing is pruned.
extern "C" __global__ void update(
    float* w, float* m, float* v, const float* g, const unsigned char* mask, float* bias, float* bias_m, float* bias_v, const float* errors, const float* rule,
    int weights, int weight_blocks, int biases, int units, int batch) {
    Rule r = *(const Rule*)rule;
    if (blockIdx.x < weight_blocks) {
        int first = blockIdx.x * blockDim.x * EACH + threadIdx.x;
        float ws[EACH], ms[EACH], vs[EACH], gs[EACH];
#pragma unroll
        for (int j = 0; j < EACH; j++) {
            int i = first + j * blockDim.x;
            if (i < weights) {
                ws[j] = w[i];
                ms[j] = m[i];
                vs[j] = v ? v[i] : 0.0f;
                gs[j] = g[i] + r.weight_decay * ws[j];
                if (mask) gs[j] *= mask[i];
            }
        }
#pragma unroll
        for (int j = 0; j < EACH; j++) {
            int i = first + j * blockDim.x;
            if (i < weights) {
                apply(r, gs[j], ws[j], ms[j], vs[j]);
                w[i] = ws[j];
                m[i] = ms[j];
                if (v) v[i] = vs[j];
            }
        }
        return;
    }
    int i = (blockIdx.x - weight_blocks) * blockDim.x + threadIdx.x;
    if (i >= biases) return;
    const float* e = errors + (long long)(i / units) * batch * units + i % units;
    float sum = 0.0f;
    for (int b = 0; b < batch; b++) sum += e[(long long)b * units];
    float x = bias[i], first = bias_m[i], second = bias_v ? bias_v[i] : 0.0f;
    apply(r, sum + r.weight_decay * x, x, first, second);
    bias[i] = x;
    bias_m[i] = first;
    if (bias_v) bias_v[i] = second;
}
