using System.CommandLine;
using Prunus.Cli.Options;
using Prunus.Cli.Views;
using Prunus.Lottery.Tickets;
using Prunus.Lottery.Universal;
using Prunus.Reports;

namespace Prunus.Cli.Commands.Universal;

/// <summary><c>prunus universal compile --family polynomial --inputs 2 --degree 3 --epsilon 0.01 --out T</c>.</summary>
internal static class UniversalCompileCommand
{
    private const string Polynomial = "polynomial", Fourier = "fourier";

    private static readonly Option<string> Family = ParsedOption.Create("--family", $"{Polynomial}|{Fourier}", "Products of powers of (1+x)/2, or sines and cosines of sums of whole multiples of x.",
        ParsedOption.OneOf(Polynomial, Fourier), Polynomial);

    private static readonly Option<int> Inputs = ParsedOption.Create("--inputs", "D", "Numbers of a point, each in [0,1].", ParsedOption.Count(1, UniversalShape.MostInputs), 1);
    private static readonly Option<int> Degree = ParsedOption.Create("--degree", "R", "Largest sum of exponents or frequencies of a feature.", ParsedOption.Count(1, UniversalShape.MostDegree), 3);
    private static readonly Option<double> Epsilon = ParsedOption.Create("--epsilon", "E", "Largest error of a feature for any point.", ParsedOption.Real(1e-9, 1), 0.01);
    private static readonly Option<bool> NoShifts = new("--no-shifts") { Description = "Sines only, without cosines (fourier)." };
    private static readonly Option<int[]> Segments = ParsedOption.Create<int[]>("--segments", "10,40", "Segments of the logarithm and the exponential, or of one period of the sine; by default as many as ε needs.", ParsedOption.Counts(1, UniversalShape.MostSegments));
    private static readonly Option<int[]> Widths = ParsedOption.Create<int[]>("--widths", "200,200,200,500,500", "Neurons of the random net between the layers that are summed up, in the order of the pass; by default as many as the sums need.", ParsedOption.Counts(1, UniversalShape.MostWidth));
    private static readonly Option<int> Terms = ParsedOption.Create("--terms", "K", "Most products of random weights that a number is summed from.", ParsedOption.Count(1, TermOptions.MostTerms), new TermOptions().Terms);
    private static readonly Option<int> Candidates = ParsedOption.Create("--candidates", "N", "Products that are looked through for a number.", ParsedOption.Count(1, TermOptions.MostCandidates), new TermOptions().Candidates);
    private static readonly Option<bool> Published = new("--published") { Description = "The family's setting whose counts were published: 4 powers of one number with 10 and 40 segments, or sin(2πx) with 21." };
    private static readonly Option<bool> Allow = new("--allow-unreached") { Description = "Writes the ticket even where features are farther off than ε." };

    public static Verb Create() => new("compile", "Finds features inside a random net: masks whose sums of products of random weights are the parameters of a polynomial or Fourier backbone. Exit code 3 if ε is missed.")
    {
        Options = { Family, Inputs, Degree, Epsilon, SharedOptions.Out, NoShifts, Segments, Widths, Terms, Candidates, Published, Allow },
        Examples = ["universal compile --family polynomial --inputs 2 --degree 3 --epsilon 0.01 --out p.ticket", "universal compile --family fourier --inputs 1 --degree 5 --out f.ticket", "universal compile --published --out published.ticket"],
        Run = Run,
    };

    private static int Run(VerbContext context)
    {
        var (output, terms) = (OutputFile.Of(context), new TermOptions(context.Required(Terms), context.Required(Candidates)));
        var shape = Shape(context);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var compiled = UniversalCompiler.Compile(shape, context.Required(GlobalOptions.Seed), terms, context.Cancellation);
        var seconds = clock.Elapsed.TotalSeconds;
        var found = UniversalVerification.Measure(compiled.Backbone);
        var (certified, reached) = (found.Float64.Largest, found.Float64.Largest <= shape.Epsilon);
        var allowed = reached || context.Value(Allow);
        if (allowed)
        {
            TicketFile.Write(output, compiled.Backbone.Ticket.ToTicket());
        }

        UniversalView.WriteCompiled(context, compiled, found, allowed ? output : null, seconds);
        if (!reached)
        {
            context.Error.WriteLine(FormattableString.Invariant(
                $"prunus: {(allowed ? "warning: " : "")}--epsilon: features may be off by {NumberText.Figures(certified)} (seen: {NumberText.Figures(found.Error)}; largest error of a summed number: {NumberText.Figures(compiled.LargestError)}), which is more than {shape.Epsilon}; give more --segments, --widths, --terms or --candidates, another --seed, a larger --epsilon{(allowed ? "" : ", or --allow-unreached")}"));
        }

        return allowed ? ExitCode.Done : ExitCode.CheckFailed;
    }

    private static UniversalShape Shape(VerbContext context)
    {
        var family = context.Required(Family) == Polynomial ? UniversalFamily.Polynomial : UniversalFamily.Fourier;
        if (context.Value(NoShifts) && family == UniversalFamily.Polynomial)
        {
            throw new PrunusInputException(NoShifts.Name, "is about sines, and the family is polynomial", "add --family fourier, or leave it out");
        }

        if (!context.Value(Published))
        {
            return new(family, context.Required(Inputs), context.Required(Degree), context.Required(Epsilon), family == UniversalFamily.Fourier && !context.Value(NoShifts),
                context.Given(Segments) ? context.Value(Segments) : null, context.Given(Widths) ? context.Value(Widths) : null);
        }

        foreach (var option in new Option[] { Inputs, Degree, NoShifts, Segments, Widths })
        {
            if (context.Given(option))
            {
                throw new PrunusInputException(option.Name, "is part of what --published says", "leave one of them out");
            }
        }

        var published = family == UniversalFamily.Polynomial ? UniversalShape.PublishedPolynomial : UniversalShape.PublishedFourier;
        return context.Given(Epsilon) ? published with { Epsilon = context.Value(Epsilon) } : published;
    }
}
