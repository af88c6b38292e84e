using Prunus.Lottery;
using Prunus.Lottery.Masks;
using Prunus.Vision;

namespace Prunus.Tests.Lottery.Masks;

public sealed class PmTableTests
{
    // Percent of weights left after 0, 1, 2 … rounds.
    [Theory]
    [InlineData("lenet-300-100", 2, "100 80.04 64.06 51.28 41.05 32.87 26.32 21.07 16.88 13.52 10.83 8.68 6.95 5.57 4.47 3.58 2.87 2.31 1.85 1.49 1.19")]
    [InlineData("conv-2", 2, "100 80.10 64.16 51.41 41.20 33.02 26.47 21.23 17.03 13.66 10.97 8.81 7.08 5.69 4.57 3.68 2.97 2.39 1.93 1.56")]
    [InlineData("conv-4", 2, "100 81.08 65.84 53.55 43.63 35.61 29.13 23.88 19.62 16.16 13.35 11.06 9.18 7.65 6.40 5.37 4.51 3.81 3.23 2.75")]
    [InlineData("conv-6", 1, "100 82.5 68.2 56.4 46.7 38.7 32.1 26.6 22.1 18.4 15.3 12.7 10.6 8.9 7.4")]
    public void Published_nets_have_the_published_sizes(string net, int digits, string expected)
    {
        var values = expected.Split(' ').Select(double.Parse).ToList();
        var rows = Rows(net, values.Count - 1);
        Assert.Equal(values, rows.Select(r => Math.Round(r.RealPm * 100, digits)));
        Assert.All(rows, r => Assert.Equal(r.RealPm, r.Pm, 0.0001));
    }

    public static TheoryData<string> Nets => new(LotteryGolden.Cases("masks", "schedules", g => g.Json["pm"].Names));

    [Theory, MemberData(nameof(Nets))]
    public void Counts_are_those_of_the_reference(string id)
    {
        using var golden = new LotteryGolden("masks", "schedules");
        var net = golden.Json["pm"][id];
        double[][] layers = [.. net["layers"].Items.Select(l => l.Numbers)];
        Assert.Equal(net["weights"].Number, layers.Sum(l => l[0]));

        // Linear layers of another rate than convolutions, as in the papers; and the net itself, where it is one of those.
        var rates = layers.SkipLast(1).Select(l => 1 - l[1]).Distinct().ToList();
        Assert.InRange(rates.Count, 1, 2);
        TicketTensor[] made = [.. layers.Select((l, i) => new TicketTensor(
            $"layer{i}", [(long)l[0]], 1 - l[1] == rates[0] ? TicketTensorKind.Convolution : TicketTensorKind.Linear, IsPrunable: true, i == layers.Length - 1))];
        var tables = new List<(IEnumerable<TicketTensor>, MaskRates)> { (made, new(rates[0], rates[^1], 1 - layers[^1][1])) };
        if (MaskRatePresets.All.FirstOrDefault(p => p.Net == (id == "lenet" ? "lenet-300-100" : id.Replace("conv", "conv-", StringComparison.Ordinal))) is { } preset)
        {
            TicketTensor[] own = [.. VisionTicketNet.TensorsOf(VisionNets.Named(preset.Net)).Where(t => t.IsPrunable)];
            tables.AddRange(own.Select(t => (double)t.ElementCount).SequenceEqual(layers.Select(l => l[0])) ? [(own, preset.Rates)] : []);
        }

        foreach (var (tensors, shares) in tables)
        {
            var rows = PmTable.Rows(tensors, new() { Rates = shares }, net["rounds"].Items.Max(r => r["round"].Integer));
            foreach (var round in net["rounds"].Items)
            {
                var row = rows[round["round"].Integer];
                Assert.Equal(round["counts"].Integers, row.Kept);
                Assert.Equal(round["pm_counts"].Number, row.Pm * 100, 1e-11);
                Assert.Equal(round["pm_real"].Number, row.RealPm * 100, 1e-11);
            }
        }

        golden.AssertAllRead("pm/" + id);
    }

    // 20,018,880 kernels in one ranking, 5,120 weights of the output layer that stay.
    [Fact]
    public void One_ranking_is_one_count()
    {
        var row = Rows("vgg-19", 1)[1];
        Assert.Equal([20_018_880 - 4_003_776, 5120], row.Kept);
    }

    [Fact]
    public void Rates_that_no_paper_gives_are_refused() => Assert.Contains("no paper gives them for 'lenet-5'",
        Assert.Throws<PrunusInputException>(() => MaskRatePresets.Of("lenet-5")).Message, StringComparison.Ordinal);

    private static IReadOnlyList<PmRow> Rows(string net, int rounds)
    {
        var preset = MaskRatePresets.Of(net);
        return PmTable.Rows(VisionTicketNet.TensorsOf(VisionNets.Named(net)), new() { Rates = preset.Rates, Scope = preset.Scope }, rounds);
    }
}
