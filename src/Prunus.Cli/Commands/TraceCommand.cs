using System.CommandLine;
using Prunus.Checkpoints;
using Prunus.Cli.Options;
using Prunus.Evaluation;
using TorchSharp;

namespace Prunus.Cli.Commands;

/// <summary><c>prunus trace CKPT --ids F --out G</c>: logits and hidden states of a pass, to be compared with another implementation.</summary>
internal static class TraceCommand
{
    private static readonly Option<int[]> Positions = ParsedOption.Create<int[]>("--positions", "0,5", "Writes only the rows of these token positions.", ParsedOption.Counts(0));

    public static Verb Create() => new("trace", "Writes logits, hidden states and loss of given token ids as safetensors. Needs no tokenizer.")
    {
        Arguments = { SharedOptions.Checkpoint },
        Options = { SharedOptions.Ids, SharedOptions.Out, Positions, SharedOptions.Dtype },
        Examples = ["trace ./my-model --ids ids.safetensors --out trace.safetensors"],
        Run = Run,
    };

    private static int Run(VerbContext context)
    {
        var (idsFile, output) = (context.Need(SharedOptions.Ids), context.Need(SharedOptions.Out));
        using var checkpoint = Checkpoint.Open(context.Value(SharedOptions.Checkpoint));
        using var file = SafetensorsFile.Open(idsFile);
        var values = file.ReadInt64("input_ids");
        using var decoder = TensorSetup.Load(context, checkpoint);
        using var ids = torch.tensor(values, [.. file.Tensors["input_ids"].Shape]);
        Trace.Write(decoder, ids, context.Given(Positions) ? context.Value(Positions) : null, output);
        return ExitCode.Done;
    }
}
