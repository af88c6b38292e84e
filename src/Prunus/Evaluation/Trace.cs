using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Evaluation;

/// <summary>Every hidden state and logit of a pass, to be compared with another implementation.</summary>
public static class Trace
{
    /// <summary>
    /// Writes <c>logits</c> [B,T,V], <c>hidden.0</c> (embedding output) to <c>hidden.L</c> (after the final norm) [B,T,H], as Hugging Face
    /// returns them, and <c>loss</c> [1], the mean next-token cross entropy; float32.
    /// </summary>
    /// <param name="decoder">The model.</param>
    /// <param name="ids">[B,T] int64.</param>
    /// <param name="positions">Token positions whose rows are written; null = all.</param>
    /// <param name="output">Safetensors file.</param>
    /// <exception cref="PrunusInputException">An id is outside the vocabulary, or a position outside the sequence.</exception>
    public static void Write(Decoder decoder, Tensor ids, IReadOnlyList<int>? positions, string output)
    {
        CheckIds(decoder, ids);
        if (positions?.FirstOrDefault(p => p < 0 || p >= ids.size(1), -1) is { } bad && bad != -1)
        {
            throw new PrunusInputException("--positions", $"{bad} lies outside the {ids.size(1)} tokens", "name positions from 0 on");
        }

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var rows = positions is null ? null : tensor(positions.Select(p => (long)p).ToArray(), device: decoder.Device);
        var hidden = new List<Tensor>();
        var last = decoder.Body(ids.to(decoder.Device), (site, layer, value) =>
        {
            if (site == DecoderSite.Embedding || (site == DecoderSite.LayerOutput && layer < decoder.Config.LayerCount - 1) || site == DecoderSite.NormFinal)
            {
                hidden.Add(Pick(value).MoveToOuterDisposeScope());
            }

            return value;
        });
        var tensors = new List<TensorSource> { Source("logits", decoder.Head(Rows(last))) };
        tensors.AddRange(hidden.Select((h, i) => Source($"hidden.{i}", h)));
        tensors.Add(Source("loss", tensor([(float)Loss(decoder, ids.to(decoder.Device), last)])));
        SafetensorsWriter.Write(output, tensors);

        Tensor Rows(Tensor value) => rows is null ? value : value.index_select(1, rows);

        // float32 copies are kept on the host: a long trace of a large model does not fit the device twice.
        Tensor Pick(Tensor value) => Rows(value).to(ScalarType.Float32).cpu().DetachFromDisposeScope().MoveToOtherDisposeScope(scope);
    }

    /// <summary>Refuses ids that are no rows of the embedding.</summary>
    public static void CheckIds(Decoder decoder, Tensor ids)
    {
        if (ids.dim() != 2 || ids.numel() == 0)
        {
            throw new PrunusInputException("input_ids", $"has {ids.dim()} dimensions and {ids.numel()} entries", "give ids of shape [batch, tokens]");
        }

        var (least, most) = (ids.min().item<long>(), ids.max().item<long>());
        if (least < 0 || most >= decoder.Config.VocabSize)
        {
            throw new PrunusInputException("input_ids", $"hold {(least < 0 ? least : most)}, outside the vocabulary of {decoder.Config.VocabSize}", "tokenise with this model's tokenizer");
        }
    }

    private static double Loss(Decoder decoder, Tensor ids, Tensor hidden)
    {
        var length = ids.size(1);
        if (length < 2)
        {
            return double.NaN;
        }

        var flat = hidden.narrow(1, 0, length - 1).reshape(-1, decoder.Config.Hidden);
        return TokenLoss.Sum(decoder, flat, ids.narrow(1, 1, length - 1).reshape(-1)) / flat.size(0);
    }

    private static TensorSource Source(string name, Tensor values)
    {
        using var contiguous = values.to(ScalarType.Float32).cpu().contiguous();
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(TensorMemory.Span<float>(contiguous)).ToArray();
        return new TensorSource(name, ElementType.F32, values.shape, () => [bytes]);
    }
}
