using Prunus.Checkpoints;
using TorchSharp;

namespace Prunus.Decoders;

/// <summary>A causal language model: an architecture and its parameters in canonical naming. Not a torch module: parameters are plain tensors.</summary>
public sealed class Decoder : IDisposable
{
    private readonly Dictionary<string, torch.Tensor> _parameters;

    /// <summary>Takes ownership of the tensors.</summary>
    public Decoder(DecoderConfig config, IReadOnlyDictionary<string, torch.Tensor> parameters)
    {
        Config = config;
        _parameters = new(parameters);
    }

    public DecoderConfig Config { get; }

    /// <summary>Parameters by canonical name (those of <see cref="DecoderConfig.Parameters"/>).</summary>
    public IReadOnlyDictionary<string, torch.Tensor> Parameters => _parameters;

    /// <summary>Matrix of the output head [vocab, hidden]: the embedding when tied.</summary>
    public torch.Tensor HeadWeight => _parameters[Config.TiedEmbeddings ? "embed.weight" : "head.weight"];

    /// <summary>Reads a checkpoint's weights.</summary>
    public static Decoder Load(Checkpoint checkpoint, torch.Device device, torch.ScalarType type) => throw new InvalidOperationException();

    /// <summary>Fresh weights: normal(0, std) matrices and embeddings, ones for norms, zeros for biases, from our counter-based generator.</summary>
    public static Decoder Initialise(DecoderConfig config, long seed, double std, torch.Device device, torch.ScalarType type) => throw new InvalidOperationException();

    /// <summary>Runs embedding, layers and final norm. <paramref name="ids"/> [B,T] int64 → [B,T,hidden].</summary>
    public torch.Tensor Body(torch.Tensor ids, DecoderVisitor? visitor = null, KeyValueCache? cache = null) => throw new InvalidOperationException();

    /// <summary>Output head with the logit soft cap: [..., hidden] → [..., vocab].</summary>
    public torch.Tensor Head(torch.Tensor hidden) => throw new InvalidOperationException();

    public void Dispose()
    {
        foreach (var tensor in _parameters.Values)
        {
            tensor.Dispose();
        }
    }
}

/// <summary>Keys and values of past tokens, per layer.</summary>
public sealed class KeyValueCache : IDisposable
{
    public void Dispose() { }
}
