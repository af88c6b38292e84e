using Prunus.Runs;

namespace Prunus.Tests.Shrinking;

/// <summary>Cancels at the n-th report of progress.</summary>
internal sealed class StopAfter(int reports) : IProgress<ProgressUpdate>, IDisposable
{
    private readonly CancellationTokenSource _source = new();

    public CancellationToken Token => _source.Token;

    /// <summary>Stages and steps reported.</summary>
    public List<string> Seen { get; } = [];

    public void Report(ProgressUpdate value)
    {
        Seen.Add($"{value.Stage} {value.Step}");
        if (Seen.Count >= reports)
        {
            _source.Cancel();
        }
    }

    public void Dispose() => _source.Dispose();
}
