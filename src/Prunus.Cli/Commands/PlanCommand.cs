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
    private static readonly Option<string> ScoresPath = ParsedOption.Create<string>("--scores", "FILE", "scores.safetensors of `prunus score`.", ParsedOption.Text);

    public static Verb Create() => new Verb("plan", "Shows what a budget leaves, from headers alone; with scores, chooses what stays and writes plan.json.")
    {
        Arguments = { SharedOptions.Checkpoint },
        Options = { ScoresPath, SharedOptions.Out, CalibrationOptions.Aggregations },
        Examples =
        [
            "plan SmolLM2-135M-Instruct.Q4_1.gguf --keep 60%",
            "plan ./my-model --keep 60% --scores scores.safetensors --out plan.json",
            "plan ./my-model --hidden 384 --ffn 1024 --heads 6 --importance random --seed 1 --out plan.json",
        ],
        Run = Run,
    }.With(PruningOptions.Target).With(PruningOptions.Ranking);

    private static int Run(VerbContext context)
    {
        using var checkpoint = Checkpoint.Open(context.Value(SharedOptions.Checkpoint));
        var donor = DecoderConfig.FromHuggingFace(checkpoint.Config, checkpoint.Location);
        var options = PruningOptions.Read(context, context.Required(CalibrationOptions.Aggregations)[0]);
        var scores = Scores(context, checkpoint, donor, ImportanceMethods.Named(options.Importance));
        var result = scores is null ? null : Pruner.FromScores(donor, scores, options);
        var (proposal, plan) = (result?.Proposal ?? Planner.Propose(donor, options.Target), result?.Plan);
        if (context.Given(SharedOptions.Out))
        {
            (plan ?? throw new PrunusInputException("--scores", "is missing: a plan needs scores to choose by", "run `prunus score` first, or use --importance magnitude or random"))
                .Write(context.Need(SharedOptions.Out));
        }

        if (context.Json)
        {
            var document = ShapeView.ToJson("prunus-plan-summary/1", donor, proposal.Result);
            document["plan"] = plan is null ? null : JsonNode.Parse(plan.ToJson());
            document["notes"] = new JsonArray([.. (result?.Notes ?? proposal.Notes).Select(n => JsonValue.Create(n))]);
            context.WriteJson(document);
            return ExitCode.Done;
        }

        ShapeView.Write(context.Terminal, donor, proposal.Result, result?.Notes ?? proposal.Notes);
        context.Out.WriteLine();
        context.Out.WriteLine(
            context.Given(SharedOptions.Out) ? $"plan written to {context.Need(SharedOptions.Out)}"
            : plan is null ? "no scores given: this is the shape only; which units stay is for `prunus score` and --scores"
            : "add --out plan.json to write the plan");
        return ExitCode.Done;
    }

    private static Scores? Scores(VerbContext context, Checkpoint checkpoint, DecoderConfig donor, ImportanceMethod method)
    {
        if (method.WithoutData is { } score)
        {
            var read = new Lazy<PrunedWeights>(() => new PrunedWeights(checkpoint, new PruningPlan()));
            return score(donor, p => read.Value.Read(p), context.Required(GlobalOptions.Seed)).For(checkpoint.Fingerprint);
        }

        if (!context.Given(ScoresPath))
        {
            return null;
        }

        var path = context.Need(ScoresPath);
        var scores = ScoresFile.Read(path);
        return scores.Donor is null || scores.Donor == checkpoint.Fingerprint ? scores.For(checkpoint.Fingerprint)
            : throw new PrunusInputException(path, "was made for another donor", $"score {checkpoint.Location}");
    }
}
