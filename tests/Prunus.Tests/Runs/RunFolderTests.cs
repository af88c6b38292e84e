using System.Text.Json.Nodes;
using Prunus.Runs;

namespace Prunus.Tests.Runs;

public class RunFolderTests
{
    private static RunIdentity Identity(int steps = 30) => new("shrink", new JsonObject { ["steps"] = steps, ["keep"] = 0.6 });

    [Fact]
    public void Stage_IsDoneOnce_AndItsOutputsAppearWhole()
    {
        using var temporary = new TemporaryFolder();
        using (var run = RunFolder.Open(Identity(), root: temporary.Path))
        {
            Assert.Equal(temporary[Identity().Name], run.Path);
            Assert.True(run.Stage("plan", scratch => File.WriteAllText(Path.Combine(scratch, "plan.json"), "{}")));
            Assert.False(run.Stage("plan", _ => Assert.Fail("done twice")));
        }

        using var again = RunFolder.Open(Identity(), root: temporary.Path);
        Assert.True(again.StageDone("plan"));
        Assert.Equal("{}", File.ReadAllText(again.PathOf("plan.json")));
        Assert.Equal(["plan"], again.StageSeconds.Keys);
    }

    [Fact]
    public void StageThatFails_LeavesNothing_ButItsWork()
    {
        using var temporary = new TemporaryFolder();
        using (var run = RunFolder.Open(Identity(), temporary["out"]))
        {
            Assert.Throws<OperationCanceledException>(() => run.Stage("distill", scratch =>
            {
                File.WriteAllText(Path.Combine(scratch, "model.safetensors"), "half");
                File.WriteAllText(Path.Combine(run.WorkPath("distill"), "step-10"), "state");
                throw new OperationCanceledException();
            }));
        }

        using var again = RunFolder.Open(Identity(), temporary["out"]);
        Assert.False(again.StageDone("distill"));
        Assert.False(File.Exists(again.PathOf("model.safetensors")));
        Assert.True(File.Exists(Path.Combine(again.WorkPath("distill"), "step-10")));
        again.Stage("distill", scratch =>
        {
            Assert.Empty(Directory.EnumerateFileSystemEntries(scratch));
            Directory.CreateDirectory(Path.Combine(scratch, "student"));
        });
        Assert.True(Directory.Exists(again.PathOf("student")));
        Assert.False(Directory.Exists(Path.Combine(again.Path, ".prunus", "work", "distill")));
    }

    [Fact]
    public void RunKilledAsItRemovedAStagesWork_IsRidOfItWhenRepeated()
    {
        using var temporary = new TemporaryFolder();
        using (var run = RunFolder.Open(Identity(), temporary["out"]))
        {
            run.Stage("distill", scratch => File.WriteAllText(Path.Combine(scratch, "model.safetensors"), "whole"));
            File.WriteAllText(Path.Combine(run.WorkPath("distill"), "step-10"), "left");
            File.WriteAllText(Path.Combine(run.WorkPath("evaluate"), "half"), "not done");
        }

        using var again = RunFolder.Open(Identity(), temporary["out"]);
        Assert.True(again.StageDone("distill"));
        Assert.False(Directory.Exists(Path.Combine(again.Path, ".prunus", "work", "distill")));
        Assert.True(File.Exists(Path.Combine(again.WorkPath("evaluate"), "half")));
        Assert.Equal("whole", File.ReadAllText(again.PathOf("model.safetensors")));
    }

    [Fact]
    public void OtherOptions_AreRefused_NamingTheFirstThatDiffers()
    {
        using var temporary = new TemporaryFolder();
        RunFolder.Open(Identity(30), temporary["out"]).Dispose();
        var e = Assert.Throws<PrunusInputException>(() => RunFolder.Open(Identity(50), temporary["out"]));
        Assert.Equal($"{temporary["out"]}: holds another run: steps is 30 there and 50 here; choose another --out, or --fresh to replace it", e.Message);
        e = Assert.Throws<PrunusInputException>(() => RunFolder.Open(new("prune", []), temporary["out"]));
        Assert.Contains("it is a shrink run, not a prune run", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fresh_ReplacesTheRun_AndSparesOtherFiles()
    {
        using var temporary = new TemporaryFolder();
        using (var run = RunFolder.Open(Identity(30), temporary["out"]))
        {
            run.Stage("plan", scratch => File.WriteAllText(Path.Combine(scratch, "plan.json"), "{}"));
        }

        File.WriteAllText(temporary["out/notes.txt"], "mine");
        using var fresh = RunFolder.Open(Identity(50), temporary["out"], fresh: true);
        Assert.False(fresh.StageDone("plan"));
        Assert.False(File.Exists(fresh.PathOf("plan.json")));
        Assert.True(File.Exists(fresh.PathOf("notes.txt")));
    }

    [Fact]
    public void FolderOfSomethingElse_IsRefused_EvenFresh()
    {
        using var temporary = new TemporaryFolder();
        Directory.CreateDirectory(temporary["photos"]);
        File.WriteAllText(temporary["photos/a.jpg"], "x");
        foreach (var fresh in (bool[])[false, true])
        {
            var e = Assert.Throws<PrunusInputException>(() => RunFolder.Open(Identity(), temporary["photos"], fresh: fresh));
            Assert.Contains("holds files, but no run", e.Message, StringComparison.Ordinal);
        }

        Assert.Throws<PrunusInputException>(() => RunFolder.Open(Identity(), temporary["photos/a.jpg"]));
        Assert.Equal(["a.jpg"], Directory.EnumerateFileSystemEntries(temporary["photos"]).Select(Path.GetFileName));
    }

    [Fact]
    public void SecondUser_IsRefused_UntilTheFirstIsGone()
    {
        using var temporary = new TemporaryFolder();
        using (RunFolder.Open(Identity(), temporary["out"]))
        {
            var e = Assert.Throws<PrunusInputException>(() => RunFolder.Open(Identity(), temporary["out"]));
            Assert.Contains($"is in use (process {Environment.ProcessId}, started ", e.Message, StringComparison.Ordinal);
        }

        RunFolder.Open(Identity(), temporary["out"]).Dispose();
    }

    [Fact]
    public void LockOfADeadProcess_IsTakenOver()
    {
        using var temporary = new TemporaryFolder();
        Directory.CreateDirectory(temporary["out/.prunus"]);
        File.WriteAllText(temporary["out/.prunus/lock"], "");
        File.WriteAllText(temporary["out/.prunus/owner"], "process 999999999, started 2001-01-01");
        RunFolder.Open(Identity(), temporary["out"]).Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"format\":\"prunus-run/9\",\"slug\":\"shrink\",\"options\":{}}")]
    [InlineData("{\"format\":\"prunus-run/1\",\"slug\":7,\"options\":{}}")]
    [InlineData("{\"format\":\"prunus-run/1\",\"slug\":\"shrink\",\"options\":[]}")]
    public void DamagedRunFile_IsOneLine(string text)
    {
        using var temporary = new TemporaryFolder();
        Directory.CreateDirectory(temporary["out/.prunus"]);
        File.WriteAllText(temporary["out/run.json"], text);
        var e = Assert.Throws<PrunusInputException>(() => RunFolder.Open(Identity(), temporary["out"]));
        Assert.StartsWith(temporary["out/run.json"], e.Message, StringComparison.Ordinal);
        RunFolder.Open(Identity(), temporary["out"], fresh: true).Dispose();
    }

    [Fact]
    public void MarkerWithAPathOutside_CannotMakeFreshDeleteIt()
    {
        using var temporary = new TemporaryFolder();
        File.WriteAllText(temporary["victim.txt"], "x");
        RunFolder.Open(Identity(), temporary["out"]).Dispose();
        Directory.CreateDirectory(temporary["out/.prunus/stages"]);
        File.WriteAllText(temporary["out/.prunus/stages/plan.json"], """{"order":0,"seconds":1,"outputs":["../victim.txt","..","."]}""");
        RunFolder.Open(Identity(), temporary["out"], fresh: true).Dispose();
        Assert.True(File.Exists(temporary["victim.txt"]));
    }
}
