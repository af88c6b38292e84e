using Prunus.Decoders;
using Prunus.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery;

/// <summary>
/// A decoder as the lab sees it: masks may cover the matrices of attention and MLP, never embeddings, norms and biases. The output head counts as an output layer; masks may cover
/// it when asked, unless it is the embedding too. It owns the decoder.
/// </summary>
/// <param name="decoder">The decoder; float32 to be trained.</param>
/// <param name="pruneHead">Whether masks may cover an output head of its own. Default false.</param>
public sealed class DecoderTicketNet(Decoder decoder, bool pruneHead = false) : ITicketNet
{
    private static readonly Dictionary<string, Tensor> None = [];

    /// <summary>The decoder.</summary>
    public Decoder Decoder => decoder;

    public string Architecture { get; } = NameOf(decoder.Config);

    public IReadOnlyList<TicketTensor> Tensors { get; } = [.. TensorsOf(decoder.Config, pruneHead)];

    public int Members => 1;

    public bool IsStacked => false;

    public IReadOnlyDictionary<string, Tensor> Parameters => decoder.Parameters;

    public IReadOnlyDictionary<string, Tensor> Buffers => None;

    /// <summary>What the lab needs to know of a decoder's tensors.</summary>
    public static IEnumerable<TicketTensor> TensorsOf(DecoderConfig config, bool pruneHead = false) => config.Parameters().Select(p =>
    {
        var head = p.Name == "head.weight";
        var block = p is { Layer: not null, Shape.Count: 2 };
        return new TicketTensor(
            p.Name, p.Shape, block || head ? TicketTensorKind.Linear : TicketTensorKind.Other, block || (head && pruneHead),
            IsOutput: head || (config.TiedEmbeddings && p.Name == "embed.weight"));
    });

    /// <summary>Tokens to logits.</summary>
    /// <param name="inputs">Token ids [N,T] int64.</param>
    /// <param name="training">Makes no difference: decoders keep no statistics.</param>
    /// <param name="instead">Parameters by name that stand in for the decoder's own in this pass.</param>
    /// <returns>[N,T,vocabulary], owned by the caller's dispose scope.</returns>
    public Tensor Forward(Tensor inputs, bool training = false, IReadOnlyDictionary<string, Tensor>? instead = null)
    {
        using var scope = NewDisposeScope();
        if (instead is null)
        {
            return decoder.Head(decoder.Body(inputs)).MoveToOuterDisposeScope();
        }

        using var other = new Decoder(decoder.Config, decoder.Parameters.ToDictionary(p => p.Key, p => (instead.TryGetValue(p.Key, out var t) ? t : p.Value).alias()));
        return other.Head(other.Body(inputs)).MoveToOuterDisposeScope();
    }

    public void Dispose() => decoder.Dispose();

    // Sizes to read, and a hash of all that decides names, shapes and the pass.
    internal static string NameOf(DecoderConfig config)
    {
        var all = string.Join('|', config.Layers.Select(layer => layer.ToString()).Append((config with { Layers = [] }).ToString()));
        var hash = ContentHash.Of(all, 12);
        return $"decoder-{config.Family}:{config.LayerCount}x{config.Hidden}:{config.VocabSize}:{hash}";
    }
}
