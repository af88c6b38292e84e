using System.Diagnostics;
using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Evaluation.Tasks;
using Prunus.Native;
using Prunus.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Benchmarks;

/// <summary>Scoring of tasks against the plain loop: one option at a time, logits of the whole input.</summary>
internal static class EvalBenchmark
{
    public static void Run(string model, string data, int items, string deviceName)
    {
        Libtorch.Load();
        var device = Devices.Parse(deviceName);
        using var checkpoint = Checkpoint.Open(model);
        var tokenizer = Tokenizer.FromFiles(checkpoint.CarriedFiles, checkpoint.Location);
        using var decoder = Decoder.Load(checkpoint, device, ScalarType.Float32);
        var options = new TaskOptions { Limit = items, BootstrapIterations = 0 };
        foreach (var task in EvaluationTasks.All)
        {
            var set = TaskSet.Load(task, data, 0);
            var questions = TaskQuestion.All(set, tokenizer, options);
            TaskScorer.Score(decoder, tokenizer, set, options with { Limit = Math.Min(4, items) });
            var (ours, plain) = (Seconds(() => TaskScorer.Score(decoder, tokenizer, set, options)), Seconds(() => Plain(decoder, questions)));
            Console.WriteLine($"{task.Id,-16} {questions.Count,5} items   {questions.Count / ours,8:F1} items/s   plain loop {questions.Count / plain,8:F1} items/s   ratio {plain / ours:F2}");
        }
    }

    private static double Seconds(Action action)
    {
        var clock = Stopwatch.StartNew();
        action();
        return clock.Elapsed.TotalSeconds;
    }

    private static void Plain(Decoder decoder, IReadOnlyList<TaskQuestion> questions)
    {
        using var noGrad = no_grad();
        foreach (var option in questions.SelectMany(q => q.Options))
        {
            using var scope = NewDisposeScope();
            long[] ids = [.. option.ContextIds, .. option.ContinuationIds];
            var logits = decoder.Head(decoder.Body(tensor(ids[..^1], [1, ids.Length - 1]).to(decoder.Device)));
            var scored = logits[0].narrow(0, option.ContextIds.Length - 1, option.ContinuationIds.Length).log_softmax(-1);
            scored.gather(1, tensor(ids[option.ContextIds.Length..]).to(decoder.Device).unsqueeze(1)).sum().item<float>();
        }
    }
}
