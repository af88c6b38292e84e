using Prunus.Checkpoints;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Pruning;

/// <summary>Calibration sequences as a sweep takes them.</summary>
public static class CalibrationBatches
{
    /// <summary>Every [B,T] int64 tensor of a safetensors file, in ordinal order of names.</summary>
    /// <exception cref="PrunusInputException">There is none, or an id is outside the vocabulary.</exception>
    public static IReadOnlyList<Tensor> FromIds(string path, int vocabSize)
    {
        using var file = SafetensorsFile.Open(path);
        Libtorch.Load();
        var batches = new List<Tensor>();
        foreach (var (name, entry) in file.Tensors.Where(t => t.Value is { Type: ElementType.I64, Shape.Count: 2, ElementCount: > 0 }).OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            var ids = file.ReadInt64(name);
            foreach (var id in ids)
            {
                if (id < 0 || id >= vocabSize)
                {
                    throw new PrunusInputException(path, $"tensor '{name}' holds id {id}, the model has 0 to {vocabSize - 1}", "tokenize with this model's tokenizer");
                }
            }

            batches.Add(tensor(ids, [.. entry.Shape]));
        }

        return batches.Count > 0 ? batches
            : throw new PrunusInputException(path, "has no [B,T] tensor of type I64 with ids in it", "store token ids as int64 of two dimensions");
    }

    /// <summary>The first sequences of a text: consecutive, without overlap; a shorter rest is left out unless it is all there is.</summary>
    /// <param name="tokens">The text.</param>
    /// <param name="window">Tokens of a sequence.</param>
    /// <param name="sequences">Sequences at most.</param>
    /// <param name="vocabSize">Of the model.</param>
    /// <exception cref="PrunusInputException">The text has fewer than two tokens, or tokenizer and model disagree.</exception>
    public static Tensor FromTokens(ReadOnlySpan<int> tokens, int window, int sequences, int vocabSize)
    {
        var length = Math.Min(window, tokens.Length);
        if (length < 2)
        {
            throw new PrunusInputException("calibration", $"holds {tokens.Length} tokens", "give a longer text");
        }

        Libtorch.Load();
        var count = Math.Min(sequences, tokens.Length / length);
        var ids = new long[count * length];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = tokens[i] >= 0 && tokens[i] < vocabSize ? tokens[i]
                : throw new PrunusInputException("tokenizer", $"gives id {tokens[i]}, the model has 0 to {vocabSize - 1}", "use the tokenizer that belongs to the model");
        }

        return tensor(ids, [count, length]);
    }
}
