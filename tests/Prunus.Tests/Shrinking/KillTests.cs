using System.Diagnostics;

namespace Prunus.Tests.Shrinking;

/// <summary>SIGKILL, as the kernel's out-of-memory killer sends it.</summary>
public sealed class KillTests(SmallJob job) : IClassFixture<SmallJob>
{
    [Fact]
    public async Task KilledAtThreeRandomMoments_GoesOnToTheSameBytes()
    {
        var clock = Stopwatch.StartNew();
        var (code, _, error) = await PrunusProcess.Run(Arguments(job.New("whole")));
        var whole = clock.Elapsed;
        Assert.True(code == 0, error);
        var expected = SmallJob.Results(job.New("whole"));

        var seed = Environment.TickCount;
        var random = new Random(seed);
        var output = job.New("killed");
        var moments = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var after = whole * (0.2 + (0.4 * random.NextDouble()));
            var killed = await PrunusProcess.Kill(Arguments(output), after);
            moments.Add($"{after.TotalSeconds:0.00} s{(killed ? "" : " (had ended)")}");
        }

        (code, _, error) = await PrunusProcess.Run(Arguments(output));
        Assert.True(code == 0, error);
        var actual = SmallJob.Results(output);
        var different = expected.Keys.Union(actual.Keys).Where(k => expected.GetValueOrDefault(k) != actual.GetValueOrDefault(k));
        Assert.True(!different.Any(), $"killed after {string.Join(", ", moments)} of {whole.TotalSeconds:0.00} s (seed {seed}): {string.Join(", ", different)} differ");
        Assert.True(File.Exists(Path.Combine(output, "report.html")));
    }

    private string[] Arguments(string output) =>
    [
        "shrink", job.Donor, "--keep", "60%", "--text", job.Text, "--out", output, "--calibration", "8", "--steps", "30", "--batch", "4", "--block", "64", "--save-every", "3",
        "--eval-every", "10", "--no-speed", "--device", "cpu", "--threads", "1",
    ];
}
