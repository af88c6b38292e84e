using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Prunus.Lottery.Stacking;

/// <summary>A step of SGD or Adam over consecutive weights under a mask, in one sweep: what <see cref="Prunus.Lottery.Training.MaskedOptimiser"/> does.</summary>
internal static unsafe class MaskedUpdates
{
    private const int Lanes = 16;

    /// <param name="rule">Numbers of the step.</param>
    /// <param name="w">Weights; changed.</param>
    /// <param name="m">First moments, or momentum; changed.</param>
    /// <param name="v">Second moments of Adam; changed.</param>
    /// <param name="g">Gradients.</param>
    /// <param name="mask">0 and 1, or null.</param>
    /// <param name="count">Number of weights.</param>
    public static void Apply(in UpdateRule rule, float* w, float* m, float* v, float* g, float* mask, int count)
    {
        var whole = count - (count % Lanes);
        if (rule.Adam)
        {
            Adam(rule, w, m, v, g, mask, whole);
        }
        else
        {
            Sgd(rule, w, m, g, mask, whole);
        }

        if (whole == count)
        {
            return;
        }

        // The rest goes through the same vectors, so that it is rounded alike.
        float* rest = stackalloc float[5 * Lanes];
        var (left, bytes) = (count - whole, (count - whole) * sizeof(float));
        new Span<float>(rest, 5 * Lanes).Clear();
        Unsafe.CopyBlock(rest, w + whole, (uint)bytes);
        Unsafe.CopyBlock(rest + Lanes, m + whole, (uint)bytes);
        Unsafe.CopyBlock(rest + (3 * Lanes), g + whole, (uint)bytes);
        for (var i = 0; i < left; i++)
        {
            rest[(4 * Lanes) + i] = mask is null ? 1 : mask[whole + i];
        }

        if (rule.Adam)
        {
            Unsafe.CopyBlock(rest + (2 * Lanes), v + whole, (uint)bytes);
            Adam(rule, rest, rest + Lanes, rest + (2 * Lanes), rest + (3 * Lanes), rest + (4 * Lanes), Lanes);
            Unsafe.CopyBlock(v + whole, rest + (2 * Lanes), (uint)bytes);
        }
        else
        {
            Sgd(rule, rest, rest + Lanes, rest + (3 * Lanes), rest + (4 * Lanes), Lanes);
        }

        Unsafe.CopyBlock(w + whole, rest, (uint)bytes);
        Unsafe.CopyBlock(m + whole, rest + Lanes, (uint)bytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Adam(UpdateRule rule, float* w, float* m, float* v, float* g, float* mask, int count)
    {
        Vector512<float> rate = Vector512.Create(-rule.Rate), gain = Vector512.Create(rule.Gain), decay2 = Vector512.Create(rule.Decay2), gain2 = Vector512.Create(1 - rule.Decay2);
        Vector512<float> root = Vector512.Create(rule.InverseRoot), epsilon = Vector512.Create(rule.Epsilon), weightDecay = Vector512.Create(rule.WeightDecay);
        for (var i = 0; i < count; i += Lanes)
        {
            var weight = Vector512.Load(w + i);
            var gradient = Vector512.FusedMultiplyAdd(weight, weightDecay, Vector512.Load(g + i));
            gradient = mask is null ? gradient : gradient * Vector512.Load(mask + i);
            var first = Vector512.Load(m + i);
            first = Vector512.FusedMultiplyAdd(gradient - first, gain, first);
            var second = Vector512.FusedMultiplyAdd(gradient * gradient, gain2, Vector512.Load(v + i) * decay2);
            first.Store(m + i);
            second.Store(v + i);
            var size = Vector512.FusedMultiplyAdd(Vector512.Sqrt(second), root, epsilon);
            Vector512.FusedMultiplyAdd(first / size, rate, weight).Store(w + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sgd(UpdateRule rule, float* w, float* m, float* g, float* mask, int count)
    {
        Vector512<float> rate = Vector512.Create(-rule.Rate), momentum = Vector512.Create(rule.Decay1), ahead = Vector512.Create(rule.Nesterov);
        var weightDecay = Vector512.Create(rule.WeightDecay);
        for (var i = 0; i < count; i += Lanes)
        {
            var weight = Vector512.Load(w + i);
            var gradient = Vector512.FusedMultiplyAdd(weight, weightDecay, Vector512.Load(g + i));
            gradient = mask is null ? gradient : gradient * Vector512.Load(mask + i);
            var buffer = Vector512.FusedMultiplyAdd(Vector512.Load(m + i), momentum, gradient);
            if (rule.Decay1 != 0)
            {
                buffer.Store(m + i);
            }

            var direction = rule.Nesterov == 0 ? buffer : Vector512.FusedMultiplyAdd(buffer, ahead, gradient);
            Vector512.FusedMultiplyAdd(direction, rate, weight).Store(w + i);
        }
    }
}
