using System.CommandLine;
using Prunus.Batches;
using Prunus.Cli.Options;
using Prunus.Cli.Views;
using Prunus.Datasets.Images;
using Prunus.Lottery;
using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Sparse;
using Prunus.Lottery.Tickets;
using Prunus.Native;
using Prunus.Vision;
using TorchSharp;

namespace Prunus.Cli.Commands.Tickets;

/// <summary><c>prunus ticket evaluate [FILE] [--weights W] --data SET</c>: accuracy and time on a set of images.</summary>
internal static class TicketEvaluateCommand
{
    private static readonly Argument<string?> Ticket = new("FILE") { Description = "Ticket (.ticket); without --weights its start weights are evaluated.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string> Net = ParsedOption.Create<string>("--net", "NET", "Net of the weights where there is no ticket: lenet-300-100, mlp:64-32 (list nets). Decoder of a ticket whose file does not tell: decoder:MODEL.", ParsedOption.Text);
    private static readonly Option<string> Data = ParsedOption.Create<string>("--data", "SET", "Set of images (data), SET@3x32x32 in another size; for a decoder a text: demo-heldout.", ParsedOption.Text);
    private static readonly Option<string> Folder = ParsedOption.Create<string>("--data-dir", "DIR", $"Folder of the sets and texts ({ImageSetSearch.Variable}, else ./data).", ParsedOption.Text);
    private static readonly Option<string> Split = ParsedOption.Create("--split", "test|train", "Which part of the set.", ParsedOption.OneOf("test", "train"), "test");
    private static readonly Option<int> Images = ParsedOption.Create<int>("--images", "N", "The first N images only.", ParsedOption.Count(1));
    private static readonly Option<int> Batch = ParsedOption.Create("--batch", "N", "Images of a pass.", ParsedOption.Count(1, 1 << 16), 500);

    private static readonly Option<int> Window = ParsedOption.Create("--window", "N", "Tokens of a window of text: best a block as the search had.", ParsedOption.Count(2), 128);
    private static readonly Option<int> Windows = ParsedOption.Create<int>("--windows", "K", "The first K windows of a text only.", ParsedOption.Count(1));
    private static readonly Option<bool> Sparse = new("--sparse") { Description = "The kernels for sparse weights instead of libtorch's dense ones; CPU, one thread, nets of linear layers." };

    public static Verb Create() => new("evaluate", "Measures accuracy and time of a ticket, of weights, or of weights under a ticket's masks on a set of images; of a decoder loss, perplexity and next-token accuracy on a text.")
    {
        Arguments = { Ticket },
        Options = { TicketCommand.Weights, Net, Data, SharedOptions.Text, Folder, Split, Images, Batch, TicketTrainingFlags.Pixels, Window, Windows, RecipeCommand.Model, Sparse },
        Examples = ["ticket evaluate a.ticket --weights trained.safetensors --data mnist --sparse", "ticket evaluate --weights lenet5.safetensors --net lenet-5 --data mnist --pixels unit", "ticket evaluate decoder.ticket --data demo-heldout --window 128"],
        Run = Run,
    };

    private static int Run(VerbContext context)
    {
        var path = context.Value(Ticket);
        var ticket = path is null ? null : TicketFile.Read(path);
        if (ticket is not null ? TicketDecoders.Is(ticket) : context.Given(TicketCommand.Weights) && TicketCommand.IsCheckpoint(context.Value(TicketCommand.Weights)!))
        {
            TicketCommand.RefuseFor("a decoder", context, Split, Images, Batch, TicketTrainingFlags.Pixels, Sparse);
            return TextEvaluation.Run(context, ticket, path, new(Net, Data, Folder, Window, Windows));
        }

        TicketCommand.RefuseFor("images", context, SharedOptions.Text, Window, Windows, RecipeCommand.Model);
        var named = StudySet.Parse(context.Need(Data));
        if (named.Half is not null)
        {
            throw new PrunusInputException(Data.Name, $"'{named.Name}' is a half of the training images", "leave out the half: all test images are measured on, whichever half was trained on");
        }

        if (ticket is null && !(context.Given(TicketCommand.Weights) && context.Given(Net)))
        {
            throw new PrunusInputException("ticket evaluate", "has neither a ticket nor weights with their net", "give FILE, or --weights FILE --net NET");
        }

        if (ticket is not null && context.Given(Net))
        {
            throw new PrunusInputException("--net", $"is said by the ticket, which is of {ticket.Architecture}", "leave out --net, or FILE");
        }

        var search = ImageSetSearch.From(context.Given(Folder) ? context.Value(Folder) : null);
        var set = Load(context.Required(Split) == "test" ? ImageSplit.Test : ImageSplit.Train);
        var shape = new MapShape(set.Shape.Channels, set.Shape.Height, set.Shape.Width);
        var config = ticket is null ? VisionNets.Described(context.Value(Net)!) ?? VisionNets.Named(context.Value(Net)!, shape, set.ClassNames.Count) : TicketNets.Config(ticket, path!);
        if (config.Input != shape || config.Classes != set.ClassNames.Count)
        {
            throw new PrunusInputException(path ?? "--net", $"is of a net for {config.Classes} classes of {config.Input}, and {named.Name} has {set.ClassNames.Count} of {shape}", "use another --data, or give its images that size (--data SET@CxHxW)");
        }

        var device = Device(context);
        using var net = EvaluatedNet.Load(config, ticket, path, context.Given(TicketCommand.Weights) ? context.Value(TicketCommand.Weights) : null, device);
        using var sparse = context.Value(Sparse) ? SparseNet.Compile(net) : null;
        using var batches = new ImageBatches(set, device, Math.Min(context.Required(Batch), set.Count), Statistics(), 0);
        var result = ImageAccuracy.Measure(
            batches, images => sparse?.Run(images) ?? net.Forward(images), context.Given(Images) ? context.Value(Images) : null, context.Cancellation);
        EvaluationView.Write(context, result, sparse?.Layers);
        return ExitCode.Done;

        ImageSet Load(ImageSplit split) => named.Fitted(named.Source.Load(split, search, (ulong)context.Required(GlobalOptions.Seed)));

        ChannelStatistics Statistics() => ChannelStatistics.For(
            Enum.Parse<PixelScale>(context.Required(TicketTrainingFlags.Pixels), ignoreCase: true), set.Shape.Channels, () => set.Split == ImageSplit.Train ? set : Load(ImageSplit.Train));
    }

    private static torch.Device Device(VerbContext context) => !context.Value(Sparse) || context.Required(GlobalOptions.Device) is "auto" or "cpu"
        ? context.Value(Sparse) ? Cpu(context) : TensorSetup.Device(context)
        : throw new PrunusInputException("--sparse", "is for the CPU", "leave out --device or --sparse");

    private static torch.Device Cpu(VerbContext context)
    {
        TensorSetup.Apply(context);
        return Devices.Parse("cpu");
    }
}
