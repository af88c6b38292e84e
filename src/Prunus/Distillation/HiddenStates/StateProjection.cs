using Prunus.Randomness;
using Prunus.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Distillation.HiddenStates;

/// <summary>
/// The one linear map from student width to teacher width that all compared states share, trained along and thrown away at the end. Where it is known which
/// teacher channels the student kept, it starts as the map that puts each channel back in its place; else from the identity, or from normal(0, 1/√width).
/// </summary>
public sealed class StateProjection : IDisposable
{
    // Keeps its random numbers apart from those of weights and data order.
    private const ulong Stream = 0x70726f6a;

    private readonly Dictionary<string, Tensor> _parameters = [];

    /// <param name="teacherWidth">Rows.</param>
    /// <param name="studentWidth">Columns.</param>
    /// <param name="kept">Teacher channel of each student channel, or null when nobody knows.</param>
    /// <param name="bias">Whether there is a bias, from 0.</param>
    /// <param name="seed">Seed of a random start.</param>
    /// <param name="device">Where it lives.</param>
    public StateProjection(int teacherWidth, int studentWidth, IReadOnlyList<int>? kept, bool bias, long seed, Device device)
    {
        using var scope = NewDisposeScope();
        _parameters["weight"] = tensor(Start(teacherWidth, studentWidth, kept, seed), [teacherWidth, studentWidth]).to(device).DetachFromDisposeScope();
        if (bias)
        {
            _parameters["bias"] = zeros(teacherWidth, ScalarType.Float32, device).DetachFromDisposeScope();
        }

        // Decay would pull the start towards nothing.
        Group = new("projection", _parameters, _parameters, new AdamWOptions { WeightDecay = 0 });
    }

    /// <summary>Its optimizer: the student's learning rate, no weight decay.</summary>
    public TrainedGroup Group { get; }

    /// <summary>[teacher width, student width] float32.</summary>
    public Tensor Weight => _parameters["weight"];

    /// <summary>[teacher width] float32, or null.</summary>
    public Tensor? Bias => _parameters.GetValueOrDefault("bias");

    /// <summary>States [...,student width] → [...,teacher width], in the states' type.</summary>
    public Tensor Apply(Tensor states) => nn.functional.linear(states, Weight.to(states.dtype), Bias?.to(states.dtype));

    public void Dispose()
    {
        Group.Dispose();
        foreach (var parameter in _parameters.Values)
        {
            parameter.Dispose();
        }
    }

    private static float[] Start(int teacherWidth, int studentWidth, IReadOnlyList<int>? kept, long seed)
    {
        var values = new float[checked(teacherWidth * studentWidth)];
        if (kept is null && teacherWidth != studentWidth)
        {
            new Philox4x32(unchecked((ulong)seed), Stream).FillNormal(0, values, 0, 1 / Math.Sqrt(studentWidth));
            return values;
        }

        for (var j = 0; j < studentWidth; j++)
        {
            values[((kept?[j] ?? j) * studentWidth) + j] = 1;
        }

        return values;
    }
}
