using System.Text.Json.Nodes;

namespace Prunus.Pruning;

/// <summary>How a plan is made from a donor and calibration text: to what size, and by which scores.</summary>
public sealed record PruneOptions
{
    /// <summary>Size to reach. It has no default: a budget or a width must be given.</summary>
    public PlanTarget Target { get; init; } = new();

    /// <summary>How units are scored: an id of <see cref="ImportanceMethods"/>. Default activation.</summary>
    public string Importance { get; init; } = "activation";

    /// <summary>From tokens to a score, for methods that need text. Default <c>l2:mean</c>.</summary>
    public Aggregation Aggregation { get; init; } = Aggregation.Default;

    /// <summary>Readings that rank the axes; null = those of <see cref="Importance"/>. Its suffix is that of <see cref="Aggregation"/>. Default null.</summary>
    public SelectionOptions? Selection { get; init; }

    /// <summary>How heads that stay take in heads that go. Default none.</summary>
    public HeadMerging Merge { get; init; }

    /// <summary>Merges the output projection too. Default false: the paper speaks of query heads where keys and values are shared.</summary>
    public bool MergeOutput { get; init; }

    /// <summary>Gives norm weights the factor that makes up for cut channels (<see cref="NormRatios"/>). Default false.</summary>
    public bool RescaleNorms { get; init; }

    /// <summary>
    /// How the layers that go are chosen: an id of <see cref="LayerRankings"/>. Default <c>bi</c>, for which a method without calibration text puts its own layer scores.
    /// </summary>
    public string LayersBy { get; init; } = "bi";

    /// <summary>
    /// Parts of the cut, importance being measured anew on what each leaves. Default 1: more gain nothing after healing (Muralidharan et al. 2024, best practice 3).
    /// </summary>
    public int Iterations { get; init; } = 1;

    /// <summary>Calibration sequences that losses without layers are measured on, the first so many. Default 16.</summary>
    public int DepthSequences { get; init; } = 16;

    /// <summary>Names of the scores that rank each axis.</summary>
    public SelectionOptions Names
    {
        get
        {
            var method = ImportanceMethods.Named(Importance);
            var names = Selection ?? method.Selection;
            return method.NeedsCalibration ? names with { Suffix = Aggregation.Suffix } : names;
        }
    }

    /// <summary>Whether calibration text is needed.</summary>
    public bool NeedsCalibration => ImportanceMethods.Named(Importance).NeedsCalibration || MeasuresDepth || RescaleNorms;

    /// <summary>Whether the layers are chosen by something that the calibration sweep does not measure.</summary>
    internal bool MeasuresDepth => !LayerRankings.Named(LayersBy).Needs(1, 2).IsEmpty;

    /// <exception cref="PrunusInputException">A value is out of range.</exception>
    public void Validate()
    {
        if (Target.Validate() is [var (option, problem, remedy), ..])
        {
            throw new PrunusInputException(option, problem, remedy);
        }

        ImportanceMethods.Named(Importance);
        LayerRankings.Named(LayersBy);
        if (MergeOutput && Merge == HeadMerging.None)
        {
            throw new PrunusInputException("--merge-output", "is given without --merge-heads", "add --merge-heads literal or flipped");
        }

        if (Iterations < 1)
        {
            throw new PrunusInputException("--iterations", "is below 1", "cut in one part or more");
        }

        if (Iterations > 1 && Merge != HeadMerging.None)
        {
            throw new PrunusInputException("--merge-heads", "is given beside --iterations, whose later cuts would merge heads that are merged already", "leave one of the two out");
        }

        if (DepthSequences < 1)
        {
            throw new PrunusInputException("--depth-sequences", "is below 1", "give one sequence or more");
        }
    }

    /// <summary>What identifies the pruning in a run's options; everything but the target is left out at its default.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject { ["target"] = Target.ToJson() };
        if (Importance != "activation")
        {
            json["importance"] = Importance;
        }

        if (Aggregation != Aggregation.Default)
        {
            json["aggregation"] = Aggregation.ToString();
        }

        if (Selection is { } names)
        {
            json["selection"] = new JsonArray(names.Hidden, names.Ffn, names.Heads, names.Groups, names.Layers);
        }

        if (Merge != HeadMerging.None)
        {
            json["merge_heads"] = (Merge == HeadMerging.Literal ? "literal" : "flipped") + (MergeOutput ? ",output" : "");
        }

        if (RescaleNorms)
        {
            json["rescale_norms"] = true;
        }

        if (LayersBy != "bi")
        {
            json["layers_by"] = LayersBy;
        }

        if (Iterations != 1)
        {
            json["iterations"] = Iterations;
        }

        if (DepthSequences != 16)
        {
            json["depth_sequences"] = DepthSequences;
        }

        return json;
    }
}
