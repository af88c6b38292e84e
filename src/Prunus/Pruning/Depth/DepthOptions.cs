using System.Globalization;

namespace Prunus.Pruning;

/// <summary>What <see cref="DepthImportance"/> measures.</summary>
public sealed record DepthOptions
{
    /// <summary>Distances between the two ends of every span of layers: one forward pass for all of them. Default false.</summary>
    public bool Distances { get; init; }

    /// <summary>Loss without each layer. Default false.</summary>
    public bool Loss { get; init; }

    /// <summary>Lengths of spans to measure the loss without. Default none.</summary>
    public IReadOnlyList<int> LossSpans { get; init; } = [];

    /// <summary>Layers to remove one after the other, each time the one whose loss is least; 0 = none. Default 0.</summary>
    public int Greedy { get; init; }

    /// <summary>Calibration sequences that losses are measured on: the first so many, all for null. Default 16: a loss is a mean over all tokens and settles sooner than its cost.</summary>
    public int? LossSequences { get; init; } = 16;

    /// <summary>Reads a list such as <c>ppl,spans,ppl-spans:9,greedy:9</c>: losses without each layer, distances of all spans, losses without spans of 9, greedy removal of 9.</summary>
    /// <exception cref="PrunusInputException">A part is none of these.</exception>
    public static DepthOptions Parse(string text)
    {
        var options = new DepthOptions();
        foreach (var part in text.Split(','))
        {
            options = options.And(part.Split(':') switch
            {
                ["ppl"] => new DepthOptions { Loss = true },
                ["spans"] => new DepthOptions { Distances = true },
                ["ppl-spans", var n] when Number(n, out var length) => new DepthOptions { LossSpans = [length] },
                ["greedy", var n] when Number(n, out var count) => new DepthOptions { Greedy = count },
                _ => throw new PrunusInputException("--depth", $"'{part}' is nothing to measure", "write some of ppl, spans, ppl-spans:N, greedy:N with commas"),
            });
        }

        return options;

        static bool Number(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value > 0;
    }

    /// <summary>Passes through the layers that it takes, counted in whole forward passes of the donor.</summary>
    public double Forwards(int layers)
    {
        var work = Distances ? (double)layers : 0;
        foreach (var span in Loss ? LossSpans.Append(1) : LossSpans)
        {
            work += LayersRun(layers, span);
        }

        for (var removed = 0; removed < Greedy; removed++)
        {
            work += LayersRun(layers - removed, 1);
        }

        return work / layers;
    }

    /// <summary>What is measured here or there.</summary>
    public DepthOptions And(DepthOptions other) => this with
    {
        Distances = Distances || other.Distances,
        Loss = Loss || other.Loss,
        LossSpans = [.. LossSpans.Concat(other.LossSpans).Distinct().Order()],
        Greedy = Math.Max(Greedy, other.Greedy),
    };

    /// <summary>Whether nothing is measured.</summary>
    public bool IsEmpty => !Distances && !Loss && LossSpans.Count == 0 && Greedy == 0;

    /// <exception cref="PrunusInputException">A span or a number of layers is not below the donor's.</exception>
    public void Validate(int layers)
    {
        if (LossSpans.FirstOrDefault(n => n < 1 || n >= layers) is not 0 and var span)
        {
            throw new PrunusInputException("--depth", $"asks for spans of {span} layers, the donor has {layers}", $"use 1 to {layers - 1}");
        }

        if (Greedy < 0 || Greedy >= layers)
        {
            throw new PrunusInputException("--depth", $"asks to remove {Greedy} layers, the donor has {layers}", $"use 1 to {layers - 1}");
        }
    }

    // The stream before a span is shared; behind it run the layers that are left.
    private static double LayersRun(int layers, int span) => layers + ((layers - span) * (layers - span + 1) / 2.0);
}
