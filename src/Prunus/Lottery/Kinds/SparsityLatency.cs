using Prunus.Evaluation;
using Prunus.Lottery.Tickets;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Kinds;

/// <summary>Times the passes of all kinds of an experiment by turns, on the CPU with one thread. Times depend on masks and shapes, not on what the weights have learned: fresh weights stand in for trained ones.</summary>
/// <param name="store">Where masks lie.</param>
/// <param name="timing">Rounds and their length.</param>
internal sealed class SparsityLatency(SparsityStore store, SparsityTiming timing)
{
    private const int MostPasses = 100_000;

    /// <summary>Metrics of each kind in their order.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, double>> Measure(SparsityExperiment experiment, ITicketArchitecture architecture, long seed, CancellationToken cancellation)
    {
        var threads = get_num_threads();
        set_num_threads(1);
        using var scope = NewDisposeScope();
        var nets = new List<TimedNet>();
        try
        {
            nets.AddRange(experiment.Kinds.Select(k => new TimedNet(Net(experiment, k, architecture, seed))));
            var dense = nets[experiment.Kinds.Index().First(k => k.Item is SparsityKind.Dense).Index];
            var metrics = nets.Select(_ => new Dictionary<string, double>(StringComparer.Ordinal)).ToArray();
            foreach (var count in SparsityMetrics.Inputs)
            {
                Compare("dense", count, dense.Dense(count), [.. nets.Select(n => n.Dense(count))], metrics, cancellation);
                Compare("sparse", count, dense.Reference(count), [.. nets.Select(n => n.Sparse(count))], metrics, cancellation);
            }

            return metrics;
        }
        finally
        {
            nets.ForEach(n => n.Dispose());
            set_num_threads(threads);
        }
    }

    private ITicketNet Net(SparsityExperiment experiment, SparsityKind kind, ITicketArchitecture architecture, long seed) => kind switch
    {
        SparsityKind.Structured structured => StructuredCuts.Shape(architecture, structured).Initialise(experiment.Initialisation, seed, CPU),
        { IsMasked: true } => TicketNets.Rebuild(TicketFile.Read(store.Ticket(experiment.Name, kind.Name, seed)), architecture, CPU),
        _ => architecture.Initialise(experiment.Initialisation, seed, CPU),
    };

    private void Compare(string kernel, int count, Action reference, Action?[] passes, Dictionary<string, double>[] metrics, CancellationToken cancellation)
    {
        int[] there = [.. passes.Index().Where(p => p.Item is not null).Select(p => p.Index)];
        if (there.Length == 0)
        {
            return;
        }

        // Many passes a turn: one may take microseconds.
        var once = Turns.Time(3, [reference], cancellation)[0].Min();
        var repeats = Math.Clamp((int)Math.Ceiling(timing.Milliseconds / 1000 / once), 1, MostPasses);
        var times = Turns.Time(timing.Rounds, [Repeated(reference), .. there.Select(i => Repeated(passes[i]!))], cancellation);
        foreach (var (place, own) in there.Zip(times.Skip(1)))
        {
            metrics[place][SparsityMetrics.Microseconds(kernel, count)] = 1e6 * Turns.Median(own) / repeats;
            metrics[place][SparsityMetrics.Ratio(kernel, count)] = Turns.Median(own.Zip(times[0], (a, b) => a / b));
        }

        Action Repeated(Action pass) => () =>
        {
            for (var i = 0; i < repeats; i++)
            {
                pass();
            }
        };
    }
}
