using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Prunus.Recipes;

namespace Prunus.Tests.Recipes;

/// <summary>
/// The committed record of <c>lth-lenet</c> at gpu size beside an independent PyTorch run of the same protocol (goldens/lottery/imp): five tickets, fifteen reinits and five random masks at each of 21 levels.
/// The test's output has every row.
/// </summary>
public sealed class LenetReplicationTests(ITestOutputHelper output)
{
    [Fact]
    public void TheRecipeDrawsThatRunsMeans()
    {
        using var reference = JsonDocument.Parse(File.ReadAllText(SharedFiles.Path("goldens", "lottery", "imp", "lenet_imp.json")));
        string[] kinds = [.. reference.RootElement.GetProperty("kinds").EnumerateArray().Select(k => k.GetString()!)];
        JsonElement[] levels = [.. reference.RootElement.GetProperty("levels").EnumerateArray()];
        var (file, text) = RecipeCatalogue.Open("lth-lenet");
        var figures = RecipeReader.Read(file, text).Size("gpu").Figures.OfType<RecipeFigure.Levels>().ToDictionary(f => f.Series[0].Y);
        foreach (var (metric, measure, within) in new[] { ("early_iteration", "early_stop_iteration", 0.51), ("early_accuracy", "early_stop_test", 0.000051), ("final_accuracy", "final_test", 0.000051) })
        {
            Assert.Equal(3, figures[metric].Others.Count);
            foreach (var other in figures[metric].Others)
            {
                var kind = other.Like == "random mask" ? "random" : other.Like!;
                Assert.All(levels.Zip(other.X), l => Assert.Equal(l.First.GetProperty("pm").GetDouble(), l.Second, 0.0051));
                Assert.All(levels.Zip(other.Y), l => Assert.Equal(l.First.GetProperty(measure).EnumerateArray().Where((_, i) => kinds[i] == kind).Average(v => v.GetDouble()), l.Second, within));
                Assert.Equal(levels.Length, other.Y.Count);
            }
        }
    }

    [Fact]
    public void TheCommittedCurvesAreThoseOfAnIndependentRun()
    {
        using var reference = JsonDocument.Parse(File.ReadAllText(SharedFiles.Path("goldens", "lottery", "imp", "lenet_imp.json")));
        var metrics = JsonNode.Parse(File.ReadAllText(Checkout.Path("docs", "results", "lth-lenet-gpu", "record.json")))!["metrics"]!;
        string[] kinds = [.. reference.RootElement.GetProperty("kinds").EnumerateArray().Select(k => k.GetString()!)];
        foreach (var (kind, name) in new[] { ("ticket", "ticket"), ("reinit", "reinit"), ("random", "random-mask") })
        {
            var ratios = new List<double>();
            foreach (var level in reference.RootElement.GetProperty("levels").EnumerateArray())
            {
                var number = level.GetProperty("level").GetInt32();
                if (kind != "ticket" && number == 0)
                {
                    continue;
                }

                var (steps, early, final) = (Ours("early_iteration"), 100 * Ours("early_accuracy"), 100 * Ours("final_accuracy"));
                var (theirSteps, theirEarly, theirFinal) = (Theirs("early_stop_iteration"), 100 * Theirs("early_stop_test"), 100 * Theirs("final_test"));
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{level.GetProperty("pm").GetDouble(),6:F2} % {name,-11} step {steps,6:F0} / {theirSteps,6:F0}  accuracy there {early:F2} / {theirEarly:F2}  at the end {final:F2} / {theirFinal:F2}"));
                ratios.Add(steps / theirSteps);

                // Five random masks of 1 to 2 % of the weights differ among themselves by more than a point.
                var within = kind == "random" ? (number > 16 ? 1.5 : 0.35) : 0.25;
                Assert.InRange(early, theirEarly - within, theirEarly + within);
                Assert.InRange(final, theirFinal - within, theirFinal + within);

                double Ours(string measure) => metrics[$"iterative/{name} {number}.{measure}"]!["value"]!.GetValue<double>();
                double Theirs(string measure) => level.GetProperty(measure).EnumerateArray().Where((_, i) => kinds[i] == kind).Average(v => v.GetDouble());
            }

            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: steps of the early stop over theirs, mean over levels {ratios.Average():F3}; within 15 % at {ratios.Count(r => Math.Abs(r - 1) <= 0.15)} of {ratios.Count} levels"));
            Assert.InRange(ratios.Average(), 0.85, 1.15);
        }
    }
}
