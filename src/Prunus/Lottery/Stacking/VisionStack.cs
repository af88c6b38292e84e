using System.Diagnostics.CodeAnalysis;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Stacking;

/// <summary>
/// M image nets of one architecture as one net: every tensor is [M,…], linear layers are batched products, convolutions have M groups. A pass gives each net
/// what it would give alone, so replicates and branches train side by side; what becomes of one (NaN too) never reaches another.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "A stack of nets, no collection")]
public sealed class VisionStack : ITicketNet
{
    private readonly Dictionary<string, Tensor> _parameters = [], _buffers = [];

    /// <summary>Takes ownership of the tensors.</summary>
    /// <param name="config">The architecture of each net.</param>
    /// <param name="members">M.</param>
    /// <param name="tensors">Parameters and buffers by name (<see cref="VisionConfig.Tensors"/>), each contiguous with a leading dimension of M.</param>
    /// <exception cref="ArgumentException">A tensor is missing or has another shape.</exception>
    public VisionStack(VisionConfig config, int members, IReadOnlyDictionary<string, Tensor> tensors)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(members, 1);
        (Config, Members, Tensors) = (config, members, [.. VisionTicketNet.TensorsOf(config)]);
        foreach (var spec in Tensors)
        {
            (spec.IsBuffer ? _buffers : _parameters)[spec.Name] =
                tensors.TryGetValue(spec.Name, out var tensor) && tensor.is_contiguous() && tensor.shape.SequenceEqual([members, .. spec.Shape])
                    ? tensor.DetachFromDisposeScope()
                    : throw new ArgumentException($"tensor {spec.Name} is missing or not contiguous [{members},{string.Join(",", spec.Shape)}]", nameof(tensors));
        }
    }

    /// <summary>The architecture of each net.</summary>
    public VisionConfig Config { get; }

    public string Architecture => VisionTicketNet.NameOf(Config);

    public IReadOnlyList<TicketTensor> Tensors { get; }

    public int Members { get; }

    public bool IsStacked => true;

    public IReadOnlyDictionary<string, Tensor> Parameters => _parameters;

    public IReadOnlyDictionary<string, Tensor> Buffers => _buffers;

    /// <summary>Copies nets into a stack, in their order.</summary>
    /// <exception cref="ArgumentException">There is none, or they differ in architecture.</exception>
    public static VisionStack Of(IReadOnlyList<VisionNet> nets)
    {
        if (nets.Count == 0 || nets.Select(n => VisionTicketNet.NameOf(n.Config)).Distinct().Count() > 1)
        {
            throw new ArgumentException("a stack is of one or more nets of one architecture", nameof(nets));
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return new(nets[0].Config, nets.Count, nets[0].Config.Tensors().ToDictionary(t => t.Name, t => stack(nets.Select(n => Value(n, t)))));
    }

    /// <summary>Copies one net out of the stack.</summary>
    /// <param name="index">0 … M-1.</param>
    public VisionNet Member(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Members);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return new(Config, _parameters.Concat(_buffers).ToDictionary(t => t.Key, t => t.Value[index].detach().clone()));
    }

    /// <summary>Sets a net to the values of one of the stack.</summary>
    internal void CopyTo(int index, VisionNet net)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var (name, tensor) in net.Parameters.Concat(net.Buffers))
        {
            tensor.copy_((_parameters.TryGetValue(name, out var own) ? own : _buffers[name])[index]);
        }
    }

    /// <summary>One net over the stack's own memory; the caller disposes it before the stack.</summary>
    internal VisionTicketNet View(int index)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return new(new VisionNet(Config, _parameters.Concat(_buffers).ToDictionary(t => t.Key, t => t.Value.detach()[index])));
    }

    /// <summary>Images to logits of every net.</summary>
    /// <param name="inputs">[N,C,H,W] for all nets, or one's own for each: [M,N,C,H,W].</param>
    /// <param name="training">As in <see cref="VisionNet.Forward"/>.</param>
    /// <param name="instead">Tensors [M,…] by name that stand in for the stack's own in this pass.</param>
    /// <returns>[M,N,classes], owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The images have another size.</exception>
    public Tensor Forward(Tensor inputs, bool training = false, IReadOnlyDictionary<string, Tensor>? instead = null)
    {
        var (channels, height, width) = Config.Input;
        var shape = inputs.shape;
        if (shape.Length is not (4 or 5) || !shape.AsSpan(^3..).SequenceEqual([channels, height, width]) || (shape.Length == 5 && shape[0] != Members))
        {
            throw new ArgumentException($"images of {Members} {Config.Id} are [N,{channels},{height},{width}] or [{Members},N,…], not [{string.Join(",", shape)}]", nameof(inputs));
        }

        return new StackPass(Value, Members, training).Run(Config.Steps, inputs);

        Tensor Value(string name) => instead is not null && instead.TryGetValue(name, out var other) ? other
            : _parameters.TryGetValue(name, out var own) ? own : _buffers[name];
    }

    public void Dispose()
    {
        foreach (var tensor in _parameters.Values.Concat(_buffers.Values))
        {
            tensor.Dispose();
        }
    }

    private static Tensor Value(VisionNet net, VisionParameter tensor) => (tensor.IsBuffer ? net.Buffers : net.Parameters)[tensor.Name].detach();
}
