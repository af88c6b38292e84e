namespace Prunus.Lottery.Stacking;

/// <summary>Examples of the steps that come, drawn and looked at before native code reads them unchecked; ahead of time where steps run beside the host.</summary>
/// <param name="order">Examples of each step.</param>
/// <param name="row">Examples of a step: members times batch.</param>
/// <param name="count">Examples of the set.</param>
/// <param name="ahead">Whether those of the next call, of as many steps, are drawn while this one's are in use.</param>
internal sealed class StepExamples(StepOrder order, int row, int count, bool ahead) : IDisposable
{
    private int[] _now = [], _then = [];
    private (int First, int Steps, Task Task)? _drawing;

    /// <summary>[steps,members,batch], valid until the next call.</summary>
    /// <exception cref="ArgumentException">The order names an example that is not there.</exception>
    public ReadOnlySpan<int> Of(int first, int steps)
    {
        var drawn = _drawing;
        Dispose();
        if (drawn is { Task: var task } && (drawn.Value.First, drawn.Value.Steps) == (first, steps))
        {
            task.GetAwaiter().GetResult();
            (_now, _then) = (_then, _now);
        }
        else
        {
            Draw(ref _now, first, steps);
        }

        if (ahead)
        {
            _drawing = (first + steps, steps, Task.Run(() => Draw(ref _then, first + steps, steps)));
        }

        return _now.AsSpan(0, steps * row);
    }

    /// <summary>Waits for what is being drawn; the order belongs to the caller again.</summary>
    public void Dispose()
    {
        if (_drawing is var (_, _, task))
        {
            Task.WhenAny(task).Wait();
        }

        _drawing = null;
    }

    private void Draw(ref int[] into, int first, int steps)
    {
        into = into.Length < steps * row ? new int[steps * row] : into;
        for (var s = 0; s < steps; s++)
        {
            order(first + s, into.AsSpan(s * row, row));
        }

        if (into.AsSpan(0, steps * row).IndexOfAnyExceptInRange(0, count - 1) is >= 0 and var outside)
        {
            throw new ArgumentException($"the order names example {into[outside]} of {count}", nameof(first));
        }
    }
}
