using System.Reflection;
using System.Text;

namespace Prunus.Recipes;

/// <summary>The recipes that come with the program: every file of the repository's folder <c>recipes</c>.</summary>
public static class RecipeCatalogue
{
    private const string Prefix = "Prunus.Recipes/";
    private static readonly Assembly Own = typeof(RecipeCatalogue).Assembly;

    /// <summary>Ids, in order.</summary>
    public static IReadOnlyList<string> Ids { get; } =
        [.. Own.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Select(n => Path.GetFileNameWithoutExtension(n[Prefix.Length..])).Order(StringComparer.Ordinal)];

    /// <summary>Text of a recipe by id, or of a YAML file by path.</summary>
    /// <exception cref="PrunusInputException">There is neither.</exception>
    public static (string File, string Text) Open(string idOrPath)
    {
        if (Ids.Contains(idOrPath))
        {
            using var reader = new StreamReader(Own.GetManifestResourceStream(Prefix + idOrPath + ".yaml")!);
            return (idOrPath + ".yaml", reader.ReadToEnd());
        }

        return File.Exists(idOrPath) ? (idOrPath, Text(idOrPath))
            : throw new PrunusInputException(idOrPath, "is no recipe and no file", Runs.NearestName.Find(idOrPath, Ids) is { } near ? $"did you mean '{near}'?" : "see `prunus recipe list`");
    }

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        }
        catch (DecoderFallbackException e)
        {
            throw new PrunusInputException(path, "is not in UTF-8", "save it as UTF-8", e);
        }
    }
}
