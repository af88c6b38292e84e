using Prunus.Lottery.Masks;
using Prunus.Lottery.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Experiments.Trainers;

/// <summary>One training to a pattern, by SR-STE (<see cref="PatternedNet"/>): all weights learn, and each pass uses the N highest of each M.</summary>
internal static class PatternTraining
{
    /// <summary>Trains to the last step; the net is left with the weights that its last masks keep.</summary>
    /// <param name="net">A single net.</param>
    /// <param name="cutting">Pattern, λ, and the layers that have it: those whose rate is not 0.</param>
    /// <param name="train">Trains a net.</param>
    /// <returns>How it went, and what is kept at the end.</returns>
    public static (MaskedTrainingResult Result, MaskSet Masks) Run(ITicketNet net, TicketCutting cutting, Func<ITicketNet, MaskedTrainingResult> train)
    {
        var pattern = cutting.Pattern!;
        using var patterned = new PatternedNet(net, pattern, net.Tensors.Where(t => cutting.Options.Rates.Of(t) > 0).Select(t => t.Name), cutting.Decay);
        var result = train(patterned);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var masks = MaskSet.Full(net.Tensors).Select((name, mask) => cutting.Options.Rates.Of(net.Tensors.First(t => t.Name == name)) > 0
            ? pattern.Of(mask.Shape, Array.ConvertAll(MaskTensors.Floats(net.Parameters[name]), Math.Abs)) : mask);
        foreach (var (name, mask) in MaskTensors.Of(masks, net.Parameters.Values.First().device))
        {
            net.Parameters[name].mul_(mask);
        }

        return (result, masks);
    }
}
