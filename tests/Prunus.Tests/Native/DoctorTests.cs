using Prunus.Native;

namespace Prunus.Tests.Native;

public class DoctorTests
{
    [Fact]
    public void Examine_finds_a_machine_that_computes()
    {
        var findings = Doctor.Examine();
        Assert.Equal(["runtime", "processor", "memory", "disk", "system-libraries", "libtorch", "wrapper", "product", "cuda"], findings.Select(f => f.Id));
        Assert.DoesNotContain(findings, f => f.State == FindingState.Missing);
        Assert.All(findings, f => Assert.DoesNotContain('\n', f.Text));
        Assert.StartsWith("2.", findings.Single(f => f.Id == "libtorch").Text, StringComparison.Ordinal);
        foreach (var f in findings)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{f.Id} {f.State} {f.Text} {f.Remedy}");
        }
    }
}
