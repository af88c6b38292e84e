using Prunus.Native;

namespace Prunus.Lottery.Stacking;

/// <summary>Steps on a CPU: each net does all its steps in one thread, so that its weights and moments stay in that core's caches.</summary>
internal sealed unsafe class CpuMlpEngine : IMlpEngine
{
    private readonly CpuMlp[] _nets;
    private readonly int _threads, _batch;

    public CpuMlpEngine(IReadOnlyList<MlpLayer> layers, int members, StepData data, int threads)
    {
        (_threads, _batch) = (Math.Min(threads, members), data.BatchSize);
        var inputs = (float*)TensorMemory.Address(data.Inputs);
        var labels = (long*)TensorMemory.Address(data.Labels);
        _nets = [.. Enumerable.Range(0, members).Select(m => new CpuMlp(layers, m, inputs, labels, _batch))];
    }

    public void Run(ReadOnlySpan<int> examples, UpdateRule[] rules, Span<float> losses)
    {
        fixed (int* firstExample = examples)
        fixed (float* firstLoss = losses)
        {
            // A span or pinned pointer does not go to other threads as such.
            var (from, to) = ((nint)firstExample, (nint)firstLoss);
            if (_threads == 1)
            {
                for (var m = 0; m < _nets.Length; m++)
                {
                    Train(m, (int*)from, rules, (float*)to);
                }
            }
            else
            {
                Parallel.For(0, _nets.Length, new ParallelOptions { MaxDegreeOfParallelism = _threads }, m => Train(m, (int*)from, rules, (float*)to));
            }
        }
    }

    public void Dispose()
    {
        foreach (var net in _nets)
        {
            net.Dispose();
        }
    }

    private void Train(int m, int* examples, UpdateRule[] rules, float* losses)
    {
        for (var s = 0; s < rules.Length; s++)
        {
            var at = (s * _nets.Length) + m;
            losses[at] = _nets[m].Step(new(examples + (at * _batch), _batch), rules[s]);
        }
    }
}
