using System.Diagnostics;
using System.Security.Cryptography;
using Prunus.Tests.Recipes;

namespace Prunus.Tests.Lottery.Experiments;

/// <summary>A small recipe of tickets, killed as the kernel's out-of-memory killer does it.</summary>
public sealed class TicketKillTests : IDisposable
{
    private readonly WrittenRecipe _recipe = new(WrittenRecipe.Text("lottery-tickets", """
            net: "mlp:24-12"
            data: blobs
            train: {optimizer: adam, lr: 5e-3, batch: 50, iterations: 30, evaluate_every: 10, validation: 200, test_images: 200}
            cut: {linear: 40%, output: 20%, levels: 0..2}
        experiments:
          - {name: own, rewind: {to: 5}, branches: [{branch: reinit}, {branch: data-order, levels: [2]}]}
          - {name: gradual, cut: {at: training, pace: {to: 70%, cuts: 5}, levels: [2]}}
          - {name: conv, net: lenet-5, data: "fashion-tiny@1x12x12", train: {iterations: 20}, cut: {levels: 0..1}}
        """));

    [Fact]
    public async Task KilledAtThreeRandomMoments_GoesOnToTheSameBytes()
    {
        var clock = Stopwatch.StartNew();
        await _recipe.Run("whole");
        var whole = clock.Elapsed;
        var seed = Environment.TickCount;
        var (random, moments) = (new Random(seed), new List<string>());
        for (var i = 0; i < 3; i++)
        {
            var after = whole * (0.3 + (0.6 * random.NextDouble()));
            await _recipe.Kill("killed", after);
            moments.Add($"{after.TotalSeconds:0.00} s");
        }

        await _recipe.Run("killed");
        var (expected, actual) = (Results("whole"), Results("killed"));
        var different = expected.Keys.Union(actual.Keys).Where(k => expected.GetValueOrDefault(k) != actual.GetValueOrDefault(k));
        Assert.True(!different.Any(), $"killed after {string.Join(", ", moments)} of {whole.TotalSeconds:0.00} s (seed {seed}): {string.Join(", ", different)} differ");

        // Two seeds, two levels of the first search, one of either other.
        Assert.Equal(8, expected.Keys.Count(k => k.EndsWith(".ticket", StringComparison.Ordinal)));
        Assert.Contains("record.json", expected.Keys);
    }

    public void Dispose() => _recipe.Dispose();

    // All but what a clock or this machine said.
    private Dictionary<string, string> Results(string run) => Directory.EnumerateFiles(_recipe[run], "*", SearchOption.AllDirectories)
        .Where(f => Path.GetExtension(f) is ".ticket" or ".svg" || Path.GetFileName(f) == "record.json")
        .ToDictionary(f => Path.GetRelativePath(_recipe[run], f), f => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f))));
}
