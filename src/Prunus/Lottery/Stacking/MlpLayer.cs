using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Stacking;

/// <summary>A tensor with what its optimiser remembers, all [M,…] or of one net. The moments are owned.</summary>
internal sealed class MlpTensor : IDisposable
{
    private readonly Tensor? _net, _held;

    /// <param name="name">Of the parameter.</param>
    /// <param name="value">The net's.</param>
    /// <param name="mask">0 and 1, or null; not owned.</param>
    /// <param name="held">What pruned weights are held at, 0 where the mask keeps, or null: at 0. Not owned.</param>
    /// <param name="second">Whether the optimiser has second moments.</param>
    public MlpTensor(string name, Tensor value, Tensor? mask, Tensor? held, bool second)
    {
        using var noGradient = no_grad();
        (Name, Mask, _held) = (name, mask, held);
        Value = (held is null ? value.detach() : value.detach().clone()).DetachFromDisposeScope();
        _net = held is null ? null : value.detach().DetachFromDisposeScope();
        First = zeros_like(Value).DetachFromDisposeScope();
        Second = second ? zeros_like(Value).DetachFromDisposeScope() : null;
    }

    public string Name { get; }

    /// <summary>The net's own memory; where pruned weights are held, a copy that has them too.</summary>
    public Tensor Value { get; }

    /// <summary>0 and 1; not owned.</summary>
    public Tensor? Mask { get; }

    public Tensor First { get; }

    public Tensor? Second { get; }

    public IEnumerable<Tensor> All() => new[] { Value, First, Second }.OfType<Tensor>();

    /// <summary>Takes the net's weights, and sets what the mask prunes to 0, or to what it is held at; moments of those to 0.</summary>
    public void Apply()
    {
        using var noGradient = no_grad();
        if (Mask is null)
        {
            return;
        }

        foreach (var tensor in new[] { _net ?? Value, First, Second }.OfType<Tensor>())
        {
            tensor.mul_(Mask);
        }

        if (_net is not null)
        {
            Value.copy_(_net);
            Native.Ops.AddInPlace(Value, _held!);
        }
    }

    /// <summary>Gives the net the weights that masks keep, where it does not share their memory.</summary>
    public void Publish()
    {
        using var noGradient = no_grad();
        _net?.copy_(Value);
        _net?.mul_(Mask!);
    }

    public void Dispose()
    {
        _net?.Dispose();
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
        var frozen = net as FrozenNet;
        net = frozen?.Net ?? net;
        var config = net switch { VisionTicketNet single => single.Net.Config, VisionStack stack => stack.Config, _ => null };
        if (config is null || !Fits(config))
        {
            return null;
        }

        return [.. config.Steps.OfType<Linear>().Select(l => new MlpLayer(
            Held($"{l.Name}.weight"), Held($"{l.Name}.bias"), (int)net.Parameters[$"{l.Name}.weight"].size(-1), l.Units))];

        MlpTensor Held(string name) => new(name, net.Parameters[name], masks?.GetValueOrDefault(name), frozen?.Held.GetValueOrDefault(name), optimiser is AdamOptions);
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
