using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Stacking;

/// <summary>A tensor with what its optimiser remembers, all [M,…] or of one net. The moments are owned.</summary>
internal sealed class MlpTensor : IDisposable
{
    public MlpTensor(string name, Tensor value, Tensor? mask, bool second)
    {
        using var noGradient = no_grad();
        (Name, Value, Mask) = (name, value.detach().DetachFromDisposeScope(), mask);
        First = zeros_like(Value).DetachFromDisposeScope();
        Second = second ? zeros_like(Value).DetachFromDisposeScope() : null;
    }

    public string Name { get; }

    /// <summary>The net's own memory.</summary>
    public Tensor Value { get; }

    /// <summary>0 and 1; not owned.</summary>
    public Tensor? Mask { get; }

    public Tensor First { get; }

    public Tensor? Second { get; }

    public IEnumerable<Tensor> All() => new[] { Value, First, Second }.OfType<Tensor>();

    /// <summary>Sets what the mask prunes to 0, in values and moments.</summary>
    public void Apply()
    {
        using var noGradient = no_grad();
        if (Mask is not null)
        {
            foreach (var tensor in All())
            {
                tensor.mul_(Mask);
            }
        }
    }

    public void Dispose()
    {
        foreach (var tensor in All())
        {
            tensor.Dispose();
        }
    }
}

/// <summary>A linear layer of a stack: [M,units,inputs] and [M,units].</summary>
internal sealed record MlpLayer(MlpTensor Weight, MlpTensor Bias, int Inputs, int Units) : IDisposable
{
    /// <summary>The layers of a net, or null when it is no chain of linear layers with ReLU between them.</summary>
    public static IReadOnlyList<MlpLayer>? Of(ITicketNet net, IReadOnlyDictionary<string, Tensor>? masks, OptimiserOptions optimiser)
    {
        var config = net switch { VisionTicketNet single => single.Net.Config, VisionStack stack => stack.Config, _ => null };
        if (config is null || !Fits(config))
        {
            return null;
        }

        return [.. config.Steps.OfType<Linear>().Select(l => new MlpLayer(
            Held($"{l.Name}.weight"), Held($"{l.Name}.bias"), (int)net.Parameters[$"{l.Name}.weight"].size(-1), l.Units))];

        MlpTensor Held(string name) => new(name, net.Parameters[name], masks is not null && masks.TryGetValue(name, out var mask) ? mask : null, optimiser is AdamOptions);
    }

    /// <summary>Flatten, then linear layers with a ReLU after each but the last.</summary>
    public static bool Fits(VisionConfig config) =>
        config.Steps.Count % 2 == 0 && config.Steps.Select((s, i) => i == 0 ? s is Flatten : i % 2 == 1 ? s is Linear : s is Relu).All(fits => fits);

    public void Dispose()
    {
        Weight.Dispose();
        Bias.Dispose();
    }
}
