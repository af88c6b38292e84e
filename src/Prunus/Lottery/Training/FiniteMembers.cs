using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Training;

/// <summary>Which members of a net hold finite numbers alone.</summary>
internal static class FiniteMembers
{
    /// <summary>Of each member whether no parameter and no running statistic of it is NaN or infinite. Waits for the device once.</summary>
    public static bool[] Of(ITicketNet net)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();

        // [tensors,members]
        using var each = stack([.. net.Parameters.Values.Concat(net.Buffers.Values).Select(t => isfinite(t).reshape(net.Members, -1).all(1))]);
        return [.. each.all(0).cpu().data<bool>()];
    }
}
