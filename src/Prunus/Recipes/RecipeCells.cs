using System.Text.Json.Nodes;
using Prunus.Jobs;
using Prunus.Native;
using Prunus.Runs;
using TorchSharp;

namespace Prunus.Recipes;

/// <summary>Does cells of a recipe in a process: read once from what all cells share, then asked for one cell after another.</summary>
public sealed class RecipeCells : IJobWorker
{
    /// <summary>What processes of a job pool know cells as.</summary>
    public static JobKind Kind { get; } = new("recipe", (setup, device) => new RecipeCells(setup, Devices.Parse(device)));

    private readonly RecipeSize _size;
    private readonly CellRunner _runner;

    /// <param name="setup">What <see cref="Setup"/> gave.</param>
    /// <param name="device">Where tensors live.</param>
    private RecipeCells(JsonObject setup, torch.Device device)
    {
        (_size, var sources) = SizeSetup.Read(setup);
        _runner = new CellRunner(_size, setup["donors"]!.AsObject().ToDictionary(d => d.Key, d => d.Value!.GetValue<string>()), sources, device);
    }

    /// <summary>What all cells of a run share.</summary>
    internal static JsonObject Setup((string File, string Text) source, string size, IReadOnlyDictionary<string, string> donors, RecipeSources sources)
    {
        var setup = SizeSetup.Of(source, size, sources);
        setup["donors"] = new JsonObject(donors.Select(d => KeyValuePair.Create(d.Key, (JsonNode?)d.Value)));
        return setup;
    }

    /// <summary>One cell as a job.</summary>
    internal static JsonObject Spec(string variant, long seed, string identity, string work) => new() { ["variant"] = variant, ["seed"] = seed, ["identity"] = identity, ["work"] = work };

    /// <summary>Does a cell; its working folder goes when it is done.</summary>
    public JsonObject Run(JsonObject spec, Action<double> progress, CancellationToken cancellation)
    {
        var (name, work) = (spec["variant"]!.GetValue<string>(), spec["work"]!.GetValue<string>());
        var variant = _size.Variants.FirstOrDefault(v => v.Name == name) ?? WholeDonor(name);
        var result = _runner.Run(variant, spec["seed"]!.GetValue<long>(), spec["identity"]!.GetValue<string>(), work, new Share(progress), cancellation);
        WorkFolder.Remove(work);

        return result.ToJson();
    }

    public void Dispose() => _runner.Dispose();

    // Donors are measured as they are.
    private static Variant WholeDonor(string name) =>
        new(name, name, name, StudentStart.Donor, [new VariantStage(new CutRequest(), new Shrinking.HealingOptions { Steps = 0 })]);

    private sealed class Share(Action<double> tell) : IProgress<ProgressUpdate>
    {
        public void Report(ProgressUpdate value) => tell(value.Total > 0 ? (double)value.Step / value.Total : 0);
    }
}
