using System.CommandLine;
using Prunus.Cli.Options;
using Prunus.Cli.Views;
using Prunus.Lottery.Strong.SubsetSums;
using Prunus.Lottery.Strong;
using Prunus.Lottery.Tickets;
using Prunus.Native;
using Prunus.Reports;
using Prunus.Vision;

namespace Prunus.Cli.Commands.Strong;

/// <summary><c>prunus strong compile WEIGHTS --epsilon 0.01 --out T</c>.</summary>
internal static class StrongCompileCommand
{
    private const int Shown = 5;

    private static readonly Argument<string> File = new("WEIGHTS") { Description = "Weights of a trained ReLU net: safetensors under PyTorch's names." };
    private static readonly Option<double> Epsilon = ParsedOption.Create("--epsilon", "E", "Largest error of a weight or bias.", ParsedOption.Real(1e-12, 10), 0.01);
    private static readonly Option<string> Of = ParsedOption.Create("--epsilon-of", "target|scaled", "Whose weights ε is the error of: the target's own, or, as in the theorem, those of the target divided by --scale.",
        ParsedOption.OneOf("target", "scaled"), "target");

    private static readonly Option<string> Net = ParsedOption.Create<string>("--net", "NET", "The net, where its file does not tell (list nets); with size of images and classes if they are not the usual ones: mlp:64-32:1x16x16:4.", ParsedOption.Text);
    private static readonly Option<string> Law = ParsedOption.Create("--law", "theorem|independent|shared", "Products V·max(0,U) of a random two-layer net, n random numbers of its own for each weight, or the same n for all weights of a layer.",
        ParsedOption.OneOf([.. SamplingLaw.All.Select(l => l.Id)]), SamplingLaw.Theorem.Id);

    private static readonly Option<int> Samples = ParsedOption.Create<int>("--samples", "N", "Random numbers a weight; by default 3.16 log2(1/ε) (independent, shared: 21 for 0.01) or 9 log2(1/ε), 48 at least (theorem: 60).",
        ParsedOption.Count(1, SubsetSumSolver.LongestSample));

    private static readonly Option<string> Scale = ParsedOption.Create<string>("--scale", "none|half|l1", "What the target is divided by: 1, until no weight exceeds 1/2, or until no output's weights add up to more than 1; by default half (theorem) or none.",
        ParsedOption.OneOf("none", "half", "l1"));

    private static readonly Option<string> Choice = ParsedOption.Create("--choice", "best|any|smallest", "Which subset within ε: the nearest, the first found, that with the fewest numbers.",
        ParsedOption.OneOf("best", "any", "smallest"), "best");

    private static readonly Option<int> Search = ParsedOption.Create<int>("--search", "K", "Numbers other than 0 of a weight that are searched for the nearest sum, more only where ε is missed; by default 24, and 28 in convolutions.",
        ParsedOption.Count(1, SubsetSumSolver.MostElements));

    private static readonly Option<bool> Allow = new("--allow-unreached") { Description = "Writes the ticket even where weights stay farther than ε from their targets." };

    public static Verb Create() => new("compile", "Finds a trained net inside a random one: masks whose sums of random weights come within ε of every weight. Exit code 3 if some cannot.")
    {
        Arguments = { File },
        Options = { Epsilon, SharedOptions.Out, Of, Law, Samples, Scale, Choice, Search, Net, Allow },
        Examples = ["strong compile lenet5.safetensors --epsilon 0.01 --out lenet5.ticket", "strong compile mlp.safetensors --law independent --samples 21 --choice smallest --out mlp.ticket"],
        Run = Run,
    };

    private static int Run(VerbContext context)
    {
        var (path, law) = (context.Value(File), SamplingLaw.Named(context.Required(Law)));
        var output = OutputFile.Of(context, path);
        var epsilon = context.Required(Epsilon);
        var options = new StrongOptions(
            epsilon, law, context.Given(Samples) ? context.Value(Samples) : StrongOptions.SamplesFor(law, epsilon),
            Enum.Parse<TargetScale>(context.Given(Scale) ? context.Value(Scale)! : law.HasSecondLayer ? "half" : "none", ignoreCase: true),
            Enum.Parse<SubsetChoice>(context.Required(Choice), ignoreCase: true), context.Required(GlobalOptions.Seed))
        {
            Of = Enum.Parse<EpsilonOf>(context.Required(Of), ignoreCase: true),
        };
        options = context.Given(Search) ? options with { Searched = context.Value(Search), SearchedOfConvolutions = context.Value(Search) } : options;
        var config = context.Given(Net) ? VisionNets.Described(context.Value(Net)!) ?? VisionNets.Named(context.Value(Net)!) : VisionNetFile.Find(path);
        _ = StrongLayer.Of(config);
        TensorSetup.Apply(context);
        using var net = VisionNet.Load(config, path, Devices.Parse("cpu"));
        var weights = StrongWeights.Of(net);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        StrongCompilation compiled;
        using (var progress = context.StartProgress())
        {
            compiled = StrongCompiler.Compile(config, weights, options, progress, context.Cancellation);
        }

        var seconds = clock.Elapsed.TotalSeconds;
        var allowed = compiled.Unreached.Count == 0 || context.Value(Allow);
        var bytes = 0L;
        if (allowed)
        {
            compiled.Ticket.Describe(options, Path.GetFullPath(path), StrongWeights.Digest(config, weights));
            TicketFile.Write(output, compiled.Ticket.ToTicket());
            bytes = new FileInfo(output).Length;
        }

        StrongCompileView.Write(context, compiled, options, allowed ? output : null, bytes, seconds);
        foreach (var weight in compiled.Unreached.OrderByDescending(u => u.Error).Take(Shown))
        {
            context.Error.WriteLine($"prunus: note: {weight.Tensor}[{weight.Index}] = {NumberText.Figures(weight.Target)}: the nearest sum is {NumberText.Figures(weight.Error)} away");
        }

        if (compiled.Unreached.Count > 0)
        {
            context.Error.WriteLine(FormattableString.Invariant(
                $"prunus: {(allowed ? "warning: " : "")}--epsilon: {compiled.Unreached.Count} of {compiled.Ticket.TargetParameters} weights stay farther than {epsilon} from their targets, by {NumberText.Figures(compiled.Unreached.Max(u => u.Error))} at most; {Remedy(options)}{(allowed ? "" : ", or --allow-unreached")}"));
        }

        return allowed ? ExitCode.Done : ExitCode.CheckFailed;
    }

    // What can still be had: more numbers only up to the most, and none searched beyond what their law has.
    internal static string Remedy(StrongOptions options) => (options.Samples < SubsetSumSolver.LongestSample, options.Law.HasSecondLayer) switch
    {
        (true, _) => $"give more --samples (now {options.Samples}, {SubsetSumSolver.LongestSample} at most), another --seed or --scale, a larger --epsilon",
        (false, true) => $"use --law independent, whose {SubsetSumSolver.LongestSample} numbers are none of them 0 (--samples is at its most), another --seed, a larger --epsilon",
        _ => "give another --seed, a larger --epsilon (--samples is at its most)",
    };
}
