using System.CommandLine;
using Prunus.Cli.Options;
using Prunus.Datasets.Images;
using Prunus.Native;
using Prunus.Recipes;
using TorchSharp;

namespace Prunus.Cli.Commands.Tickets;

/// <summary>Options of the verbs that train tickets, and how they run: as a recipe of one experiment, so that they resume and report as recipes do.</summary>
internal static class TicketTrainingFlags
{
    /// <summary>Set of images.</summary>
    public static Option<string> Data { get; } = ParsedOption.Create<string>("--data", "SET", "Set of images (data); SET/a and SET/b are its halves. For a decoder two texts: TRAIN/HELDOUT, as demo/demo-heldout.", ParsedOption.Text);

    private static readonly Option<string> Folder = ParsedOption.Create<string>("--data-dir", "DIR", "Folder of the sets and texts (PRUNUS_DATA, else ./data).", ParsedOption.Text);
    private static readonly Option<string> Seeds = ParsedOption.Create("--seeds", "1,2,3", "Seeds; each is a training of its own. Also 1..5.", ParsedOption.Text, "1,2,3");
    private static readonly Option<string> Optimizer = ParsedOption.Create("--optimizer", "adam|sgd", "Optimizer.", ParsedOption.OneOf("adam", "sgd"), "adam");
    private static readonly Option<double> Rate = ParsedOption.Create("--lr", "X", "Learning rate.", ParsedOption.Real(1e-9, 100), 1.2e-3);
    private static readonly Option<double> Momentum = ParsedOption.Create("--momentum", "X", "Momentum of sgd.", ParsedOption.Real(0, 1), 0.9);
    private static readonly Option<double> Decay = ParsedOption.Create("--weight-decay", "X", "L2 decay.", ParsedOption.Real(0, 1), 0.0);
    private static readonly Option<int> Batch = ParsedOption.Create("--batch", "N", "Images, or blocks of text, of a batch.", ParsedOption.Count(1, 1 << 16), 60);
    private static readonly Option<int> Iterations = ParsedOption.Create("--iterations", "N", "Steps of a training.", ParsedOption.Count(1), 10_000);
    private static readonly Option<int> EvaluateEvery = ParsedOption.Create("--evaluate-every", "N", "Steps between evaluations.", ParsedOption.Count(1), 100);
    private static readonly Option<string> Drops = ParsedOption.Create<string>("--drops", "N,M", "Steps at which the rate falls to a tenth.", ParsedOption.Text);
    private static readonly Option<int> WarmUp = ParsedOption.Create("--warmup", "N", "Steps of linear warm-up.", ParsedOption.Count(0), 0);
    private static readonly Option<bool> Cosine = new("--cosine") { Description = "The rate falls to 0 along half a cosine." };
    private static readonly Option<int> Images = ParsedOption.Create<int>("--images", "N", "Most training images used.", ParsedOption.Count(1));
    private static readonly Option<int> TestImages = ParsedOption.Create<int>("--test-images", "N", "Most test images, or blocks of text, measured on.", ParsedOption.Count(1));
    private static readonly Option<int> Block = ParsedOption.Create("--block", "N", "Tokens of a block of text.", ParsedOption.Count(2), 128);
    private static readonly Option<bool> Augment = new("--augment") { Description = "Flips and shifts training images." };

    /// <summary>On which scale nets see pixels: a <see cref="PixelScale"/>.</summary>
    public static readonly Option<string> Pixels = ParsedOption.Create(
        "--pixels", "normalised|unit|bytes", "Pixels of mean 0 and deviation 1 over the training images, byte / 255 (as published programs of lottery tickets have them) or bytes, 0 to 255.", ParsedOption.OneOf("normalised", "unit", "bytes"), "normalised");

    private static readonly Option<int> Validation = ParsedOption.Create("--validation", "N", "Training images held back for early stopping; of text the most blocks looked at for it.", ParsedOption.Count(1), 5000);
    private static readonly Option<int> SplitSeed = ParsedOption.Create("--split-seed", "N", "Which draw of them.", ParsedOption.Count(0), 0);

    /// <summary>All of them, to add to a verb.</summary>
    public static IEnumerable<Option> All =>
    [
        Data, Folder, Iterations, Optimizer, Rate, Momentum, Decay, Batch, EvaluateEvery, Drops, WarmUp, Cosine, Augment, Pixels, Images, TestImages, Validation, SplitSeed, Block, Seeds, RecipeCommand.Model, RecipeCommand.Jobs, RecipeCommand.Stack, RecipeCommand.NoGraphs, SharedOptions.Out, SharedOptions.Fresh,
    ];

    /// <summary>A recipe's <c>train</c>.</summary>
    /// <exception cref="PrunusInputException">An option is given that the optimizer or the kind of net has not.</exception>
    public static Dictionary<string, object> Train(VerbContext context, bool decoder)
    {
        if (context.Given(Momentum) && context.Required(Optimizer) != "sgd")
        {
            throw new PrunusInputException(Momentum.Name, "is that of sgd", "add --optimizer sgd, or leave it out");
        }

        TicketCommand.RefuseFor(decoder ? "a decoder" : "images", context, decoder ? [Augment, Pixels, Images, SplitSeed] : [Block, RecipeCommand.Model]);
        var train = new Dictionary<string, object>
        {
            ["optimizer"] = context.Required(Optimizer),
            ["lr"] = context.Required(Rate),
            ["momentum"] = context.Required(Momentum),
            ["weight_decay"] = context.Required(Decay),
            ["batch"] = context.Required(Batch),
            ["iterations"] = context.Required(Iterations),
            ["evaluate_every"] = context.Required(EvaluateEvery),
            ["warmup"] = context.Required(WarmUp),
            ["augment"] = context.Value(Augment) ? "true" : "false",
            ["pixels"] = context.Required(Pixels),
            ["validation"] = context.Required(Validation),
        };
        foreach (var (key, option) in (ReadOnlySpan<(string, Option<int>)>)[("split_seed", SplitSeed), ("images", Images), ("test_images", TestImages), ("block", Block)])
        {
            if (context.Given(option))
            {
                train[key] = context.Required(option);
            }
        }

        if (context.Value(Cosine))
        {
            train["cosine"] = "true";
        }

        if (context.Given(Drops))
        {
            train["drops"] = Named(Drops, context.Value(Drops)!);
        }

        return train;
    }

    /// <summary>What a list of an option holds.</summary>
    public static string[] Parts(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The same, one or more.</summary>
    /// <exception cref="PrunusInputException">It holds none.</exception>
    public static string[] Named(Option<string> option, string text) =>
        Parts(text) is { Length: > 0 } parts ? parts : throw new PrunusInputException(option.Name, $"'{text}' holds nothing", "list one or more, with commas between");

    /// <summary>Seeds as recipes write them.</summary>
    /// <exception cref="PrunusInputException">They are none.</exception>
    public static string[] SeedsOf(VerbContext context)
    {
        // A range stays as it is: the recipe's text is what a run goes on by.
        var seeds = SeedList.Parse(Seeds.Name, context.Required(Seeds));
        return Parts(context.Required(Seeds)) is [_] single ? single : [.. seeds.Select(s => s.ToString(System.Globalization.CultureInfo.InvariantCulture))];
    }

    /// <summary>Where sets, texts and models lie.</summary>
    public static RecipeSources Sources(VerbContext context) => RecipeCommand.Sources(context, Folder);

    /// <summary>Runs the recipe: tickets, record, report and recipe.yaml in the run's folder, a table on the console.</summary>
    public static int Run(VerbContext context, TicketRecipe recipe)
    {
        var devices = TensorSetup.DevicesOf(context);
        var size = devices[0].type == DeviceType.CUDA ? "gpu" : "cpu";
        var verb = recipe.Id.Replace('-', ' ');
        try
        {
            RecipeCommand.Run(context, new RecipeRunOptions(verb, size, Text: recipe.ToYaml(size)), Sources(context), devices);
            return ExitCode.Done;
        }
        catch (PrunusInputException e) when (e.Subject.StartsWith(verb + ":", StringComparison.Ordinal))
        {
            // Lines of a recipe that nobody has seen say nothing.
            throw new PrunusInputException(verb, e.Problem, e.Remedy, e);
        }
    }
}
