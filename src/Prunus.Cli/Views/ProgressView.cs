using System.Globalization;
using Prunus.Reports;
using Prunus.Runs;

namespace Prunus.Cli.Views;

/// <summary>How progress is shown.</summary>
internal enum ProgressStyle
{
    None,

    /// <summary>A line every few seconds: logs, CI.</summary>
    Lines,

    /// <summary>One line that is redrawn.</summary>
    Live,
}

/// <summary>Progress of a job on standard error: step, share, loss, throughput, memory and the time that is left.</summary>
/// <remarks>Not <see cref="Progress{T}"/>: that posts to other threads, and lines would come out of order.</remarks>
internal sealed class ProgressView(TextWriter error, ProgressStyle style, TimeProvider? clock = null) : IProgress<ProgressUpdate>, IDisposable
{
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(100), LineInterval = TimeSpan.FromSeconds(5);
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private (string Stage, long Step, long Time)? _begin;
    private long _shown;
    private bool _drawn;
    private ProgressUpdate? _pending;

    public void Report(ProgressUpdate value)
    {
        if (style == ProgressStyle.None)
        {
            return;
        }

        lock (_lock)
        {
            var now = _clock.GetTimestamp();
            if (_begin?.Stage != value.Stage)
            {
                Close();
                _begin = (value.Stage, value.Step, now);
                Show(value, now);
                return;
            }

            _pending = value;
            if (_clock.GetElapsedTime(_shown, now) >= (style == ProgressStyle.Live ? LiveInterval : LineInterval))
            {
                Show(value, now);
            }
        }
    }

    /// <summary>Shows where the last stage ended and leaves the line.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            Close();
        }
    }

    private void Close()
    {
        if (_pending is { } last)
        {
            Show(last, _clock.GetTimestamp());
        }

        if (_drawn)
        {
            error.WriteLine();
        }

        (_begin, _drawn) = (null, false);
    }

    private void Show(ProgressUpdate update, long now)
    {
        _shown = now;
        _pending = null;
        var line = Text(update, _clock.GetElapsedTime(_begin!.Value.Time, now));
        if (style == ProgressStyle.Live)
        {
            error.Write($"\r{line}\u001b[K");
            error.Flush();
            _drawn = true;
        }
        else
        {
            error.WriteLine(line);
        }
    }

    private string Text(ProgressUpdate update, TimeSpan elapsed)
    {
        var (step, total) = (update.Step, update.Total);
        List<string> parts = [total > 0 ? string.Create(CultureInfo.InvariantCulture, $"{update.Stage} {step}/{total} ({100.0 * step / total:0}%)") : step > 0 ? $"{update.Stage} {step}" : $"{update.Stage} …"];
        if (update.Loss is { } loss)
        {
            parts.Add($"loss {NumberText.Value(loss)}");
        }

        if (update.TokensPerSecond is { } speed)
        {
            parts.Add($"{NumberText.Count(speed)} tokens/s");
        }

        if (update.MemoryBytes is { } bytes)
        {
            parts.Add(NumberText.Bytes(bytes));
        }

        // Steps of an earlier session took none of this one's time.
        var done = step - _begin!.Value.Step;
        if (total > step && done > 0)
        {
            parts.Add($"{Time(elapsed * ((double)(total - step) / done))} left");
        }
        else if (total > 0 && step >= total)
        {
            parts.Add($"took {Time(elapsed)}");
        }

        return string.Join(" · ", parts);
    }

    private static string Time(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");
}
