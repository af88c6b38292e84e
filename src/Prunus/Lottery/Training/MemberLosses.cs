using Prunus.Lottery.Stacking;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Training;

/// <summary>Losses and hits of each member of a stack, or of a single net as the only member.</summary>
public static class MemberLosses
{
    // Inputs of all members of a stack that are evaluated on at once.
    private const long PieceValues = 1L << 26;

    /// <summary>Mean cross entropy in nats over a batch. The sum over members has gradients that are independent of each other.</summary>
    /// <param name="logits">[N,classes], [N,T,vocabulary]; stacked with [members,…] before.</param>
    /// <param name="targets">Classes as <see cref="TicketBatch.Targets"/>.</param>
    /// <param name="stacked">Whether logits have the leading dimension.</param>
    /// <returns>[members]; [] when not stacked.</returns>
    public static Tensor CrossEntropy(Tensor logits, Tensor targets, bool stacked)
    {
        if (!stacked)
        {
            return nn.functional.cross_entropy(Rows(logits), targets.reshape(-1));
        }

        using var scope = NewDisposeScope();
        var all = nn.functional.cross_entropy(Rows(logits), targets.expand(logits.shape[..^1]).reshape(-1), reduction: nn.Reduction.None);
        return all.view(logits.size(0), -1).mean([1]).MoveToOuterDisposeScope();
    }

    /// <summary>Sums over a batch.</summary>
    /// <param name="logits">As in <see cref="CrossEntropy"/>.</param>
    /// <param name="targets">As in <see cref="CrossEntropy"/>.</param>
    /// <param name="stacked">As in <see cref="CrossEntropy"/>.</param>
    /// <returns>[members,3] float64: sum of cross entropies, examples whose largest logit is at the target, examples.</returns>
    public static Tensor Sums(Tensor logits, Tensor targets, bool stacked)
    {
        using var scope = NewDisposeScope();
        var members = stacked ? logits.size(0) : 1;
        var answers = targets.expand(logits.shape[..^1]).reshape(-1);
        var losses = nn.functional.cross_entropy(Rows(logits), answers, reduction: nn.Reduction.None);
        var hits = Rows(logits).argmax(1).eq(answers);
        return stack([PerMember(losses), PerMember(hits), PerMember(Ops.IsAtLeast(answers, 0))], 1).MoveToOuterDisposeScope();

        Tensor PerMember(Tensor x) => x.view(members, -1).to(ScalarType.Float64).sum(1);
    }

    /// <summary>Mean loss and accuracy over a whole set, in evaluation mode.</summary>
    /// <param name="net">The net or stack.</param>
    /// <param name="set">The examples.</param>
    /// <returns>[members,2] float64 on the net's device: mean cross entropy in nats, share of hits. Nothing waits for the device.</returns>
    public static Tensor Evaluate(ITicketNet net, EvaluationSet set)
    {
        // On a CPU batched products bring nothing; one by one the nets give the bits that they give alone.
        var apart = net is VisionStack stack && stack.Parameters.Values.First().device_type == DeviceType.CPU ? Enumerable.Range(0, stack.Members).Select(stack.View).ToList() : [];
        try
        {
            return Evaluate(net, set, apart, PieceValues);
        }
        finally
        {
            apart.ForEach(n => n.Dispose());
        }
    }

    /// <summary>The same by the members as nets of their own, or where there are none by the stack, in pieces of a batch that hold so many values of all members' inputs.</summary>
    internal static Tensor Evaluate(ITicketNet net, EvaluationSet set, IReadOnlyList<ITicketNet> apart, long pieceValues)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor? sums = null;
        for (var i = 0; i < set.Batches; i++)
        {
            using var batchScope = NewDisposeScope();
            var batch = set.Batch(i);
            var (rows, shared) = (batch.Inputs.size(0), net.IsStacked && batch.Inputs.dim() == 4);

            // Maps of many nets at once would not fit into memory.
            var most = shared && apart.Count == 0 ? Math.Clamp(pieceValues / (net.Members * (batch.Inputs.numel() / rows)), 1, rows) : rows;
            for (var first = 0L; first < rows; first += most)
            {
                using var pieceScope = NewDisposeScope();
                var piece = most == rows ? batch : Piece(batch, first, Math.Min(most, rows - first));
                var part = shared && apart.Count > 0 ? cat([.. apart.Select(n => Sums(n.Forward(piece.Inputs), piece.Targets, stacked: false))])
                    : Sums(net.Forward(piece.Inputs), piece.Targets, net.IsStacked);
                sums = sums is null ? part.MoveToOtherDisposeScope(scope) : Ops.AddInPlace(sums, part);
            }
        }

        return (sums!.narrow(1, 0, 2) / sums.narrow(1, 2, 1)).MoveToOuterDisposeScope();
    }

    private static TicketBatch Piece(TicketBatch batch, long first, long count) => new(batch.Inputs.narrow(0, first, count), batch.Targets.narrow(0, first, count));

    private static Tensor Rows(Tensor logits) => logits.dim() == 2 ? logits : logits.reshape(-1, logits.size(-1));
}
