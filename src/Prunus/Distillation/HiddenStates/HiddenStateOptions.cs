using System.Globalization;
using System.Text.Json.Nodes;
using Prunus.Runs;

namespace Prunus.Distillation.HiddenStates;

/// <summary>One kind of state that is compared.</summary>
/// <param name="Site">The state.</param>
/// <param name="Map">Layers; null where the site has none.</param>
public sealed record HiddenStatePart(HiddenStateSite Site, LayerMap? Map = null)
{
    public override string ToString() => Map is null ? Site.Id : $"{Site.Id}@{Map}";
}

/// <summary>
/// Hidden-state losses beside the logit loss: L = L_logits + α · L_is, L_is being the sum over the chosen states of the mean loss per token (Muralidharan et al.
/// 2024, arXiv 2407.14679, section 2.4). Text form: <c>output@29:13,embedding;loss=cosine;alpha=dynamic</c>.
/// </summary>
public sealed record HiddenStateOptions
{
    /// <summary>Name of the command line's option, for errors.</summary>
    public const string Flag = "--hidden-states";

    private const string Form = "write e.g. output@last-2,embedding;loss=cosine;alpha=dynamic";

    /// <summary>What is compared; at least one.</summary>
    public required IReadOnlyList<HiddenStatePart> Parts { get; init; }

    /// <summary>Id of the loss between states, in <see cref="HiddenStateLosses.All"/>. The default is cosine.</summary>
    public string Loss { get; init; } = "cosine";

    /// <summary>Factor α of the hidden-state losses; null = dynamic, the logit loss over L_is without gradient. The default is null.</summary>
    public double? Alpha { get; init; }

    /// <summary>Whether the projection from student to teacher width has a bias. The default is false.</summary>
    public bool Bias { get; init; }

    /// <summary>Trains a projection (from the identity) also where the widths are equal; else those states are compared as they are. The default is false.</summary>
    public bool AlwaysProject { get; init; }

    /// <summary>Relation heads of <c>attention</c>; null = the most heads that all of teacher's and student's query and key heads divide into. The default is null.</summary>
    public int? RelationHeads { get; init; }

    /// <summary>Reads the text form.</summary>
    /// <exception cref="PrunusInputException">It names something that there is not.</exception>
    public static HiddenStateOptions Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var fields = text.Split(';', StringSplitOptions.TrimEntries);
        var options = new HiddenStateOptions { Parts = [.. fields[0].Split(',', StringSplitOptions.TrimEntries).Select(Part)] };
        foreach (var field in fields.Skip(1))
        {
            options = field.Split('=', 2, StringSplitOptions.TrimEntries) is [var key, var value]
                ? options.With(key, value)
                : throw new PrunusInputException(Flag, $"'{field}' is no setting", Form);
        }

        options.Validate();
        return options;
    }

    /// <summary>Checks all values.</summary>
    /// <exception cref="PrunusInputException">Names the first fault.</exception>
    public void Validate()
    {
        if (Parts.Count == 0)
        {
            throw new PrunusInputException(Flag, "names no state", Form);
        }

        foreach (var part in Parts)
        {
            if (part.Site.Layered != part.Map is not null)
            {
                throw new PrunusInputException(
                    Flag, part.Site.Layered ? $"'{part.Site}' is in every layer, and none is named" : $"'{part.Site}' is in no layer, so it takes no layer map", Form);
            }
        }

        if (Parts.GroupBy(part => part.ToString()).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new PrunusInputException(Flag, $"'{twice.Key}' is there twice", "name each state once");
        }

        HiddenStateLosses.Find(Loss);
        if (Alpha is { } alpha && !(alpha > 0 && double.IsFinite(alpha)))
        {
            throw new PrunusInputException(Flag, $"alpha {alpha.ToString(CultureInfo.InvariantCulture)} is not above 0", "give a positive number, or dynamic");
        }

        if (RelationHeads is < 1)
        {
            throw new PrunusInputException(Flag, $"heads {RelationHeads} is below 1", "give 1 or more relation heads");
        }
    }

    /// <summary>The text form, which is also what a run's identity and recipes hold.</summary>
    public override string ToString() => string.Join(';', [
        string.Join(',', Parts),
        $"loss={Loss}",
        $"alpha={(Alpha is { } alpha ? alpha.ToString("R", CultureInfo.InvariantCulture) : "dynamic")}",
        .. Bias ? ["bias=on"] : Array.Empty<string>(),
        .. AlwaysProject ? ["projection=always"] : Array.Empty<string>(),
        .. RelationHeads is { } heads ? [string.Create(CultureInfo.InvariantCulture, $"heads={heads}")] : Array.Empty<string>(),
    ]);

    /// <summary>What identifies these options in a run.</summary>
    public JsonNode ToJson() => JsonValue.Create(ToString());

    private static HiddenStatePart Part(string text)
    {
        var cut = text.IndexOf('@', StringComparison.Ordinal);
        var name = cut < 0 ? text : text[..cut];
        var site = HiddenStateSite.Find(name) ?? throw new PrunusInputException(Flag, $"there is no state '{name}'", Suggest(name, [.. HiddenStateSite.All.Select(s => s.Id)]));
        if (cut < 0)
        {
            return new(site, site.Layered ? LayerMap.LastTwo : null);
        }

        return new(site, LayerMap.TryParse(text[(cut + 1)..]) ?? throw new PrunusInputException(
            Flag, $"'{text[(cut + 1)..]}' is no layer map", "write teacher:student as 29:13, several joined by '+', last-2 or all"));
    }

    private static string Suggest(string name, string[] known) =>
        NearestName.Find(name, known) is { } near ? $"did you mean '{near}'?" : $"use {string.Join(", ", known)}";

    private HiddenStateOptions With(string key, string value) => (key, value) switch
    {
        ("loss", _) => this with { Loss = value },
        ("alpha", "dynamic") => this with { Alpha = null },
        ("alpha", _) when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var alpha) => this with { Alpha = alpha },
        ("bias", "on" or "off") => this with { Bias = value == "on" },
        ("projection", "always" or "auto") => this with { AlwaysProject = value == "always" },
        ("heads", _) when int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var heads) => this with { RelationHeads = heads },
        ("alpha" or "bias" or "projection" or "heads", _) => throw new PrunusInputException(
            Flag, $"{key} cannot be '{value}'", key switch { "alpha" => "give a number or dynamic", "bias" => "give on or off", "projection" => "give auto or always", _ => "give a whole number" }),
        _ => throw new PrunusInputException(Flag, $"there is no setting '{key}'", Suggest(key, ["loss", "alpha", "bias", "projection", "heads"])),
    };
}
