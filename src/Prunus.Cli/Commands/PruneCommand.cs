using System.CommandLine;
using Prunus.Checkpoints;
using Prunus.Cli.Options;
using Prunus.Cli.Views;
using Prunus.Decoders;
using Prunus.Pruning;

namespace Prunus.Cli.Commands;

/// <summary><c>prunus prune CKPT --plan P --out D</c>: applies a plan, tensor by tensor, without libtorch.</summary>
internal static class PruneCommand
{
    private static readonly Option<bool> Check = new("--check") { Description = "Also proves the cut: compares logits with the donor's under masks (loads both models)." };

    private static readonly Option<string> Dtype = ParsedOption.Create<string>("--dtype", "f32|bf16|f16", "Type of the weights written (the donor's; bf16 where that is quantised).", ParsedOption.OneOf("f32", "bf16", "f16"));

    public static Verb Create() => new Verb("prune", "Applies a plan, or makes one and applies it, and writes the student as a Hugging Face folder.")
    {
        Arguments = { SharedOptions.Checkpoint },
        Options = { SharedOptions.Plan, SharedOptions.Out, Dtype, Check, PruningOptions.VocabText },
        Examples =
        [
            "prune ./my-model --plan plan.json --out ./my-model-small",
            "prune model.gguf --plan plan.json --out small --dtype f16",
            "prune ./my-model --layers 22 --layers-by greedy-ppl --text sample.txt --out ./my-model-small",
            "prune ./my-model --vocab-text corpus.txt --out ./my-model-small",
        ],
        Run = Run,
    }.With(PlanMaking.Options);

    private static int Run(VerbContext context)
    {
        var folder = context.Need(SharedOptions.Out);
        var makes = PruningOptions.Target.FirstOrDefault(context.Given);
        if (makes is not null && context.Given(SharedOptions.Plan))
        {
            throw new PrunusInputException(makes.Name, "is given beside --plan, which says what stays", "give one of the two");
        }

        var given = makes is not null ? null : context.Given(SharedOptions.Plan) || !context.Given(PruningOptions.VocabText) ? PruningPlan.Read(context.Need(SharedOptions.Plan)) : new PruningPlan();
        CheckpointWriter.RequireFree(folder);
        using var checkpoint = Checkpoint.Open(context.Value(SharedOptions.Checkpoint));
        var plan = PruningOptions.WithVocabulary(context, checkpoint, given ?? Make(context, checkpoint));
        var weights = new PrunedWeights(checkpoint, plan);
        var difference = context.Value(Check) ? SelfTest(context, checkpoint, plan) : null;
        var type = !context.Given(Dtype) ? StudentCheckpoint.TypeLike(weights.DonorStoredAs)
            : context.Value(Dtype) switch { "f16" => ElementType.F16, "bf16" => ElementType.BF16, _ => ElementType.F32 };
        StudentCheckpoint.Write(folder, checkpoint, weights.Config, weights.Read, type, ["pruned"], vocabulary: plan.Vocab);
        if (given is null)
        {
            plan.Write(Path.Combine(folder, "plan.json"));
        }

        if (context.Json)
        {
            var document = ShapeView.ToJson("prunus-prune/1", weights.DonorConfig, weights.Config);
            document["out"] = folder;
            document["masked_donor_difference"] = difference;
            context.WriteJson(document);
        }
        else
        {
            ShapeView.Write(context.Terminal, weights.DonorConfig, weights.Config, []);
            context.Out.WriteLine($"\nstudent ({type.ToString().ToLowerInvariant()}) written to {folder}");
        }

        return ExitCode.Done;
    }

    private static PruningPlan Make(VerbContext context, Checkpoint checkpoint)
    {
        var donor = DecoderConfig.FromHuggingFace(checkpoint.Config, checkpoint.Location);
        var (options, advice) = PruningOptions.ReadAdvised(context, donor, context.Required(CalibrationOptions.Aggregations)[0]);
        context.Note(advice);
        var result = PlanMaking.Make(context, checkpoint, donor, options);
        return result?.Plan ?? throw new PrunusInputException("--plan", "is missing, and so are scores or text to make one from", "give --plan, --scores or --text");
    }

    private static double? SelfTest(VerbContext context, Checkpoint checkpoint, PruningPlan plan)
    {
        using var donor = Decoder.Load(checkpoint, TensorSetup.Device(context), TorchSharp.torch.ScalarType.Float32);
        var (difference, scale) = MaskedDonor.Compare(donor, plan, context.Required(GlobalOptions.Seed));
        return difference <= 1e-4 * scale ? difference
            : throw new PrunusRunException("--check", $"pruned and masked donor differ by {difference:g3} in logits of up to {scale:g3}", "report this: the cut is wrong");
    }
}
