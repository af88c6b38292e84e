using System.Text.Json.Nodes;
using Prunus.Runs;
using Record = Prunus.Runs.Record;

namespace Prunus.Tests.Runs;

/// <summary>A record with something in every part.</summary>
internal static class Records
{
    public static Record Full(double loss = 3.5) => new()
    {
        Verb = "shrink",
        Title = "SmolLM2-135M cut to 60% and healed",
        Recipe = "demo",
        Size = "tiny",
        Options = new JsonObject { ["keep"] = 0.6, ["steps"] = 30, ["text"] = "stories.txt" },
        Notes = ["advice: --lr 2e-3"],
        Seeds = [0, 1],
        Metrics = new() { ["loss"] = new Metric(loss, loss - 0.1, loss + 0.1, "nats/token"), ["parameters"] = new Metric(80_700_000), ["perplexity"] = new Metric(Math.Exp(loss)) },
        Subjects =
        [
            new("donor", new() { ["parameters"] = 134_515_008, ["bytes"] = 269e6, ["loss"] = 2.9 }),
            new("pruned", new() { ["parameters"] = 80_700_000, ["bytes"] = 161e6, ["loss"] = 8.25 }),
            new("distilled", new() { ["parameters"] = 80_700_000, ["bytes"] = 161e6, ["loss"] = loss }),
        ],
        Claims =
        [
            Claim.Below("heals", "distilled loss lies below the pruned one", 0, -4.75, -4.9, -4.6) with { Must = true },
            Claim.Above("beats", "distilled beats scratch <by> \"0.1\"", 0.1, 0.15, 0.05, 0.25),
        ],
        Published = [new("Minitron, table 4", "8B", "MMLU", 64.5, 63.9)],
        Series =
        [
            new("Training loss", "distilled", "step", "nats per token", [0, 10, 20, 30], [8.25, 5, 4, 3.5]),
            new("Training loss", "from scratch", "step", "nats per token", [0, 10, 20, 30], [9.1, 7, double.NaN, 6]),
            new("Accuracy of tickets", "ticket", "weights left, %", "accuracy", [100, 21.1, 3.6], [0.97, 0.98, 0.96], [0.96, 0.975, 0.95], [0.98, 0.985, 0.97], Falling: true),
            new("Accuracy of tickets", "ticket, published", "weights left, %", "accuracy", [21.1], [0.979], Falling: true, Source: "a paper, table 1", Like: "ticket"),
        ],
        Bars = [new("After training", "nats per token", [new("KLD", 3.5, 3.4, 3.6), new("CE <alone>", 3.9), new("failed", double.NaN)])],
        Maps = [new("By aggregation", "aggregation", "cut", ["l2:mean", "var:var"], ["ffn", "heads"], [[4, 5], [double.NaN, 6.5]])],
        Scatters = [new("Loss and accuracy", "loss", "accuracy", [new("layers 0..2", "windows", 4, 0.5), new("layers 1..3", "windows", 5, 0.4)])],
        Cut = new(576, 432,
        [
            new(true, 1536, 1024, 9, 9, 3, 3),
            new(true, 1536, 700, 9, 6, 3, 2),
            new(false, 1536, 0, 9, 0, 3, 0),
            new(true, 1536, 1536, 9, 9, 3, 3),
        ]),
        Samples = [new("donor", "Once upon", " a time & <far> away"), new("distilled", "Once upon", " a time")],
        Artefacts = [new("student", "the student, a Hugging Face folder"), new("plan.json", "the pruning plan")],
    };

    public static RunEnvironment Environment() => new()
    {
        Command = "prunus shrink donor.gguf --keep 60%",
        Version = "0.1.0",
        Finished = new DateTimeOffset(2025, 1, 2, 3, 4, 5, TimeSpan.Zero),
        OperatingSystem = "Linux",
        Architecture = "X64",
        Runtime = ".NET 10",
        Cores = 2,
        MemoryBytes = 8L << 30,
        StageSeconds = new() { ["score"] = 12.5, ["distill"] = 90 },
        Measures = [new("donor", new() { ["tokens_per_second"] = 812 }), new("distilled", new() { ["tokens_per_second"] = 1300 })],
    };
}
