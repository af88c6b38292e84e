using Prunus.Lottery.Branches;
using Prunus.Lottery.Masks;
using Prunus.Vision;
using TorchSharp;

namespace Prunus.Lottery;

/// <summary>An image net's architecture as the lab sees it.</summary>
public sealed class VisionTicketArchitecture(VisionConfig config) : ITicketArchitecture
{
    /// <summary>The architecture.</summary>
    public VisionConfig Config => config;

    public string Name => VisionTicketNet.NameOf(config);

    public IReadOnlyList<TicketTensor> Tensors { get; } = [.. VisionTicketNet.TensorsOf(config)];

    public IReadOnlyDictionary<string, float[]> Draw(string initialisation, long seed) => BranchValues.Drawing(config, VisionInitialisations.Named(initialisation))(seed);

    public ITicketNet Create(IReadOnlyDictionary<string, torch.Tensor> tensors) => new VisionTicketNet(new VisionNet(config, tensors));

    public long? MultiplyAdds(int block) => config.MultiplyAdds();

    public DeadUnits DeadUnits(MaskSet masks) => Masks.DeadUnits.Of(config, masks);
}
