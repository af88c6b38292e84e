using Prunus.Lottery;
using Prunus.Lottery.Experiments.Materials;
using Prunus.Vision;

namespace Prunus.Recipes;

/// <summary>Names of nets, data and initial values in studies of masked nets.</summary>
public static class StudyNames
{
    /// <summary>The law of initial values where none is named.</summary>
    public static string Initialisation(string net) => StudyDecoder.Is(net) ? DecoderTicketArchitecture.Initialisation : "glorot-normal";

    /// <summary>A name that an experiment or its size has to give.</summary>
    /// <exception cref="PrunusInputException">Neither does.</exception>
    internal static string Own(YamlMap map, YamlMap size, string key) =>
        map.Text(key) ?? size.Text(key) ?? throw new PrunusInputException(map.Place, $"'{key}' is missing", $"add '{key}: …' here or to the size");

    /// <summary>Refuses names that nobody knows, or that do not go together.</summary>
    /// <exception cref="PrunusInputException">There are some.</exception>
    internal static void Check(YamlMap map, string net, string data, string initialisation)
    {
        if (!StudyDecoder.Is(net))
        {
            map.Checked("net", () => VisionNets.Named(net));
            map.Checked("data", () => StudySet.Parse(data));
            map.Checked("initialisation", () => VisionInitialisations.Named(initialisation));
            return;
        }

        map.Checked("net", () => StudyDecoder.Parse(net));
        map.Checked("data", () => ((string[])[StudyText.Names(data).Train, StudyText.Names(data).HeldOut]).Select(RecipeTexts.Named).ToList());
        map.Checked("initialisation", () => DecoderTicketArchitecture.Deviation(initialisation));
    }
}
