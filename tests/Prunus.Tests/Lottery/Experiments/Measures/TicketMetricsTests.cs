using Prunus.Lottery.Experiments.Measures;

namespace Prunus.Tests.Lottery.Experiments.Measures;

public sealed class TicketMetricsTests
{
    [Theory]
    [InlineData("accuracy@100", 100L, null)]
    [InlineData("accuracy@", null, null)]
    [InlineData("accuracy@-1", null, null)]
    [InlineData("density:conv1", null, "conv1")]
    [InlineData("density:", null, null)]
    [InlineData("early_accuracy", null, null)]
    public void Names_that_a_cell_has_many_of(string name, long? step, string? layer)
    {
        Assert.Equal((step, layer), (TicketMetrics.StepOf(name), TicketMetrics.LayerOf(name)));
        Assert.Equal(step is not null || layer is not null, TicketMetrics.IsOneOfMany(name));
    }

    // The part of a reference behind the last dot is the metric.
    [Fact]
    public void Layers_have_no_dots()
    {
        Assert.Equal("density:layer1-0-conv2", TicketMetrics.Density("layer1.0.conv2.weight"));
        Assert.True(TicketMetrics.Has(TicketMetrics.Density("fc1.weight")));
    }

    [Fact]
    public void Every_metric_is_in_the_docs()
    {
        var page = File.ReadAllText(Checkout.Path("docs", "methods", "lottery-metrics.md"));
        Assert.All((string[])[.. TicketMetrics.All, "accuracy@STEP", "density:LAYER"], m => Assert.Contains($"`{m}`", page, StringComparison.Ordinal));
    }
}
