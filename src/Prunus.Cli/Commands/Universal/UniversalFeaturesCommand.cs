using System.CommandLine;
using System.Text.Json.Nodes;
using Prunus.Cli.Options;
using Prunus.Lottery.Universal;

namespace Prunus.Cli.Commands.Universal;

/// <summary><c>prunus universal features T --points F --out G</c>: what a last linear layer is trained on.</summary>
internal static class UniversalFeaturesCommand
{
    private static readonly Option<string> Points = ParsedOption.Create<string>("--points", "FILE", $"Points: safetensors with '{UniversalPoints.Tensor}' [n, inputs], numbers in [0,1].", ParsedOption.Text);

    public static Verb Create() => new("features", $"Computes the features of points and writes them as safetensors: '{UniversalPoints.FeaturesTensor}' [n, features], float64.")
    {
        Arguments = { UniversalCommand.File },
        Options = { Points, SharedOptions.Out },
        Examples = ["universal features p.ticket --points x.safetensors --out features.safetensors"],
        Run = Run,
    };

    private static int Run(VerbContext context)
    {
        var (path, from) = (context.Value(UniversalCommand.File), context.Need(Points));
        var output = OutputFile.Of(context, path, from);
        var backbone = UniversalCommand.Read(path);
        var points = UniversalPoints.Read(from, backbone.Inputs);
        var (count, outside) = (points.Length / backbone.Inputs, UniversalPoints.Outside(points, backbone.Inputs));
        UniversalPoints.Write(output, backbone.Features(points), backbone.Outputs);
        if (outside > 0)
        {
            context.Note($"{outside} of {count} points lie outside [0,1], where no error is certified");
        }

        if (context.Json)
        {
            context.WriteJson(new JsonObject { ["schema"] = "prunus-universal-features/1", ["points"] = count, ["outside"] = outside, ["features"] = backbone.Outputs, ["out"] = output });
        }
        else
        {
            context.Out.WriteLine($"{output}: {backbone.Outputs} features of {count} points");
        }

        return ExitCode.Done;
    }
}
