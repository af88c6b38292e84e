using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery;

/// <summary>An image net as the lab sees it. It owns the net.</summary>
public sealed class VisionTicketNet(VisionNet net) : ITicketNet
{
    /// <summary>The net.</summary>
    public VisionNet Net => net;

    public string Architecture => NameOf(net.Config);

    public IReadOnlyList<TicketTensor> Tensors { get; } = [.. TensorsOf(net.Config)];

    public int Members => 1;

    public bool IsStacked => false;

    public IReadOnlyDictionary<string, Tensor> Parameters => net.Parameters;

    public IReadOnlyDictionary<string, Tensor> Buffers => net.Buffers;

    /// <summary>The lab's name of an architecture: kind, size of the images, classes.</summary>
    public static string NameOf(VisionConfig config) => $"{config.Id}:{config.Input}:{config.Classes}";

    /// <summary>What the lab needs to know of an architecture's tensors.</summary>
    public static IEnumerable<TicketTensor> TensorsOf(VisionConfig config) => config.Tensors().Select(t => new TicketTensor(
        t.Name, t.Shape,
        t.Role switch { VisionRole.ConvolutionWeight => TicketTensorKind.Convolution, VisionRole.LinearWeight => TicketTensorKind.Linear, _ => TicketTensorKind.Other },
        t.IsPrunable, t.IsOutput, t.IsBuffer));

    public Tensor Forward(Tensor inputs, bool training = false, IReadOnlyDictionary<string, Tensor>? instead = null) => net.Forward(inputs, training, instead: instead);

    public void Dispose() => net.Dispose();
}
