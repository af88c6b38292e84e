using Prunus.Decoders;
using Prunus.Evaluation;
using Prunus.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Pruning;

/// <summary>
/// Importance of layers and of contiguous spans of layers: the mean next-token loss (nats; perplexity is its exp) of the model without them
/// (Muralidharan et al. 2024, section 2.2 "PPL"; arXiv 2408.11796, section 2.3 for spans), and how far the residual stream moves across a span
/// (<see cref="BlockDistances"/>). What lies before a removed layer is computed once for all: n single layers cost about n/2 forward passes, and
/// each loss is to the last bit the one that the pruned model would have.
/// </summary>
/// <remarks>
/// Names: <c>ppl</c> [layers], <c>ppl.full</c> [1], <c>ppl.span.N</c> [layers - N + 1] by first layer, <c>ppl.greedy</c> [layers] (the step at which a
/// layer goes; the number of layers for those that stay), <c>ppl.greedy.loss</c> [steps].
/// </remarks>
public static class DepthImportance
{
    /// <summary>Measures.</summary>
    /// <param name="donor">The model, float32.</param>
    /// <param name="batches">Token ids [sequences, tokens], int64, without padding.</param>
    /// <param name="options">What.</param>
    /// <param name="progress">Told the layers run, stage <c>depth</c> with the cost in forward passes.</param>
    /// <param name="ct">Looked at between layers removed.</param>
    /// <exception cref="PrunusInputException">There is nothing to calibrate on, or a span does not fit the donor.</exception>
    public static Scores Measure(Decoder donor, IReadOnlyList<Tensor> batches, DepthOptions options, IProgress<ProgressUpdate>? progress = null, CancellationToken ct = default)
    {
        var layers = donor.Config.LayerCount;
        options.Validate(layers);
        var scores = new Dictionary<string, double[]>(StringComparer.Ordinal);
        using var noGradient = no_grad();
        if (options.Distances)
        {
            using var distances = new BlockDistances(layers);
            foreach (var pass in Passes(donor, batches, null))
            {
                using (pass)
                {
                    ct.ThrowIfCancellationRequested();
                    distances.Add(donor, pass);
                }
            }

            distances.AddTo(scores);
        }

        var losses = new SpanLosses(donor, batches, options, progress, ct);
        int[] all = [.. Enumerable.Range(0, layers)];
        foreach (var length in options.Loss ? options.LossSpans.Append(1).Distinct() : options.LossSpans)
        {
            var (without, full) = losses.Of(all, length);
            scores["ppl.full"] = [full];
            scores[$"ppl.span.{length}"] = without;
            if (length == 1)
            {
                scores["ppl"] = without;
            }
        }

        if (options.Greedy > 0)
        {
            AddGreedy(scores, losses, all, options.Greedy);
        }

        var rows = batches.Sum(b => b.size(0));
        return new Scores(scores, null, rows, batches.Sum(b => b.numel()));
    }

    private static void AddGreedy(Dictionary<string, double[]> scores, SpanLosses losses, int[] all, int count)
    {
        var kept = all.ToList();
        double[] order = [.. all.Select(_ => (double)all.Length)], after = new double[count];
        for (var step = 0; step < count; step++)
        {
            // The first step is what `ppl` has measured, if it has.
            var without = step == 0 && scores.TryGetValue("ppl", out var known) ? known : losses.Of(kept, 1).Without;
            var least = Enumerable.Range(0, kept.Count).OrderBy(i => without[i]).ThenByDescending(i => i).First();
            (order[kept[least]], after[step]) = (step + 1, without[least]);
            kept.RemoveAt(least);
        }

        (scores["ppl.greedy"], scores["ppl.greedy.loss"]) = (order, after);
    }

    /// <summary>The batches in parts of about so many tokens as one pass takes.</summary>
    /// <param name="donor">Decides by its device.</param>
    /// <param name="batches">Batches.</param>
    /// <param name="sequences">The first so many sequences only.</param>
    internal static IEnumerable<Tensor> Passes(Decoder donor, IEnumerable<Tensor> batches, int? sequences)
    {
        var left = sequences ?? long.MaxValue;
        foreach (var batch in batches)
        {
            foreach (var pass in batch.split(new SweepOptions().SequencesPerPass(batch.size(1), donor.Device.type == DeviceType.CPU)))
            {
                using var owned = pass;
                if (left > 0 && pass.numel() > 0)
                {
                    using var part = pass.narrow(0, 0, Math.Min(left, pass.size(0)));
                    yield return part.to(donor.Device);
                    left -= pass.size(0);
                }
            }
        }
    }

    /// <summary>Losses of a model without spans of its layers, over the same sequences.</summary>
    private sealed class SpanLosses(Decoder donor, IReadOnlyList<Tensor> batches, DepthOptions options, IProgress<ProgressUpdate>? progress, CancellationToken ct)
    {
        private readonly string _stage = FormattableString.Invariant($"depth, about {options.Forwards(donor.Config.LayerCount):0} forward passes over {Math.Min(options.LossSequences ?? long.MaxValue, batches.Sum(b => b.size(0)))} sequences");
        private readonly long _total = (long)(options.Forwards(donor.Config.LayerCount) * donor.Config.LayerCount * Tokens(donor, batches, options));
        private long _done;

        /// <summary>Loss of the layers <paramref name="kept"/> without each span of a length, by the span's first place; and with all of them.</summary>
        public (double[] Without, double Full) Of(IReadOnlyList<int> kept, int length)
        {
            var sums = new double[kept.Count - length + 2];
            long predicted = 0;
            foreach (var pass in Passes(donor, batches, options.LossSequences))
            {
                using (pass)
                {
                    Add(pass, kept, length, sums);
                    predicted += pass.size(0) * (pass.size(1) - 1);
                }
            }

            if (predicted == 0)
            {
                throw new PrunusInputException("calibration", "holds nothing to predict", "give sequences of two tokens or more");
            }

            return ([.. sums[..^1].Select(s => s / predicted)], sums[^1] / predicted);
        }

        private void Add(Tensor ids, IReadOnlyList<int> kept, int length, double[] sums)
        {
            using var scope = NewDisposeScope();
            var stream = donor.Embedded(ids);
            for (var start = 0; start < kept.Count; start++)
            {
                if (start + length <= kept.Count)
                {
                    ct.ThrowIfCancellationRequested();
                    sums[start] += Loss(stream, ids, kept.Skip(start + length));
                    Tell((kept.Count - start - length) * ids.numel());
                }

                var next = donor.Through(stream, [kept[start]]);
                stream.Dispose();
                stream = next;
                Tell(ids.numel());
            }

            sums[^1] += Loss(stream, ids, []);
        }

        private double Loss(Tensor stream, Tensor ids, IEnumerable<int> layers)
        {
            using var scope = NewDisposeScope();
            var hidden = donor.Normed(donor.Through(stream, layers));
            return TokenLoss.Sum(donor, hidden.narrow(1, 0, ids.size(1) - 1).reshape(-1, donor.Config.Hidden), ids.narrow(1, 1, ids.size(1) - 1).reshape(-1));
        }

        private void Tell(long layers)
        {
            _done += layers;
            progress?.Report(new ProgressUpdate(_stage, Math.Min(_done, _total), _total));
        }

        private static long Tokens(Decoder donor, IReadOnlyList<Tensor> batches, DepthOptions options)
        {
            long tokens = 0;
            foreach (var pass in Passes(donor, batches, options.LossSequences))
            {
                using (pass)
                {
                    tokens += pass.numel();
                }
            }

            return tokens;
        }
    }
}
