using System.CommandLine;
using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Cli.Options;
using Prunus.Cli.Views;
using Prunus.Decoders;
using Prunus.Pruning;

namespace Prunus.Cli.Commands;

/// <summary><c>prunus plan CKPT --keep 60%</c>: the shape that a budget gives, and with scores the plan.</summary>
internal static class PlanCommand
{
    public static Verb Create() => new Verb("plan", "Shows what a budget leaves, from headers alone; with scores, chooses what stays and writes plan.json.")
    {
        Arguments = { SharedOptions.Checkpoint },
        Options = { SharedOptions.Out },
        Examples =
        [
            "plan SmolLM2-135M-Instruct.Q4_1.gguf --keep 60%",
            "plan ./my-model --keep 60% --scores scores.safetensors --out plan.json",
            "plan ./my-model --layers 22 --layers-by contiguous-ppl --text sample.txt --out plan.json",
            "plan ./my-model --hidden 384 --ffn 1024 --heads 6 --importance random --seed 1 --out plan.json",
        ],
        Run = Run,
    }.With(PlanMaking.Options);

    private static int Run(VerbContext context)
    {
        using var checkpoint = Checkpoint.Open(context.Value(SharedOptions.Checkpoint));
        var donor = DecoderConfig.FromHuggingFace(checkpoint.Config, checkpoint.Location);
        var (options, advice) = PruningOptions.ReadAdvised(context, donor, context.Required(CalibrationOptions.Aggregations)[0]);
        var result = PlanMaking.Make(context, checkpoint, donor, options);
        var (proposal, plan) = (result?.Proposal ?? Planner.Propose(donor, options.Target), result?.Plan);
        IReadOnlyList<string> notes = [.. advice, .. result?.Notes ?? proposal.Notes];
        if (context.Given(SharedOptions.Out))
        {
            (plan ?? throw new PrunusInputException("--scores", "is missing: a plan needs scores to choose by", "run `prunus score` first, give --text, or use --importance magnitude or random"))
                .Write(context.Need(SharedOptions.Out));
        }

        if (context.Json)
        {
            var document = ShapeView.ToJson("prunus-plan-summary/1", donor, proposal.Result);
            document["plan"] = plan is null ? null : JsonNode.Parse(plan.ToJson());
            document["notes"] = new JsonArray([.. notes.Select(n => JsonValue.Create(n))]);
            context.WriteJson(document);
            return ExitCode.Done;
        }

        ShapeView.Write(context.Terminal, donor, proposal.Result, notes);
        context.Out.WriteLine();
        context.Out.WriteLine(
            context.Given(SharedOptions.Out) ? $"plan written to {context.Need(SharedOptions.Out)}"
            : plan is null ? "no scores given: this is the shape only; which units stay is for --scores or --text"
            : "add --out plan.json to write the plan");
        return ExitCode.Done;
    }
}
