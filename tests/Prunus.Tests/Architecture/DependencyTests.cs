using Mono.Cecil;

namespace Prunus.Tests.Architecture;

/// <summary>Holds the one-way dependencies of docs/architecture.md on the compiled assemblies.</summary>
public class DependencyTests
{
    // A folder may use folders of lower layers and of its own.
    private static readonly string[][] Layers =
    [
        ["Prunus"],
        ["Prunus.Native", "Prunus.Randomness"],
        ["Prunus.Checkpoints", "Prunus.Tokenizers", "Prunus.Datasets", "Prunus.Runs", "Prunus.Jobs"],
        ["Prunus.Decoders", "Prunus.Vision", "Prunus.Batches"],
        ["Prunus.Training", "Prunus.Evaluation"],
        ["Prunus.Pruning", "Prunus.Distillation"],
        ["Prunus.Shrinking"],
        ["Prunus.Search", "Prunus.Lottery"],
        ["Prunus.Recipes"],
        ["Prunus.Reports"],
        ["Prunus.Cli"],
    ];

    private static readonly string[] WithoutTensors =
        ["Prunus.Checkpoints", "Prunus.Tokenizers", "Prunus.Datasets", "Prunus.Runs", "Prunus.Jobs", "Prunus.Randomness", "Prunus.Reports"];

    private static readonly string[] WithoutFamilies = ["Prunus.Pruning", "Prunus.Distillation", "Prunus.Training", "Prunus.Evaluation", "Prunus.Search"];

    private static readonly string[] FamilyNames = ["llama", "mistral", "qwen", "phi3", "nemotron", "gpt2", "gpt_neox", "gemma", "smollm"];

    private static readonly TypeDefinition[] Types =
    [
        .. new[] { typeof(PrunusInputException).Assembly, System.Reflection.Assembly.Load("Prunus.Reports"), System.Reflection.Assembly.Load("Prunus.Cli") }
            .SelectMany(assembly => CompiledCode.Types(AssemblyDefinition.ReadAssembly(assembly.Location))),
    ];

    [Fact]
    public void Every_namespace_has_a_layer() => Assert.DoesNotContain(
        Types.Select(Folder).Distinct(), folder => folder.StartsWith("Prunus", StringComparison.Ordinal) && Layer(folder) < 0);

    [Fact]
    public void The_scan_sees_method_bodies() => Assert.Contains(
        Types.Where(t => Folder(t) == "Prunus.Decoders").SelectMany(CompiledCode.References), used => used.FullName == "Prunus.Native.Ops");

    [Fact]
    public void Dependencies_point_one_way() => Assert.Empty(
        from type in Types
        let folder = Folder(type)
        where Layer(folder) >= 0
        from used in CompiledCode.References(type)
        where Layer(Folder(used)) > Layer(folder)
        select $"{type.FullName} → {used.FullName}");

    [Fact]
    public void What_needs_no_tensor_names_no_TorchSharp() => Assert.Empty(
        from type in Types
        where WithoutTensors.Contains(Folder(type))
        from used in CompiledCode.References(type)
        where used.Namespace.StartsWith("TorchSharp", StringComparison.Ordinal) || CompiledCode.Namespace(used).StartsWith("TorchSharp", StringComparison.Ordinal)
        select $"{type.FullName} → {used.FullName}");

    [Fact]
    public void Algorithms_name_no_family() => Assert.Empty(
        from type in Types
        where WithoutFamilies.Contains(Folder(type))
        from text in CompiledCode.Strings(type)
        where FamilyNames.Any(name => text.Contains(name, StringComparison.OrdinalIgnoreCase))
        select $"{type.FullName}: \"{text}\"");

    // Prunus.Decoders.Families belongs to Prunus.Decoders.
    private static string Folder(TypeReference type) =>
        string.Join('.', CompiledCode.Namespace(type).Split('.').Take(2));

    private static int Layer(string folder) => Array.FindIndex(Layers, layer => layer.Contains(folder));
}
