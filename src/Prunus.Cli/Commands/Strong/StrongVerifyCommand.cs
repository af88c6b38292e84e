using System.CommandLine;
using Prunus.Cli.Options;
using Prunus.Cli.Views;
using Prunus.Datasets.Images;
using Prunus.Lottery.Strong.Verification;
using Prunus.Lottery.Strong;
using Prunus.Lottery.Tickets;
using Prunus.Native;
using Prunus.Reports;
using Prunus.Vision;

namespace Prunus.Cli.Commands.Strong;

/// <summary><c>prunus strong verify T</c>: certified and observed errors, accuracies, sizes.</summary>
internal static class StrongVerifyCommand
{
    private const int LadderWeights = 1000;
    private static readonly int[] Ladder = [5, 10, 15, 20, 25, 30, 40, 50, 64];

    private static readonly Argument<string> File = new("TICKET") { Description = "Strong ticket (.ticket) of 'prunus strong compile'." };
    private static readonly Option<string> Data = ParsedOption.Create<string>("--data", "SET", "Set of images (data); by default mnist for nets that take 1×28×28.", ParsedOption.Text);
    private static readonly Option<string> Folder = ParsedOption.Create<string>("--data-dir", "DIR", $"Folder of the sets ({ImageSetSearch.Variable}, else ./data, else the folder above that of the weights).", ParsedOption.Text);

    private static readonly Option<string> Inputs = ParsedOption.Create<string>("--inputs", "FILE", "Images of your own as well: safetensors [N,C,H,W] in [0,1].", ParsedOption.Text);

    private static readonly Option<string> Export = ParsedOption.Create<string>("--export", "FILE", "Writes the rebuilt net: safetensors in float32, names as the target's.", ParsedOption.Text);

    public static Verb Create() => new("verify", "Rebuilds the net of a strong ticket and sets it beside its target: errors of weights against ε, certified against observed errors, accuracy, what is kept. Exit code 3 if a weight is farther than ε or a bound fails.")
    {
        Arguments = { File },
        Options = { StrongCommand.Weights, Data, Folder, Inputs, Export },
        Examples = ["strong verify lenet5.ticket", "strong verify lenet5.ticket --weights lenet5.safetensors --data mnist --data-dir data", "strong verify lenet5.ticket --export rebuilt.safetensors"],
        Run = Run,
    };

    private static int Run(VerbContext context)
    {
        var path = context.Value(File);
        var ticket = StrongTicket.From(TicketFile.Read(path), path);
        var notes = new StrongNotes(ticket, path);
        var weightsPath = context.Given(StrongCommand.Weights) ? context.Value(StrongCommand.Weights)! : notes.Weights;
        if (!System.IO.File.Exists(weightsPath))
        {
            throw new PrunusInputException(weightsPath, $"{(context.Given(StrongCommand.Weights) ? "is no file" : $"is no longer there, and {path} was compiled from it")}", "name the weights with --weights FILE");
        }

        var export = context.Given(Export) ? OutputFile.Of(context, Export, path, weightsPath, context.Given(Inputs) ? context.Value(Inputs) : null) : null;
        TensorSetup.Apply(context);
        using var net = VisionNet.Load(ticket.Config, weightsPath, Devices.Parse("cpu"));
        var target = StrongWeights.Of(net);
        if (StrongWeights.Digest(ticket.Config, target) != notes.TargetDigest)
        {
            throw new PrunusInputException(weightsPath, $"holds other weights than those {path} was compiled from", "give the weights with --weights, or compile again");
        }

        var given = context.Given(Inputs) ? GivenImages.Read(context.Value(Inputs)!, ticket.Config.Input) : null;
        if (given?.Warning is { } warning)
        {
            context.Note(warning);
        }

        var images = Images(context, ticket, weightsPath);
        var verification = StrongVerification.Measure(ticket, target, images, new VerificationOptions(Seed: context.Required(GlobalOptions.Seed)), given, context.Cancellation);
        int[] samples = [.. Ladder.Where(n => n < ticket.Samples).Append(ticket.Samples)];
        var ladder = SampleLadder.Climb(ticket, target, samples, notes.Epsilon, notes.Of, LadderWeights, context.Cancellation);
        var checks = EpsilonCheck.Of(ticket, target, notes.Epsilon, notes.Of);
        var rebuilt = StrongWeights.Digest(ticket.Config, StrongWeights.Of(ticket)) == notes.Digest;
        if (export is not null)
        {
            StrongWeights.Write(export, ticket);
        }

        StrongVerifyView.Write(context, path, ticket, notes, verification, checks, ladder, rebuilt, export);
        if (!rebuilt)
        {
            context.Error.WriteLine($"prunus: {path}: its net is not the one that was compiled, to the last bit; compile it again");
        }

        if (!verification.Holds)
        {
            context.Error.WriteLine($"prunus: {path}: an observed difference is above the certified bound; report the ticket and the weights");
        }

        var farther = checks.Sum(c => c.Farther);
        if (farther > 0)
        {
            context.Error.WriteLine(FormattableString.Invariant(
                $"prunus: {path}: {farther} of {ticket.TargetParameters} weights are farther than ε {notes.Epsilon} from their targets, by {NumberText.Figures(checks.Max(c => c.Largest))} at most; compile with more --samples, another --seed or a larger --epsilon"));
        }

        return rebuilt && verification.Holds && farther == 0 ? ExitCode.Done : ExitCode.CheckFailed;
    }

    private static ImageSetSource Source(string id)
    {
        try
        {
            return ImageSets.Named(id);
        }
        catch (PrunusInputException fault)
        {
            throw new PrunusInputException(Data.Name, $"'{id}' {fault.Problem}", fault.Remedy, fault);
        }
    }

    private static (string Name, ImageSet Set)? Images(VerbContext context, StrongTicket ticket, string weights)
    {
        var id = context.Given(Data) ? context.Value(Data)! : ticket.Config.Input == MapShape.Mnist ? "mnist" : null;
        if (id is null)
        {
            context.Note("no --data, so no accuracy");
            return null;
        }

        var source = Source(id);
        var search = ImageSetSearch.From(context.Given(Folder) ? context.Value(Folder) : null);
        if (!context.Given(Folder) && search.Find(source) is null && Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(weights))) is { } above)
        {
            search = new ImageSetSearch(above);
        }

        if (!context.Given(Data) && search.Find(source) is null)
        {
            context.Note($"{id} is not found, so there is no accuracy; give --data-dir");
            return null;
        }

        var set = source.Load(ImageSplit.Test, search, (ulong)context.Required(GlobalOptions.Seed));
        var shape = new MapShape(set.Shape.Channels, set.Shape.Height, set.Shape.Width);
        return shape == ticket.Config.Input && set.ClassNames.Count == ticket.Config.Classes ? (id, set)
            : throw new PrunusInputException("--data", $"{id} has {set.ClassNames.Count} classes of {shape}, and the net {ticket.Config.Classes} of {ticket.Config.Input}", "use another --data");
    }
}
