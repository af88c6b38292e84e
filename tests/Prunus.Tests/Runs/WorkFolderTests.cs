using Prunus.Runs;

namespace Prunus.Tests.Runs;

public sealed class WorkFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    // "job" was being removed when the run was killed, and was then done again.
    [Theory, InlineData(false), InlineData(true)]
    public void Removed_NothingIsLeft_AlsoOfAnEarlierKill(bool killedBefore)
    {
        Fill("job");
        Fill("job 2");
        if (killedBefore)
        {
            Fill("job.removed");
        }

        WorkFolder.Remove(_folder["job"]);
        WorkFolder.Remove(_folder["job"]);
        Assert.Equal([_folder["job 2"]], Directory.GetFileSystemEntries(_folder["."]).Select(Path.GetFullPath));
    }

    public void Dispose() => _folder.Dispose();

    private void Fill(string name)
    {
        Directory.CreateDirectory(_folder[Path.Combine(name, "states", "step-00000016")]);
        File.WriteAllText(_folder[Path.Combine(name, "states", "step-00000016", "training.json")], "{}");
    }
}
