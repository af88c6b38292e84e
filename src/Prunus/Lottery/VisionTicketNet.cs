using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery;

/// <summary>An image net as the lab sees it. It owns the net.</summary>
public sealed class VisionTicketNet(VisionNet net) : ITicketNet
{
    /// <summary>The net.</summary>
    public VisionNet Net => net;

    public string Architecture => $"{net.Config.Id}:{net.Config.Input.Channels}x{net.Config.Input.Height}x{net.Config.Input.Width}:{net.Config.Classes}";

    public IReadOnlyList<TicketTensor> Tensors { get; } = [.. TensorsOf(net.Config)];

    public int Members => 1;

    public bool IsStacked => false;

    public IReadOnlyDictionary<string, Tensor> Parameters => net.Parameters;

    public IReadOnlyDictionary<string, Tensor> Buffers => net.Buffers;

    /// <summary>What the lab needs to know of an architecture's tensors.</summary>
    public static IEnumerable<TicketTensor> TensorsOf(VisionConfig config) => config.Tensors().Select(t => new TicketTensor(
        t.Name, t.Shape,
        t.Role switch { VisionRole.ConvolutionWeight => TicketTensorKind.Convolution, VisionRole.LinearWeight => TicketTensorKind.Linear, _ => TicketTensorKind.Other },
        t.IsPrunable, t.IsOutput, t.IsBuffer));

    public Tensor Forward(Tensor inputs, bool training = false, IReadOnlyDictionary<string, Tensor>? instead = null) => net.Forward(inputs, training, instead: instead);

    public void Dispose() => net.Dispose();
}
