using Prunus.Checkpoints;
using Prunus.Decoders;
using TorchSharp;

namespace Prunus.Shrinking;

/// <summary>A donor's decoder in the types that stages ask for, loaded once each.</summary>
internal sealed class DonorDecoders(Checkpoint checkpoint, torch.Device device) : IDisposable
{
    private readonly Dictionary<torch.ScalarType, Decoder> _loaded = [];

    public Decoder this[torch.ScalarType type] => _loaded.TryGetValue(type, out var decoder) ? decoder : _loaded[type] = Decoder.Load(checkpoint, device, type);

    public void Dispose()
    {
        foreach (var decoder in _loaded.Values)
        {
            decoder.Dispose();
        }
    }
}
