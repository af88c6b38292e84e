using Prunus.Recipes;
using Prunus.Tests.Recipes;

namespace Prunus.Tests.Lottery.Strong;

public sealed class StrongRecipeTests
{
    private static readonly string Good = WrittenRecipe.Text("strong-tickets", """
            net: "mlp:8"
            data: blobs
        strong:
          - {for: {n: [12, 20]}, name: "independent {n}", law: independent, samples: "{n}", choice: smallest}
          - {name: products}
        claims:
          - {id: a, text: lower, left: independent 20.mean_error, below: products.mean_error}
        """);

    [Fact]
    public void Settings_AreRead()
    {
        var study = RecipeReader.Read("mine.yaml", Good).Size("tiny").Strong!;
        Assert.Equal(["independent 12", "independent 20", "products"], study.Cells);
        Assert.Equal([12, 20, 60], study.Experiments.Select(e => e.Options.Samples));
        Assert.Equal(["independent", "independent", "theorem"], study.Experiments.Select(e => e.Options.Law.Id));
        Assert.Equal(["None", "None", "Half"], study.Experiments.Select(e => e.Options.Scale.ToString()));
        Assert.Equal(["Smallest", "Smallest", "Best"], study.Experiments.Select(e => e.Options.Choice.ToString()));
    }

    [Theory]
    [InlineData("law: independent", "law: dependent", "mine.yaml:14: law 'dependent' is not known; use theorem, independent, shared")]
    [InlineData("[12, 20]", "[12, 20, 65]", "mine.yaml:14: --samples is 65; give 1 to 64")]
    [InlineData("choice: smallest", "choice: least", "mine.yaml:14: 'choice' is 'least'; use best, any, smallest")]
    [InlineData("\"mlp:8\"", "resnet-20", "mine.yaml:14: resnet-20 layer 'bn1' is a BatchNorm")]
    [InlineData("name: products", "name: products, layers: some", "mine.yaml:15: 'layers' is 'some'; use all or convolutions")]
    [InlineData("products.mean_error", "products.loss", "mine.yaml:17: 'below' names the metric 'loss'; use mean_error")]
    [InlineData("name: products", "name: products, eps: 1", "mine.yaml:15: 'eps' is no key here; ")]
    public void Faults_NameTheirLine(string good, string bad, string message)
    {
        var fault = Assert.Throws<PrunusInputException>(() => RecipeReader.Read("mine.yaml", Good.Replace(good, bad, StringComparison.Ordinal)));
        Assert.StartsWith(message, fault.Message, StringComparison.Ordinal);
    }
}
