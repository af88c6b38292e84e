using System.CommandLine;
using System.Text.Json.Nodes;
using Prunus.Distillation;
using Prunus.Native;

namespace Prunus.Cli.Commands;

/// <summary><c>prunus doctor</c>: what is on this machine, what is missing, what to type.</summary>
internal static class DoctorCommand
{
    private static readonly Option<bool> Kernels = new("--kernels") { Description = "Also checks and times our CUDA kernels on --device." };

    public static Verb Create() => new("doctor", "Looks at this machine: system libraries, libtorch, CUDA, memory, disk; says what to type when something is missing.")
    {
        Options = { Kernels },
        Examples = ["doctor", "doctor --json", "doctor --kernels"],
        Run = Run,
    };

    private static int Run(VerbContext context)
    {
        TensorSetup.Apply(context);
        var findings = Doctor.Examine();
        if (context.Value(Kernels))
        {
            findings = [.. findings, .. FusedLogitCheck.Examine(TensorSetup.Device(context))];
        }

        if (context.Json)
        {
            context.WriteJson(new JsonObject
            {
                ["schema"] = "prunus-doctor/1",
                ["version"] = ToolVersion.Text,
                ["findings"] = new JsonArray([.. findings.Select(f => new JsonObject
                {
                    ["id"] = f.Id, ["state"] = f.State.ToString().ToLowerInvariant(), ["text"] = f.Text, ["remedy"] = f.Remedy,
                })]),
            });
        }
        else
        {
            foreach (var finding in findings.Prepend(new DoctorFinding("prunus", FindingState.Ok, ToolVersion.Text)))
            {
                context.Out.WriteLine($"{Mark(finding.State),-8} {finding.Id,-17} {finding.Text}");
                if (finding.Remedy is { } remedy)
                {
                    context.Out.WriteLine($"{"",-26} → {remedy}");
                }
            }
        }

        return findings.Any(f => f.State == FindingState.Missing) ? ExitCode.CheckFailed : ExitCode.Done;
    }

    private static string Mark(FindingState state) => state switch
    {
        FindingState.Ok => "ok",
        FindingState.Warn => "warn",
        _ => "missing",
    };
}
