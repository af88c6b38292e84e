using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Lottery.Tickets;
using Prunus.Runs;
using Prunus.Tests.Runs;

namespace Prunus.Tests.Cli;

/// <summary>All verbs about tickets with a decoder of one block, from its search to its checkpoints.</summary>
public sealed class DecoderTicketTests : IDisposable
{
    private const string Net = "decoder:demo:layers=1,hidden=48,ffn=64,heads=2,groups=1";

    private static readonly string[] Training =
        ["--data", "demo/demo-heldout", "--optimizer", "adam", "--lr", "0.005", "--batch", "4", "--block", "32", "--iterations", "6", "--evaluate-every", "3", "--validation", "4", "--test-images", "8", "--seeds", "3", "--device", "cpu", "--quiet"];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void AllVerbs_WorkFromTheSearchToACheckpoint()
    {
        Done(["ticket", "find", "--net", Net, "--levels", "1", "--cut", "50%", "--rewind", "2", "--rewind-kind", "weights-and-state", .. Training, "--out", _folder["found"]]);
        var found = RecordJson.ReadRecord(_folder["found"]);
        Assert.True(found.Metrics["search/ticket 1.search_flops"].Value > 0);
        Assert.Equal(0, found.Metrics["search/ticket 0.dead_units"].Value);
        var file = _folder[Path.Combine("found", "tickets", "search", "seed-3", "level-01.ticket")];
        var ticket = TicketFile.Read(file);
        Assert.Equal(("normal-0.02", 2L, "decoder:demo:hidden=48,ffn=64,layers=1,heads=2,groups=1"), (ticket.Initialisation, ticket.RewindStep, ticket.Metadata["net"]!.GetValue<string>()));

        var info = Json("ticket", "info", file);
        Assert.Equal(["layers.0.query-heads", "layers.0.ffn"], info["units"]!.AsArray().Select(u => u!["axis"]!.GetValue<string>()));
        Assert.Equal(2, info["units"]![0]!["units"]!.GetValue<int>());

        Done(["ticket", "branch", file, "--branch", "reinit,random-mask-even", .. Training, "--out", _folder["branched"]]);
        var given = RecordJson.ReadRecord(_folder["branched"]).Metrics;
        Assert.Equal(given["given/ticket 1.kept"].Value, given["given/random-mask-even 1.kept"].Value);

        Done("ticket", "export", file, "--out", _folder["start"], "--device", "cpu");
        Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(_folder[Path.Combine("start", TicketCheckpoints.TicketName)]));
        using (var checkpoint = Checkpoint.Open(_folder["start"]))
        {
            var mask = ticket.Masks["layers.0.mlp.up.weight"];
            var values = checkpoint.ReadAll("model.layers.0.mlp.up_proj.weight");
            Assert.All(values.Index(), v => Assert.True(mask[v.Index] || v.Item == 0));
            Assert.Equal(mask.Kept, values.Count(v => v != 0));
        }

        Assert.Equal(0, Tool.Run("info", _folder["start"]).Code);
        var text = _folder["text.txt"];
        File.WriteAllText(text, string.Concat(Enumerable.Repeat("Once upon a time there was a little bird that sang in the old tree. ", 8)));
        var perplexity = Json("perplexity", _folder["start"], "--text", text, "--window", "32", "--device", "cpu");
        var start = Json("ticket", "evaluate", file, "--text", text, "--window", "32", "--device", "cpu");
        Assert.Equal(perplexity["tokens"]!.GetValue<long>(), start["tokens"]!.GetValue<long>());
        Assert.Equal(perplexity["loss"]!.GetValue<double>(), start["loss"]!.GetValue<double>(), 1e-6);
        Assert.InRange(start["accuracy"]!.GetValue<double>(), 0, 1);

        // What a ticket starts from is under its masks already.
        Done("ticket", "apply", file, "--weights", _folder["start"], "--out", _folder["applied"]);
        Assert.Equal(File.ReadAllBytes(_folder[Path.Combine("start", "model.safetensors")]), File.ReadAllBytes(_folder[Path.Combine("applied", "model.safetensors")]));
        Assert.Equal(start["loss"]!.GetValue<double>(), Json("ticket", "evaluate", file, "--weights", _folder["applied"], "--text", text, "--window", "32", "--device", "cpu")["loss"]!.GetValue<double>(), 1e-9);
        Assert.Equal(start["correct"]!.GetValue<long>(), Json("ticket", "evaluate", "--weights", _folder["applied"], "--text", text, "--window", "32", "--device", "cpu")["correct"]!.GetValue<long>());
        Assert.Equal(31 * 2, Json("ticket", "evaluate", file, "--data", "demo-heldout", "--window", "32", "--windows", "2", "--device", "cpu")["tokens"]!.GetValue<long>());

        BadInput(file, text);
        OlderFiles(ticket);
    }

    public void Dispose() => _folder.Dispose();

    private void BadInput(string file, string text)
    {
        Tool.Refused($"{_folder["start"]}: is not empty; ", "ticket", "export", file, "--out", _folder["start"]);
        Tool.Refused("--sparse: does not go with a decoder; ", "ticket", "evaluate", file, "--text", text, "--sparse");
        Tool.Refused("--net: is said by the ticket, which is of decoder:demo:hidden=48,", "ticket", "export", file, "--net", "decoder:demo", "--out", _folder["x"]);
        Tool.Refused("--data: is missing; add --data TEXT", "ticket", "evaluate", file);
        Tool.Refused("text: 'mnist' is none that recipes know; ", "ticket", "evaluate", file, "--data", "mnist");
        Tool.Refused($"--weights: {text} is no checkpoint, and the ticket is of a decoder; ", "ticket", "evaluate", file, "--weights", text, "--text", text);
        var donor = Path.Combine(AppContext.BaseDirectory, "assets", "demo", "donor");
        Assert.True(Directory.Exists(donor));
        Tool.Refused($"{donor}: is decoder-llama:", "ticket", "apply", file, "--weights", donor, "--out", _folder["x"]);
        Tool.Refused("ticket find: initialisation 'glorot-normal' is no law for decoders; ", "ticket", "find", "--net", Net, "--init", "glorot-normal", "--levels", "1", "--data", "demo/demo-heldout");
        Assert.False(Directory.Exists(_folder["x"]));
    }

    // Files of older versions do not tell their decoder.
    private void OlderFiles(Ticket ticket)
    {
        var old = _folder["old.ticket"];
        TicketFile.Write(old, new Ticket(ticket.Architecture, ticket.Initialisation, ticket.Seed, ticket.Masks, ticket.RewindStep, ticket.Values));
        Assert.Null(Json("ticket", "info", old)["units"]);
        Tool.Refused($"{old}: is of {ticket.Architecture} and does not tell of which model; add --net decoder:MODEL", "ticket", "export", old, "--out", _folder["y"]);
        Tool.Refused("--net: decoder:demo is decoder-llama:", "ticket", "export", old, "--net", "decoder:demo", "--out", _folder["y"]);
        Done("ticket", "export", old, "--net", Net, "--out", _folder["y"]);
        Assert.Equal(File.ReadAllBytes(_folder[Path.Combine("start", "model.safetensors")]), File.ReadAllBytes(_folder[Path.Combine("y", "model.safetensors")]));
        TicketFile.Write(old, new Ticket("decoder-llama:9", ticket.Initialisation, ticket.Seed, ticket.Masks, ticket.RewindStep, ticket.Values, (JsonObject)ticket.Metadata.DeepClone()));
        Tool.Refused($"{old}: is a ticket of decoder-llama:9 with the config.json of decoder-llama:1x48:", "ticket", "info", old);
    }

    private static void Done(params string[] arguments)
    {
        var (code, _, error) = Tool.Run(arguments);
        Assert.Equal((0, ""), (code, error));
    }

    private static JsonNode Json(params string[] arguments)
    {
        var (code, output, error) = Tool.Run([.. arguments, "--json", "--quiet"]);
        Assert.Equal((0, ""), (code, error));
        return JsonNode.Parse(output)!;
    }
}
