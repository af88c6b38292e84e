using System.Reflection;

namespace Prunus.Cli;

/// <summary>Version of the tool as built: semantic version, with the commit where the build knew it.</summary>
internal static class ToolVersion
{
    public static string Text { get; } =
        typeof(ToolVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
