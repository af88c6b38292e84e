using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Decoders;

/// <summary>
/// Cosines and sines of rotary position embedding (Su et al. 2021) in the half-split form: entries j and j + d/2 of a head turn by
/// position · theta^(-2j/d). Grown on demand, kept per device and type.
/// </summary>
internal sealed class RotaryTable(RopeConfig config) : IDisposable
{
    private Tensor? _cos, _sin;
    private int _length;

    /// <summary>Rotates the leading entries of <paramref name="x"/> [B,heads,T,head_dim] for positions from <paramref name="start"/> on.</summary>
    public Tensor Rotate(Tensor x, int start, int length)
    {
        Grow(start + length, x);
        var cos = _cos!.narrow(0, start, length);
        var sin = _sin!.narrow(0, start, length);
        var size = x.size(3);
        if (config.RotaryDim == size)
        {
            return Turn(x, cos, sin);
        }

        return cat([Turn(x.narrow(3, 0, config.RotaryDim), cos, sin), x.narrow(3, config.RotaryDim, size - config.RotaryDim)], 3);
    }

    // The sign of rotate_half is folded into the sine table, so that a roll does for the split, negation and concatenation.
    private Tensor Turn(Tensor x, Tensor cos, Tensor sin) => Ops.AddProductInPlace(x * cos, x.roll(config.RotaryDim / 2, -1), sin);

    private void Grow(int length, Tensor like)
    {
        if (_cos is not null && _length >= length && _cos.dtype == like.dtype && _cos.device == like.device)
        {
            return;
        }

        Dispose();
        _length = Math.Max(length, 64);
        using var scope = NewDisposeScope();
        var frequencies = tensor(Frequencies(config), dtype: ScalarType.Float64);
        var angles = Ops.Range(0, _length, CPU).to(ScalarType.Float64).unsqueeze(1) * frequencies.unsqueeze(0);
        // Angles in float32 as transformers computes them, so that logits agree at long positions too.
        angles = angles.to(ScalarType.Float32);
        var sine = angles.sin();
        _cos = cat([angles.cos(), angles.cos()], 1).to(like.dtype).to(like.device).DetachFromDisposeScope();
        _sin = cat([-sine, sine], 1).to(like.dtype).to(like.device).DetachFromDisposeScope();
    }

    private static double[] Frequencies(RopeConfig config)
    {
        var frequencies = new double[config.RotaryDim / 2];
        for (var j = 0; j < frequencies.Length; j++)
        {
            var frequency = Math.Pow(config.Theta, -2.0 * j / config.RotaryDim) / config.LinearFactor;
            frequencies[j] = config.Llama3 is { } scaling ? Rescaled(frequency, scaling) : frequency;
        }

        return frequencies;
    }

    // Llama 3.1: wavelengths above the old window are stretched by the factor, short ones stay, those between are interpolated.
    private static double Rescaled(double frequency, Llama3RopeScaling s)
    {
        var wavelength = 2 * Math.PI / frequency;
        if (wavelength < s.OriginalMaxPositions / s.HighFrequencyFactor)
        {
            return frequency;
        }

        if (wavelength > s.OriginalMaxPositions / s.LowFrequencyFactor)
        {
            return frequency / s.Factor;
        }

        var smooth = ((s.OriginalMaxPositions / wavelength) - s.LowFrequencyFactor) / (s.HighFrequencyFactor - s.LowFrequencyFactor);
        return ((1 - smooth) * frequency / s.Factor) + (smooth * frequency);
    }

    public void Dispose()
    {
        _cos?.Dispose();
        _sin?.Dispose();
        _cos = _sin = null;
    }
}
