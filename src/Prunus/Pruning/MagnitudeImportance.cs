using Prunus.Decoders;

namespace Prunus.Pruning;

/// <summary>
/// Control without data: a unit's score is the L2 norm of all weights that go with it, whatever matrix they stand in (structured magnitude, after
/// Li et al. 2017, arXiv 1608.08710).
/// </summary>
public static class MagnitudeImportance
{
    /// <summary>Scores of every axis: <c>hidden.magnitude</c>, <c>L0.ffn.magnitude</c>, <c>L0.head.magnitude</c>, <c>L0.group.magnitude</c>, <c>layers.magnitude</c>.</summary>
    /// <param name="config">The donor.</param>
    /// <param name="read">Values of a parameter, row-major.</param>
    public static Scores Score(DecoderConfig config, Func<ParameterSpec, float[]> read)
    {
        var squares = UnitNames.Of(config, "magnitude").ToDictionary(u => u.Name, u => new double[u.Count]);
        foreach (var parameter in config.Parameters())
        {
            var values = read(parameter);
            for (var d = 0; d < parameter.Shape.Count; d++)
            {
                if (UnitNames.Of(parameter.Dimensions[d].Axis, parameter.Layer, "magnitude") is { } name)
                {
                    Add(squares[name], values, parameter, d);
                }
            }

            if (parameter.Layer is { } layer)
            {
                squares["layers.magnitude"][layer] += SumOfSquares(values);
            }
        }

        // A group goes with its query heads.
        for (var i = 0; i < config.LayerCount; i++)
        {
            var (groups, heads) = (squares[$"L{i}.group.magnitude"], squares[$"L{i}.head.magnitude"]);
            for (var h = 0; h < heads.Length; h++)
            {
                groups[h / (heads.Length / groups.Length)] += heads[h];
            }
        }

        return new Scores(squares.Select(s => KeyValuePair.Create(s.Key, Array.ConvertAll(s.Value, Math.Sqrt))));
    }

    private static void Add(double[] squares, float[] values, ParameterSpec parameter, int d)
    {
        var inner = parameter.Shape.Skip(d + 1).Aggregate(1, (n, s) => n * (int)s);
        var (size, unit) = ((int)parameter.Shape[d], parameter.Dimensions[d].UnitSize);
        for (var start = 0; start < values.Length; start += inner)
        {
            squares[start / inner % size / unit] += SumOfSquares(values.AsSpan(start, inner));
        }
    }

    private static double SumOfSquares(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (var v in values)
        {
            sum += (double)v * v;
        }

        return sum;
    }
}
