using Prunus.Checkpoints;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Decoders;

/// <summary>A causal language model: an architecture and its parameters in canonical naming. Parameters are plain tensors, so that
/// surgery, masks and optimisers work on a dictionary.</summary>
public sealed class Decoder : IDisposable
{
    private readonly Dictionary<string, Tensor> _parameters;
    private readonly DecoderLayer[] _layers;
    private readonly RotaryTable? _rope, _localRope;

    /// <summary>Takes ownership of the tensors.</summary>
    /// <exception cref="ArgumentException">A parameter is missing or has another shape than the architecture says.</exception>
    public Decoder(DecoderConfig config, IReadOnlyDictionary<string, Tensor> parameters)
    {
        Config = config;
        _parameters = config.Parameters().ToDictionary(p => p.Name, p =>
            parameters.TryGetValue(p.Name, out var tensor) && tensor.shape.SequenceEqual(p.Shape) ? tensor.DetachFromDisposeScope()
                : throw new ArgumentException($"parameter {p.Name} is missing or not [{string.Join(",", p.Shape)}]", nameof(parameters)));
        _rope = config.Rope is { } rope ? new RotaryTable(rope) : null;
        _localRope = config.LocalRope is { } local ? new RotaryTable(local) : null;
        _layers = [.. config.Layers.Select((layer, i) => new DecoderLayer(config, i, _parameters, layer.LocalRope ? _localRope : _rope))];
    }

    public DecoderConfig Config { get; }

    /// <summary>Parameters by canonical name, in canonical order (<see cref="DecoderConfig.Parameters"/>).</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters => _parameters;

    /// <summary>Matrix of the output head [vocab, hidden]: the embedding when tied.</summary>
    public Tensor HeadWeight => _parameters[Config.TiedEmbeddings ? "embed.weight" : "head.weight"];

    public Device Device => _parameters["embed.weight"].device;

    public ScalarType Type => _parameters["embed.weight"].dtype;

    /// <summary>Reads a checkpoint's weights.</summary>
    /// <exception cref="PrunusInputException">The weights do not fit config.json, or hold NaN or infinity.</exception>
    public static Decoder Load(Checkpoint checkpoint, Device device, ScalarType type)
    {
        Libtorch.Load();
        var weights = new CheckpointWeights(checkpoint);
        return new Decoder(weights.Config, DecoderWeights.ReadAll(weights, checkpoint.Location, device, type));
    }

    /// <summary>Fresh weights: normal(0, std) matrices and embeddings, norms that do nothing, zero biases. The same seed gives the same
    /// values on every device.</summary>
    public static Decoder Initialise(DecoderConfig config, long seed, double std, Device device, ScalarType type)
    {
        Libtorch.Load();
        return new Decoder(config, DecoderWeights.Draw(config, seed, std, device, type));
    }

    /// <summary>Runs embedding, layers and final norm.</summary>
    /// <param name="ids">[B,T] int64.</param>
    /// <param name="visitor">Sees, and may replace, every value on the way.</param>
    /// <param name="cache">Holds earlier tokens; the new ones are appended.</param>
    /// <returns>[B,T,hidden], owned by the caller's dispose scope.</returns>
    public Tensor Body(Tensor ids, DecoderVisitor? visitor = null, KeyValueCache? cache = null)
    {
        var length = (int)ids.size(1);
        var start = cache?.Length ?? 0;
        if (Config.PositionOffset is not null && start + length > Config.MaxPositions)
        {
            throw new PrunusInputException($"{start + length} tokens", $"this model has learned positions for {Config.MaxPositions}", "use a shorter window");
        }

        using var scope = NewDisposeScope();
        var x = Visited(visitor, DecoderSite.Embedding, -1, Embed(ids, start, length));
        for (var i = 0; i < _layers.Length; i++)
        {
            using var layerScope = NewDisposeScope();
            var output = _layers[i].Forward(x, start, length, visitor, cache).MoveToOuterDisposeScope();

            // Held to the end of the pass, the residual streams of all layers would be its largest tensors.
            x.Dispose();
            x = output;
        }

        cache?.Advance(length);
        return Visited(visitor, DecoderSite.NormFinal, -1, Normalise.Apply(x, Config, _parameters, "norm_final")).MoveToOuterDisposeScope();
    }

    /// <summary>Output head with the logit soft cap: [..., hidden] → [..., vocab].</summary>
    public Tensor Head(Tensor hidden)
    {
        var logits = nn.functional.linear(hidden, HeadWeight);
        return Config.LogitSoftCap is { } cap ? Ops.Multiply(Ops.Multiply(logits, 1 / cap).tanh(), cap) : logits;
    }

    /// <summary>The residual stream before the first layer: [B,T] → [B,T,hidden].</summary>
    internal Tensor Embedded(Tensor ids)
    {
        using var scope = NewDisposeScope();
        return Embed(ids, 0, (int)ids.size(1)).MoveToOuterDisposeScope();
    }

    /// <summary>Runs some layers on a residual stream [B,T,hidden], in the order given; none returns an alias.</summary>
    internal Tensor Through(Tensor stream, IEnumerable<int> layers)
    {
        var length = (int)stream.size(1);
        using var scope = NewDisposeScope();
        var x = stream.alias();
        foreach (var layer in layers)
        {
            using var layerScope = NewDisposeScope();
            var output = _layers[layer].Forward(x, 0, length, null, null).MoveToOuterDisposeScope();
            x.Dispose();
            x = output;
        }

        return x.MoveToOuterDisposeScope();
    }

    /// <summary>The final norm of a residual stream.</summary>
    internal Tensor Normed(Tensor stream) => Normalise.Apply(stream, Config, _parameters, "norm_final");

    internal static Tensor Visited(DecoderVisitor? visitor, DecoderSite site, int layer, Tensor value) =>
        visitor is null ? value : visitor(site, layer, value);

    private Tensor Embed(Tensor ids, int start, int length)
    {
        var x = Ops.Embedding(_parameters["embed.weight"], ids);
        if (Config.EmbeddingScale != 1)
        {
            x = Ops.Multiply(x, Config.EmbeddingScale);
        }

        return Config.PositionOffset is { } offset ? Ops.Add(x, _parameters["positions.weight"].narrow(0, start + offset, length)) : x;
    }

    public void Dispose()
    {
        foreach (var parameter in _parameters.Values)
        {
            parameter.Dispose();
        }

        _rope?.Dispose();
        _localRope?.Dispose();
    }
}
