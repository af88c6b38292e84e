using System.CommandLine;

namespace Prunus.Cli.Options;

/// <summary>The file that <c>--out</c> names, looked at before the work whose result goes there.</summary>
internal static class OutputFile
{
    /// <summary>The path of <c>--out</c>.</summary>
    /// <param name="context">Of the verb.</param>
    /// <param name="inputs">Files that the verb reads: none of them is written over. Null where one is not given.</param>
    /// <exception cref="PrunusInputException">It is missing or a folder, lies in a folder that is not there, or is one of the inputs.</exception>
    public static string Of(VerbContext context, params IEnumerable<string?> inputs) => Of(context, SharedOptions.Out, inputs);

    /// <summary>The same of another option.</summary>
    public static string Of(VerbContext context, Option<string> option, params IEnumerable<string?> inputs)
    {
        var path = context.Need(option);
        var full = Path.GetFullPath(path);
        return Directory.Exists(path) || Path.EndsInDirectorySeparator(path) ? throw new PrunusInputException(option.Name, $"{path} is a folder", "name a file in it")
            : Path.GetDirectoryName(full) is { } folder && !Directory.Exists(folder) ? throw new PrunusInputException(option.Name, $"the folder of {path} is not there", $"make it (mkdir -p {ShellText.Quote(folder)}), or choose another {option.Name}")
            : inputs.Any(input => input is not null && Path.GetFullPath(input) == full) ? throw new PrunusInputException(option.Name, $"{path} is read by this command and would be lost", $"choose another {option.Name}")
            : path;
    }
}
