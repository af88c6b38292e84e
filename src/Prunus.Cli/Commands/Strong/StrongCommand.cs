using System.CommandLine;
using Prunus.Cli.Options;

namespace Prunus.Cli.Commands.Strong;

/// <summary><c>prunus strong …</c>: trained nets found inside random ones.</summary>
internal static class StrongCommand
{
    /// <summary>Weights of the target.</summary>
    public static Option<string> Weights { get; } =
        ParsedOption.Create<string>("--weights", "FILE", "Weights of the target, where they no longer lie where they were compiled from.", ParsedOption.Text);

    public static Verb Create()
    {
        var group = new Verb("strong", "Strong lottery tickets: a trained net found inside a random one by masks alone, with a certified error.")
        {
            Examples = ["strong compile lenet5.safetensors --epsilon 0.01 --out lenet5.ticket", "strong verify lenet5.ticket"],
        };
        group.Subcommands.Add(StrongCompileCommand.Create());
        group.Subcommands.Add(StrongVerifyCommand.Create());
        return group;
    }
}
