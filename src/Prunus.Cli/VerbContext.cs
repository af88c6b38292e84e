using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Prunus.Cli.Options;
using Prunus.Cli.Views;

namespace Prunus.Cli;

/// <summary>What a running verb may use: its parsed values, the two streams and the request to stop.</summary>
internal sealed class VerbContext(ParseResult parse, IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellation)
{
    private static readonly JsonSerializerOptions JsonForm = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public Terminal Terminal { get; } = terminal;

    /// <summary>Results go here.</summary>
    public TextWriter Out => Terminal.Out;

    /// <summary>Progress goes here.</summary>
    public TextWriter Error => Terminal.Error;

    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>Whether one JSON document is wanted instead of text.</summary>
    public bool Json => Value(GlobalOptions.Json);

    /// <summary>Whether progress is to be left out.</summary>
    public bool Quiet => Value(GlobalOptions.Quiet);

    /// <summary>What the user can do after Ctrl+C; a verb with a run folder says where it goes on.</summary>
    public string ResumeHint { get; set; } = "nothing was left half-written; repeat the command to start again";

    /// <summary>The command line as typed, quoted where a shell needs it.</summary>
    public string CommandText { get; } = "prunus " + string.Join(' ', arguments.Select(ShellText.Quote));

    public T? Value<T>(Option<T> option) => parse.GetValue(option);

    /// <summary>Value of an option that has a default or is required.</summary>
    public T Required<T>(Option<T> option) => parse.GetRequiredValue(option);

    /// <summary>Value of a shared option that this verb cannot do without.</summary>
    /// <exception cref="PrunusInputException">It was not given.</exception>
    public T Need<T>(Option<T> option) => Given(option)
        ? parse.GetRequiredValue(option)
        : throw new PrunusInputException(option.Name, "is missing", $"add {option.Name} {option.HelpName}");

    /// <summary>Value of an argument; never null where the argument is required.</summary>
    public T Value<T>(Argument<T> argument) => parse.GetValue(argument)!;

    /// <summary>Whether the user gave the option (rather than its default).</summary>
    public bool Given(Option option) => parse.GetResult(option) is { Implicit: false };

    /// <summary>Shows progress on standard error until disposed; nothing with <c>--quiet</c>. Dispose it before results are written.</summary>
    public ProgressView StartProgress() => new(Error, Quiet ? ProgressStyle.None : Terminal.LiveProgress ? ProgressStyle.Live : ProgressStyle.Lines);

    /// <summary>Says on standard error what was chosen for the user; nothing with <c>--quiet</c>.</summary>
    public void Note(params IEnumerable<string> notes)
    {
        foreach (var note in Quiet ? [] : notes)
        {
            Error.WriteLine($"prunus: note: {note}");
        }
    }

    /// <summary>Writes the one document of <c>--json</c> to standard output.</summary>
    public void WriteJson(JsonNode document) => Out.WriteLine(document.ToJsonString(JsonForm));
}
