using System.CommandLine;
using Prunus.Checkpoints;
using Prunus.Cli.Options;
using Prunus.Cli.Views;
using Prunus.Datasets;
using Prunus.Decoders;
using Prunus.Lottery;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Tickets;
using Prunus.Native;
using Prunus.Recipes;
using Prunus.Tokenizers;
using TorchSharp;

namespace Prunus.Cli.Commands.Tickets;

/// <summary><c>prunus ticket evaluate</c> of a decoder: loss, perplexity and next-token accuracy on a text.</summary>
internal static class TextEvaluation
{
    /// <summary>Options of the verb.</summary>
    internal sealed record Options(Option<string> Net, Option<string> Data, Option<string> Folder, Option<int> Window, Option<int> Windows);

    /// <summary>Measures a ticket's start weights, a checkpoint under its masks, or a checkpoint alone.</summary>
    public static int Run(VerbContext context, Ticket? ticket, string? path, Options options)
    {
        var sources = RecipeCommand.Sources(context, options.Folder);
        var text = Text(context, options, sources);
        var weights = context.Given(TicketCommand.Weights) ? context.Value(TicketCommand.Weights) : null;
        var (architecture, net) = (Architecture(context, ticket, path, weights, options, sources), default(Decoder));
        using var checkpoint = weights is null ? TicketDecoder.Model(architecture!, path!, sources) : Checkpoint.Open(weights);
        var tokens = Tokenizer.FromFiles(checkpoint.CarriedFiles, checkpoint.Location).Encode(TextFile.ReadAll(text), parseSpecial: true, addSpecial: false);
        try
        {
            net = weights is null ? Rebuilt(context, ticket!, architecture!, path!) : Loaded(context, ticket, path, checkpoint);
            TextView.Write(context, TextAccuracy.Measure(net, tokens, context.Required(options.Window), context.Given(options.Windows) ? context.Value(options.Windows) : null, context.Cancellation));
        }
        finally
        {
            net?.Dispose();
        }

        return ExitCode.Done;
    }

    private static string Text(VerbContext context, Options options, RecipeSources sources) => (context.Given(SharedOptions.Text), context.Given(options.Data)) switch
    {
        (true, true) => throw new PrunusInputException(SharedOptions.Text.Name, "and --data both name a text", "leave out one of them"),
        (true, false) => context.Value(SharedOptions.Text)!,
        (false, true) => sources.TextPath(context.Value(options.Data)!),
        _ => throw new PrunusInputException(options.Data.Name, "is missing", "add --data TEXT, such as demo-heldout, or --text FILE"),
    };

    private static DecoderTicketArchitecture? Architecture(VerbContext context, Ticket? ticket, string? path, string? weights, Options options, RecipeSources sources)
    {
        if (weights is null)
        {
            return TicketDecoder.Of(ticket!, path!, context.Given(options.Net) ? context.Value(options.Net) : null, sources);
        }

        TicketCommand.RefuseFor("a checkpoint, which says its net", context, options.Net);
        return TicketCommand.IsCheckpoint(weights) ? null
            : throw new PrunusInputException(TicketCommand.Weights.Name, $"{weights} is no checkpoint, and the ticket is of a decoder", "give the checkpoint's folder or its .gguf file");
    }

    private static Decoder Rebuilt(VerbContext context, Ticket ticket, DecoderTicketArchitecture architecture, string path) =>
        ((DecoderTicketNet)TicketNets.Rebuild(ticket, architecture, TensorSetup.Device(context), path)).Decoder;

    private static Decoder Loaded(VerbContext context, Ticket? ticket, string? path, Checkpoint checkpoint)
    {
        if (ticket is null)
        {
            return Decoder.Load(checkpoint, TensorSetup.Device(context), torch.ScalarType.Float32);
        }

        TicketCheckpoints.CheckSame(ticket, path!, new DecoderTicketArchitecture(new CheckpointWeights(checkpoint).Config), checkpoint.Location);
        var decoder = Decoder.Load(checkpoint, TensorSetup.Device(context), torch.ScalarType.Float32);
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        foreach (var (name, mask) in MaskTensors.Of(ticket.Masks, decoder.Device))
        {
            Ops.ForeachMultiply([decoder.Parameters[name]], [mask]);
        }

        return decoder;
    }
}
