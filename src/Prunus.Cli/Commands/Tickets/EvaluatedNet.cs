using Prunus.Lottery.Tickets;
using Prunus.Native;
using Prunus.Vision;
using TorchSharp;

namespace Prunus.Cli.Commands.Tickets;

/// <summary>The net that <c>ticket evaluate</c> is asked about.</summary>
internal static class EvaluatedNet
{
    /// <summary>A ticket's start weights; or given weights, under the ticket's masks where there is one.</summary>
    public static VisionNet Load(VisionConfig config, Ticket? ticket, string? path, string? weights, torch.Device device)
    {
        if (weights is null)
        {
            return TicketNets.Rebuild(ticket!, device, path!);
        }

        using var net = VisionNet.Load(config, weights, torch.CPU);
        foreach (var name in ticket?.Masks.Names ?? [])
        {
            var values = TensorMemory.Span<float>(net.Parameters[name]);
            var mask = ticket!.Masks[name];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = mask[i] ? values[i] : 0;
            }
        }

        using var scope = torch.NewDisposeScope();
        return new VisionNet(config, net.Parameters.Concat(net.Buffers).ToDictionary(p => p.Key, p => p.Value.to(device, copy: true)));
    }
}
