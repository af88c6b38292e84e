using System.Runtime.ExceptionServices;
using Prunus.Native.Cuda;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Experiments;

/// <summary>What the processor does for each member of a stack, several at a time: draws, reads, cuts and codes of millions of weights, while a GPU would wait.</summary>
internal static class MemberWork
{
    /// <summary>Threads to do it in: on a GPU as many as there are processors, on a CPU those that libtorch was given.</summary>
    public static int Threads(Device device) => device.type == DeviceType.CPU ? get_num_threads() : Environment.ProcessorCount;

    /// <summary>Does it for each, with a dispose scope of its own.</summary>
    /// <param name="members">How many.</param>
    /// <param name="threads">Most at a time.</param>
    /// <param name="device">What <paramref name="work"/> uses: all threads queue on the caller's stream of it.</param>
    /// <param name="work">Of a member: 0 … members - 1. None may need what another does.</param>
    /// <exception cref="PrunusInputException">What the first member that failed threw; so for other exceptions.</exception>
    public static void Each(int members, int threads, Device device, Action<int> work)
    {
        var enter = SideStream.Shared(device);
        var faults = new ExceptionDispatchInfo?[members];
        if (threads == 1 || members == 1)
        {
            for (var i = 0; i < members; i++)
            {
                Scoped(i);
            }
        }
        else
        {
            Parallel.For(0, members, new ParallelOptions { MaxDegreeOfParallelism = threads }, (i, state) =>
            {
                try
                {
                    Scoped(i);
                }
                catch (Exception e)
                {
                    faults[i] = ExceptionDispatchInfo.Capture(e);
                    state.Break();
                }
            });
        }

        Array.Find(faults, f => f is not null)?.Throw();

        void Scoped(int i)
        {
            using var stream = enter();
            using var scope = NewDisposeScope();
            work(i);
        }
    }
}
