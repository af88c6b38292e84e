using Prunus.Lottery.Universal.Experiments;
using Prunus.Recipes;
using Prunus.Tests.Recipes;

namespace Prunus.Tests.Lottery.Universal;

public sealed class UniversalRecipeTests
{
    private static readonly string Good = WrittenRecipe.Text("universal-tickets", """
            data: fashion-tiny
            train: 50
        universal:
          - {for: {n: [4, 8]}, name: "segments {n}", family: polynomial, degree: 2, segments: ["{n}", "{n}"], epsilon: 0.05}
          - {name: known, family: fourier, published: true}
          - {name: learned, family: polynomial, inputs: 3, degree: 3, epsilon: 0.1, task: polynomial, steps: 20}
          - {name: pictures, family: polynomial, inputs: 3, degree: 3, epsilon: 0.1, task: images, train: 60, steps: 20}
        claims:
          - {id: a, text: lower, left: segments 8.sup_error, below: segments 4.sup_error}
        """);

    [Fact]
    public void Settings_AreRead()
    {
        var study = RecipeReader.Read("mine.yaml", Good).Size("tiny").Universal!;
        Assert.Equal(["segments 4", "segments 8", "known", "learned", "pictures"], study.Cells);
        Assert.Equal([4, 4], study.Experiments[0].Shape.Segments!);
        Assert.Equal((0.02, false), (study.Experiments[2].Shape.Epsilon, study.Experiments[2].Shape.Shifts));
        Assert.Equal(new UniversalTask(UniversalTaskKind.Polynomial, 50, 0.1, 20, null), study.Experiments[3].Task);
        Assert.Equal(new UniversalTask(UniversalTaskKind.Images, 60, 0.1, 20, "fashion-tiny"), study.Experiments[4].Task);
        Assert.Equal(["known"], RecipeReader.Read("mine.yaml", Good, ["kn*"]).Size("tiny").Universal!.Cells);
    }

    [Theory]
    [InlineData("name: known, family: fourier", "name: known", "mine.yaml:15: 'family' is missing; ")]
    [InlineData("family: fourier", "family: splines", "mine.yaml:15: 'family' is 'splines'; use polynomial, fourier")]
    [InlineData("family: fourier", "family: 'polynomial,fourier'", "mine.yaml:15: 'family' is 'polynomial,fourier'; use polynomial, fourier")]
    [InlineData("family: fourier", "family: 1", "mine.yaml:15: 'family' is '1'; use polynomial, fourier")]
    [InlineData("task: polynomial", "task: chess", "mine.yaml:16: 'task' is 'chess'; use polynomial, fourier, friedman, images")]
    [InlineData("[4, 8]", "[4, 0]", "mine.yaml:14: --segments is 0,0; give two numbers")]
    [InlineData("\"{n}\", \"{n}\"", "\"{n}\", x", "mine.yaml:14: 'segments' has 'x'; list whole numbers")]
    [InlineData("train: 60", "train: 6", "mine.yaml:17: 'train' is 6; give 10 to 1000000 points")]
    [InlineData("inputs: 3, degree: 3, epsilon: 0.1, task: polynomial", "inputs: 3, degree: 3, epsilon: 2, task: polynomial", "mine.yaml:16: --epsilon is 2; ")]
    [InlineData("data: fashion-tiny", "data: fashion-big", "mine.yaml:17: ")]
    [InlineData("segments 8.sup_error", "segments 8.loss", "mine.yaml:19: 'left' names the metric 'loss'; use sup_error")]
    [InlineData("published: true", "publish: true", "mine.yaml:15: 'publish' is no key here; did you mean 'published'?")]
    public void Faults_NameTheirLine(string good, string bad, string message)
    {
        var fault = Assert.Throws<PrunusInputException>(() => RecipeReader.Read("mine.yaml", Good.Replace(good, bad, StringComparison.Ordinal)));
        Assert.StartsWith(message, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_GoesOnToTheSameBytes()
    {
        using var mine = new WrittenRecipe(Good);
        var record = await mine.Run("whole");
        Assert.InRange(record.Metrics["learned.known_margin"].Value, 0, 6);
        await mine.Kill("killed", TimeSpan.FromSeconds(1.5));
        await mine.Run("killed");
        Assert.Equal(File.ReadAllText(mine["whole", "record.json"]), File.ReadAllText(mine["killed", "record.json"]));
    }
}
