using Prunus.Lottery.Stacking;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Training;

/// <summary>Losses and hits of each member of a stack, or of a single net as the only member.</summary>
public static class MemberLosses
{
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
        return stack([PerMember(losses), PerMember(hits), PerMember(answers.ge(0))], 1).MoveToOuterDisposeScope();

        Tensor PerMember(Tensor x) => x.view(members, -1).to(ScalarType.Float64).sum(1);
    }

    /// <summary>Mean loss and accuracy over a whole set, in evaluation mode.</summary>
    /// <param name="net">The net or stack.</param>
    /// <param name="set">The examples.</param>
    /// <returns>[members,2] float64 on the net's device: mean cross entropy in nats, share of hits. Nothing waits for the device.</returns>
    public static Tensor Evaluate(ITicketNet net, EvaluationSet set)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();

        // On a CPU batched products bring nothing; one by one the nets give the bits that they give alone.
        var apart = net is VisionStack stack && stack.Parameters.Values.First().device_type == DeviceType.CPU ? Enumerable.Range(0, stack.Members).Select(stack.View).ToList() : [];
        Tensor? sums = null;
        for (var i = 0; i < set.Batches; i++)
        {
            using var batchScope = NewDisposeScope();
            var batch = set.Batch(i);
            var part = apart.Count > 0 && batch.Inputs.dim() == 4
                ? cat([.. apart.Select(n => Sums(n.Forward(batch.Inputs), batch.Targets, stacked: false))])
                : Sums(net.Forward(batch.Inputs), batch.Targets, net.IsStacked);
            sums = sums is null ? part.MoveToOuterDisposeScope() : sums.add_(part);
        }

        apart.ForEach(n => n.Dispose());
        return (sums!.narrow(1, 0, 2) / sums.narrow(1, 2, 1)).MoveToOuterDisposeScope();
    }

    private static Tensor Rows(Tensor logits) => logits.dim() == 2 ? logits : logits.reshape(-1, logits.size(-1));
}
