using System.Globalization;
using Prunus.Checkpoints;
using Prunus.Decoders;

namespace Prunus.Lottery.Experiments.Materials;

/// <summary>The decoder that an experiment names: <c>decoder:MODEL</c>, with the model's tokenizer and its config.json, of which sizes may be changed as in
/// <c>decoder:demo:layers=2,ffn=96</c>. Its weights are drawn, not read.</summary>
/// <param name="Model">Id of a model.</param>
/// <param name="Sizes">What is changed.</param>
public sealed record StudyDecoder(string Model, DecoderSizes Sizes)
{
    private const string Kind = "decoder";

    /// <summary>Whether a net's name means a decoder.</summary>
    public static bool Is(string net) => net.Split(':')[0] == Kind;

    /// <exception cref="PrunusInputException">It is no decoder's name.</exception>
    public static StudyDecoder Parse(string net) => net.Split(':') switch
    {
        [Kind, { Length: > 0 } model] => new(model, new()),
        [Kind, { Length: > 0 } model, var sizes] => new(model, sizes.Split(',').Aggregate(new DecoderSizes(), (known, part) => With(net, known, part))),
        _ => throw new PrunusInputException("net", $"'{net}' is no decoder", "write decoder:demo, or decoder:demo:layers=2,ffn=96"),
    };

    /// <summary>As experiments write it, sizes in one order.</summary>
    public string Name => string.Join(',', Written()) is { Length: > 0 } sizes ? $"{Kind}:{Model}:{sizes}" : $"{Kind}:{Model}";

    /// <summary>The architecture, with its config.json.</summary>
    /// <param name="folder">The model's checkpoint.</param>
    /// <exception cref="PrunusInputException">There is none, or the sizes do not go together.</exception>
    public DecoderTicketArchitecture Architecture(string folder)
    {
        using var checkpoint = Checkpoint.Open(folder);
        var json = Sizes.Over(checkpoint.Config);
        return new(DecoderConfig.FromHuggingFace(json, folder)) { Net = Name, Json = json };
    }

    private static DecoderSizes With(string net, DecoderSizes known, string part)
    {
        var value = part.Split('=') is [_, var text] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0 ? size : 0;
        return (value, part.Split('=')[0]) switch
        {
            ( > 0, "hidden") => known with { Hidden = value },
            ( > 0, "ffn") => known with { Ffn = value },
            ( > 0, "layers") => known with { Layers = value },
            ( > 0, "heads") => known with { Heads = value },
            ( > 0, "groups") => known with { Groups = value },
            _ => throw new PrunusInputException("net", $"'{net}' has '{part}'", "write sizes as hidden=96, ffn=96, layers=2, heads=4 or groups=2"),
        };
    }

    private IEnumerable<string> Written()
    {
        (string Key, int? Value)[] all = [("hidden", Sizes.Hidden), ("ffn", Sizes.Ffn), ("layers", Sizes.Layers), ("heads", Sizes.Heads), ("groups", Sizes.Groups)];
        return all.Where(s => s.Value is not null).Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Key}={s.Value}"));
    }
}
