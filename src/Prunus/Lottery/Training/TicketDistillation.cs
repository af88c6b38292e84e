using Prunus.Native;
using Prunus.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Training;

/// <summary>
/// Distillation from a dense net (Hinton et al., arXiv 1503.02531): (1-α)·cross entropy + α·KL(teacher‖student) of softmax(logits/τ), mean over examples, no τ² factor.
/// </summary>
/// <param name="Teacher">Single net, or stack with a teacher for each member; not owned, never trained.</param>
/// <param name="Temperature">τ. Default 1.</param>
/// <param name="Weight">α, 0 to 1. Default 0.5.</param>
public sealed record TicketDistillation(ITicketNet Teacher, double Temperature = 1, double Weight = 0.5)
{
    /// <summary>Checks all values.</summary>
    /// <exception cref="PrunusInputException">Lists every fault.</exception>
    public void Validate() => OptionFaults.Throw("distillation", Faults(Temperature, Weight));

    /// <summary>What is wrong with these values; empty when nothing is.</summary>
    public static IEnumerable<string> Faults(double temperature, double weight)
    {
        if (!(temperature > 0 && double.IsFinite(temperature)))
        {
            yield return FormattableString.Invariant($"temperature {temperature} is not above 0");
        }

        if (!(weight is >= 0 and <= 1))
        {
            yield return FormattableString.Invariant($"weight {weight} is not in [0, 1]");
        }
    }

    /// <summary>Adds the teacher's part to a batch's losses.</summary>
    /// <param name="losses">[] or [members]: cross entropies.</param>
    /// <param name="logits">The student's.</param>
    /// <param name="inputs">What the student saw.</param>
    /// <returns>Same shape as <paramref name="losses"/>.</returns>
    internal Tensor Mix(Tensor losses, Tensor logits, Tensor inputs)
    {
        using var scope = NewDisposeScope();
        Tensor teacher;
        using (no_grad())
        {
            teacher = Ops.Divide(Teacher.Forward(inputs), Temperature).log_softmax(-1);
        }

        var student = Ops.Divide(logits, Temperature).log_softmax(-1);
        var each = (teacher.exp() * (teacher - student)).sum(-1);
        var mean = losses.dim() == 0 ? each.mean() : each.view(losses.size(0), -1).mean([1]);
        return Ops.Add(Ops.Multiply(losses, 1 - Weight), Ops.Multiply(mean, Weight)).MoveToOuterDisposeScope();
    }
}
