using Prunus.Checkpoints;
using Prunus.Decoders;

namespace Prunus.Pruning;

/// <summary>
/// The weights that a plan leaves of a checkpoint, cut while they are read: one donor tensor is in memory at a time, and no libtorch is needed.
/// Which entries go is read off each parameter's axes.
/// </summary>
public sealed class PrunedWeights
{
    private readonly CheckpointWeights _donor;
    private readonly Cut _cut;
    private readonly string _location;

    /// <exception cref="PrunusInputException">The plan was made for another donor or does not fit; the weights do not fit config.json.</exception>
    public PrunedWeights(Checkpoint donor, PruningPlan plan)
    {
        if (plan.Donor is not null)
        {
            plan.CheckDonor(donor.Fingerprint, donor.Location);
        }

        (_donor, _location) = (new CheckpointWeights(donor), donor.Location);
        _cut = new Cut(_donor.Config, plan);
    }

    /// <summary>Architecture that is left.</summary>
    public DecoderConfig Config => _cut.Config;

    /// <summary>The donor's architecture.</summary>
    public DecoderConfig DonorConfig => _donor.Config;

    /// <summary>Type of the donor's largest tensor, as its file spells it.</summary>
    public string DonorStoredAs => _donor.StoredAs;

    /// <summary>Values of a parameter of <see cref="Config"/>, row-major.</summary>
    /// <exception cref="PrunusInputException">The donor holds NaN or infinity there.</exception>
    public float[] Read(ParameterSpec parameter)
    {
        var source = _cut.Source(parameter);
        var values = new float[source.ElementCount];
        _donor.Read(source, values);
        if (Array.Exists(values, v => !float.IsFinite(v)))
        {
            throw new PrunusInputException(_location, $"parameter {source.Name} holds NaN or infinity", "get a sound copy of the weights");
        }

        Change(values, source);
        var (rows, columns) = (_cut.Entries(source, 0), source.Shape.Count > 1 ? _cut.Entries(source, 1) : null);
        return rows is null && columns is null ? values : Gather(values, source, rows, columns);
    }

    private void Change(float[] values, ParameterSpec source)
    {
        var width = source.Shape.Count > 1 ? (int)source.Shape[1] : 1;
        foreach (var mix in _cut.Mixes(source))
        {
            var (rows, from, to, count) = mix.Dimension == 0 ? (1, mix.From * width, mix.At * width, mix.Size * width) : ((int)source.Shape[0], mix.From, mix.At, mix.Size);
            for (var r = 0; r < rows; r++)
            {
                var at = values.AsSpan((r * width) + to, count);
                var pair = values.AsSpan((r * width) + from, count);
                for (var i = 0; i < count; i++)
                {
                    at[i] = (mix.Own * at[i]) + (mix.Other * pair[i]);
                }
            }
        }

        if (_cut.Rescaling(source) is var (factor, shift))
        {
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = (float)((values[i] * factor) + shift);
            }
        }
    }

    private static float[] Gather(float[] values, ParameterSpec source, int[]? rows, int[]? columns)
    {
        var width = source.Shape.Count > 1 ? (int)source.Shape[1] : 1;
        var (rowCount, columnCount) = (rows?.Length ?? (int)source.Shape[0], columns?.Length ?? width);
        var kept = new float[(long)rowCount * columnCount];
        for (var r = 0; r < rowCount; r++)
        {
            var from = values.AsSpan((rows?[r] ?? r) * width, width);
            var to = kept.AsSpan(r * columnCount, columnCount);
            if (columns is null)
            {
                from.CopyTo(to);
                continue;
            }

            for (var c = 0; c < to.Length; c++)
            {
                to[c] = from[columns[c]];
            }
        }

        return kept;
    }
}
