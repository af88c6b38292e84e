using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Lottery.Masks;
using Prunus.Native;
using Prunus.Pruning;
using TorchSharp;

namespace Prunus.Lottery.Tickets;

/// <summary>Tickets of decoders as checkpoints: config.json, weights × mask under the family's names, tokenizer files, and the ticket itself, which says what is kept.</summary>
public static class TicketCheckpoints
{
    /// <summary>The ticket's file in the folder.</summary>
    public const string TicketName = "ticket.ticket";

    /// <summary>Writes the decoder a ticket starts from, float32; the folder all or nothing.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="architecture">Its decoder, with config.json.</param>
    /// <param name="subject">What errors name: the ticket's file.</param>
    /// <param name="model">The checkpoint whose tokenizer it has.</param>
    /// <param name="folder">Folder to make.</param>
    /// <exception cref="PrunusInputException">The ticket doesn't fit the decoder, or the folder holds something.</exception>
    public static void Export(Ticket ticket, DecoderTicketArchitecture architecture, string subject, Checkpoint model, string folder)
    {
        CheckpointWriter.RequireFree(folder);
        Libtorch.Load();
        using var net = TicketNets.Rebuild(ticket, architecture, torch.CPU, subject);
        Write(folder, ticket, architecture.Config, architecture.Json ?? model.Config, ElementType.F32, p => MaskTensors.Floats(net.Parameters[p.Name]), model, "what a lottery ticket starts from");
    }

    /// <summary>Writes a checkpoint with what the masks prune set to 0, in the type it had. Loads no libtorch.</summary>
    /// <param name="ticket">A ticket of the same decoder.</param>
    /// <param name="subject">What errors name: the ticket's file.</param>
    /// <param name="weights">The checkpoint.</param>
    /// <param name="folder">Folder to make.</param>
    /// <exception cref="PrunusInputException">The checkpoint is of another decoder, or the folder holds something.</exception>
    public static void Apply(Ticket ticket, string subject, Checkpoint weights, string folder)
    {
        CheckpointWriter.RequireFree(folder);
        var stored = new CheckpointWeights(weights);
        var architecture = new DecoderTicketArchitecture(stored.Config);
        CheckSame(ticket, subject, architecture, weights.Location);
        TicketFit.Check(ticket, architecture.Tensors, subject);
        Write(folder, ticket, stored.Config, weights.Config, StudentCheckpoint.TypeLike(stored.StoredAs), Masked, weights, "weights under the masks of a lottery ticket");

        float[] Masked(ParameterSpec parameter)
        {
            var values = new float[parameter.ElementCount];
            stored.Read(parameter, values);
            if (!Array.TrueForAll(values, float.IsFinite))
            {
                throw new PrunusInputException(weights.Location, $"parameter {parameter.Name} holds NaN or infinity", "get a sound copy of the weights");
            }

            if (ticket.Masks.Covers(parameter.Name))
            {
                var mask = ticket.Masks[parameter.Name];
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = mask[i] ? values[i] : 0;
                }
            }

            return values;
        }
    }

    /// <summary>Refuses a checkpoint of another decoder.</summary>
    /// <exception cref="PrunusInputException">It is.</exception>
    public static void CheckSame(Ticket ticket, string subject, DecoderTicketArchitecture architecture, string location)
    {
        if (architecture.Name != ticket.Architecture)
        {
            throw new PrunusInputException(location, $"is {architecture.Name}: it is of another net than the ticket {subject} of {ticket.Architecture}", "give weights of that net, or a ticket of this one");
        }
    }

    private static void Write(string folder, Ticket ticket, DecoderConfig config, JsonObject json, ElementType type, Func<ParameterSpec, float[]> read, Checkpoint model, string what)
    {
        var written = config.ToHuggingFace(json);
        written[written.ContainsKey("dtype") ? "dtype" : "torch_dtype"] = type switch { ElementType.F16 => "float16", ElementType.BF16 => "bfloat16", _ => "float32" };
        var card = new ModelCard
        {
            Title = $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))}, {what}",
            Licence = model.Licence,
            BaseModel = Path.GetFileName(Path.TrimEndingDirectorySeparator(model.Location)),
            Tags = ["lottery-ticket"],
            Sections = [("Masks", FormattableString.Invariant($"{ticket.Masks.Kept} of {ticket.Masks.Count} weights under masks are kept, the others are 0. `{TicketName}` says which.\n"))],
        };
        var files = model.CarriedFiles.Append(KeyValuePair.Create(TicketName, TicketFile.ToBytes(ticket))).ToDictionary(StringComparer.Ordinal);
        CheckpointWriter.Write(folder, written, WeightExport.Tensors(config, type, read), files, card.ToMarkdown());
    }
}
