using Prunus.Decoders;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Evaluation.Tasks;

/// <summary>
/// Log-likelihoods of continuations, Σ log p(token | all before it). Distinct inputs are computed once; what the options of an item begin with goes through the model
/// once and lends its keys and values to them; logits are made only where a token is scored. Log-softmax in float32, sums in float64.
/// </summary>
internal static class LikelihoodScorer
{
    private const int ChunkElements = 1 << 25;

    /// <param name="decoder">The model.</param>
    /// <param name="items">Per item the options' context and continuation ids.</param>
    /// <param name="options">Lengths.</param>
    /// <param name="progress">Called after each batch with options done and in all.</param>
    /// <param name="cancellation">Ends between batches.</param>
    /// <returns>Per item, per option.</returns>
    /// <exception cref="PrunusInputException">Ids outside the vocabulary, or a continuation longer than the model's window.</exception>
    public static IReadOnlyList<Likelihood[]> Score(
        Decoder decoder, IReadOnlyList<IReadOnlyList<(int[] Context, int[] Continuation)>> items, TaskOptions options, Action<int, int>? progress, CancellationToken cancellation)
    {
        var most = options.MaxLength ?? decoder.Config.MaxPositions;
        var answers = new Likelihood[items.Sum(i => i.Count)];
        var requests = new List<List<(int Request, int[] Input, int[] Targets)>>();
        var next = 0;
        foreach (var item in items)
        {
            requests.Add([]);
            foreach (var (context, continuation) in item)
            {
                Perplexity.CheckIds(decoder, context);
                Perplexity.CheckIds(decoder, continuation);
                var (input, truncated) = Cut(context, continuation, most);
                answers[next] = new Likelihood(0, true, truncated);
                requests[^1].Add((next++, input, continuation));
            }
        }

        var budget = options.BatchTokens ?? (decoder.Device.type == DeviceType.CPU ? 2048 : 32768);
        var done = 0;
        using var noGrad = no_grad();
        foreach (var batch in LikelihoodBatch.Fill(LikelihoodBundle.From(requests), budget))
        {
            cancellation.ThrowIfCancellationRequested();
            Run(decoder, batch, answers);
            done += batch.Bundles.Sum(b => b.Rows.Sum(r => r.Reads.Count));
            progress?.Invoke(done, answers.Length);
        }

        next = 0;
        return [.. items.Select(item => answers[next..(next += item.Count)])];
    }

    // The last `most` + 1 tokens without the very last, which nothing follows.
    private static (int[] Input, int Truncated) Cut(int[] context, int[] continuation, int most)
    {
        if (continuation.Length > most)
        {
            throw new PrunusInputException("--max-length", $"{most} is less than the {continuation.Length} tokens of an answer", "raise it");
        }

        var truncated = Math.Max(0, context.Length + continuation.Length - most - 1);
        return ([.. context.AsSpan(truncated), .. continuation.AsSpan(0, continuation.Length - 1)], truncated);
    }

    private static void Run(Decoder decoder, LikelihoodBatch batch, Likelihood[] answers)
    {
        using var scope = NewDisposeScope();
        var rows = batch.Bundles.SelectMany(b => b.Rows).ToList();
        var length = batch.Bundles.Max(b => b.Longest) - batch.Shared;
        using var cache = Shared(decoder, batch, length);
        var hidden = decoder.Body(Padded(decoder, rows, batch.Shared, length), cache: cache).view(-1, decoder.Config.Hidden);

        var (positions, targets) = (new List<long>(), new List<long>());
        foreach (var (row, i) in rows.Select((row, i) => (row, i)))
        {
            foreach (var (_, wanted) in row.Reads)
            {
                var first = ((long)i * length) + row.Ids.Length - wanted.Length - batch.Shared;
                positions.AddRange(wanted.Select((_, t) => first + t));
                targets.AddRange(wanted.Select(t => (long)t));
            }
        }

        var (values, greedy) = PerToken(decoder, hidden, [.. positions], [.. targets]);
        var at = 0;
        foreach (var (request, wanted) in rows.SelectMany(r => r.Reads))
        {
            var (sum, all) = (0.0, true);
            for (var end = at + wanted.Length; at < end; at++)
            {
                sum += values[at];
                all &= greedy[at];
            }

            answers[request] = answers[request] with { Value = sum, IsGreedy = all };
        }
    }

    // Keys and values of what each item's options begin with, once for each option; null when whole inputs go through at once.
    private static KeyValueCache? Shared(Decoder decoder, LikelihoodBatch batch, int room)
    {
        if (batch.Shared == 0)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        using var starts = new KeyValueCache();
        decoder.Body(Padded(decoder, [.. batch.Bundles.Select(b => b.Rows[0])], 0, batch.Shared), cache: starts);
        var sources = batch.Bundles.SelectMany((b, i) => Enumerable.Repeat((long)i, b.Rows.Count)).ToArray();
        return starts.Branch(tensor(sources, device: decoder.Device), room);
    }

    // [rows, length]; padding stands at the end, where no scored position sees it.
    private static Tensor Padded(Decoder decoder, List<LikelihoodRow> rows, int start, int length)
    {
        var ids = new long[rows.Count * length];
        for (var r = 0; r < rows.Count; r++)
        {
            var row = rows[r].Ids;
            for (var t = 0; t < length && start + t < row.Length; t++)
            {
                ids[(r * length) + t] = row[start + t];
            }
        }

        return tensor(ids, [rows.Count, length]).to(decoder.Device);
    }

    private static (float[] Values, bool[] Greedy) PerToken(Decoder decoder, Tensor hidden, long[] positions, long[] targets)
    {
        var (values, greedy) = (new List<float>(positions.Length), new List<bool>(positions.Length));
        var chunk = Math.Max(1, ChunkElements / decoder.Config.VocabSize);
        for (var start = 0; start < positions.Length; start += chunk)
        {
            using var scope = NewDisposeScope();
            var end = Math.Min(start + chunk, positions.Length);
            var wanted = tensor(targets[start..end], device: decoder.Device);
            var logits = decoder.Head(hidden.index_select(0, tensor(positions[start..end], device: decoder.Device))).to(ScalarType.Float32);
            greedy.AddRange(logits.argmax(-1).eq(wanted).cpu().data<bool>());
            values.AddRange(nn.functional.cross_entropy(logits, wanted, reduction: nn.Reduction.None).neg().cpu().data<float>());
        }

        return ([.. values], [.. greedy]);
    }
}
