using Prunus.Lottery.Stacking;

namespace Prunus.Tests.Lottery.Stacking;

public sealed class StepExamplesTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ExamplesAreThoseOfTheOrder_WhateverIsAskedFor(bool ahead)
    {
        using var examples = new StepExamples((step, row) => Enumerable.Range(0, 3).Select(i => (step * 3) + i).ToArray().CopyTo(row), 3, 1000, ahead);
        foreach (var (first, steps) in ((int, int)[])[(0, 5), (5, 5), (10, 5), (15, 2), (17, 2), (40, 7), (0, 5)])
        {
            Assert.Equal(Enumerable.Range(first * 3, steps * 3), examples.Of(first, steps).ToArray());
        }
    }

    [Fact]
    public void ExamplesThatAreNotThere_AreRefusedWhenTheirStepComes()
    {
        using var examples = new StepExamples((step, row) => row.Fill(step), 2, 4, ahead: true);
        Assert.Equal([0, 0, 1, 1], examples.Of(0, 2).ToArray());
        Assert.Equal([2, 2, 3, 3], examples.Of(2, 2).ToArray());
        var fault = Assert.Throws<ArgumentException>(() => examples.Of(4, 2));
        Assert.StartsWith("the order names example 4 of 4", fault.Message, StringComparison.Ordinal);
    }
}
