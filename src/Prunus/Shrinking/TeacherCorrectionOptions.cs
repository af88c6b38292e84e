using System.Globalization;
using System.Text.Json.Nodes;

namespace Prunus.Shrinking;

/// <summary>
/// Teacher correction (Sreenivas et al. 2024, arXiv 2408.11796, section 2): the teacher is tuned on the distillation text with next-token loss, before the student
/// learns from it or along with it. Text form: <c>100</c>, <c>along</c>, each with settings as in <c>100;lr=1e-4;warmup=12;keep</c>.
/// </summary>
public sealed record TeacherCorrectionOptions
{
    /// <summary>Name of the command line's option, for errors.</summary>
    public const string Flag = "--correct-teacher";

    /// <summary>Steps of tuning before distillation; null = along with it, a step of the teacher for every step of the student.</summary>
    public int? Steps { get; init; }

    /// <summary>Peak of the learning rate; null = a fifth of the student's peak, our reading of the paper's fifth of the original peak. The default is null.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Steps of linear warm-up; null = a tenth of the steps, 120 at most (the paper's number). The default is null.</summary>
    public int? Warmup { get; init; }

    /// <summary>Whether the run also leaves the corrected teacher, as a checkpoint in its folder <c>teacher</c>. The default is false.</summary>
    public bool Keep { get; init; }

    /// <summary>Whether the teacher is tuned while the student learns from it.</summary>
    public bool Along => Steps is null;

    /// <summary>Reads the text form.</summary>
    /// <exception cref="PrunusInputException">It is none.</exception>
    public static TeacherCorrectionOptions Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        const string Form = "write a number of steps or along, e.g. 100 or along;lr=1e-4";
        var fields = text.Split(';', StringSplitOptions.TrimEntries);
        var options = fields[0] == "along" ? new TeacherCorrectionOptions()
            : Whole(fields[0]) is { } steps ? new TeacherCorrectionOptions { Steps = steps }
            : throw new PrunusInputException(Flag, $"'{fields[0]}' is no number of steps", Form);
        foreach (var field in fields.Skip(1))
        {
            options = field.Split('=', 2, StringSplitOptions.TrimEntries) switch
            {
                ["lr", var value] when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var rate) => options with { LearningRate = rate },
                ["warmup", var value] when Whole(value) is { } warmup => options with { Warmup = warmup },
                ["keep"] => options with { Keep = true },
                _ => throw new PrunusInputException(Flag, $"'{field}' is no setting", Form),
            };
        }

        options.Validate();
        return options;

        static int? Whole(string number) => int.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;
    }

    /// <summary>Checks all values.</summary>
    /// <exception cref="PrunusInputException">A value is out of range.</exception>
    public void Validate()
    {
        Require(Steps is null or >= 1, "needs one step or more");
        Require(LearningRate is not { } rate || (rate > 0 && double.IsFinite(rate)), "has a learning rate that is not above 0");
        Require(Warmup is null or >= 0, "has a negative warm-up");

        static void Require(bool holds, string problem)
        {
            if (!holds)
            {
                throw new PrunusInputException(Flag, problem, "correct the value");
            }
        }
    }

    /// <summary>The text form, which is also what a run's identity and recipes hold.</summary>
    public override string ToString() => string.Join(';', [
        Steps is { } steps ? steps.ToString(CultureInfo.InvariantCulture) : "along",
        .. LearningRate is { } rate ? [string.Create(CultureInfo.InvariantCulture, $"lr={rate:R}")] : Array.Empty<string>(),
        .. Warmup is { } warmup ? [string.Create(CultureInfo.InvariantCulture, $"warmup={warmup}")] : Array.Empty<string>(),
        .. Keep ? ["keep"] : Array.Empty<string>(),
    ]);

    /// <summary>What identifies these options in a run.</summary>
    public JsonNode ToJson() => JsonValue.Create(ToString());

    internal double RateFor(double studentPeak) => LearningRate ?? studentPeak / 5;

    internal int WarmupFor(int steps) => Warmup ?? Math.Clamp(steps / 10, 1, 120);
}
