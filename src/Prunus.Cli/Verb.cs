using System.CommandLine;

namespace Prunus.Cli;

/// <summary>A command of the tool: its arguments and options, examples for its help, and what it does.</summary>
/// <remarks>We run verbs ourselves rather than through the parser's actions: failures, help and cancellation then have one place.</remarks>
internal sealed class Verb(string name, string description) : Command(name, description)
{
    /// <summary>Command lines shown first in the help, without the leading <c>prunus</c>.</summary>
    public required IReadOnlyList<string> Examples { get; init; }

    /// <summary>Does the work and gives the exit code; absent for a group such as <c>recipe</c>, which shows its help.</summary>
    public Func<VerbContext, int>? Run { get; init; }

    /// <summary>Adds a set of options that several verbs share.</summary>
    public Verb With(IEnumerable<Option> options)
    {
        foreach (var option in options)
        {
            Options.Add(option);
        }

        return this;
    }
}
