using System.Globalization;
using Prunus.Lottery.Tickets;
using Prunus.Lottery.Training;
using Prunus.Runs;

namespace Prunus.Lottery.Experiments;

/// <summary>Where the trainings of a study leave what later ones need.</summary>
/// <param name="Root">Folder.</param>
public sealed record TicketStore(string Root)
{
    private const string EndedName = "ended-at-level";

    /// <summary>The ticket that a level starts from.</summary>
    public string Ticket(string experiment, long seed, int level) => Path.Combine(Folder(experiment, seed), string.Create(CultureInfo.InvariantCulture, $"level-{level:D2}.ticket"));

    /// <summary>All weights of the dense net at the step that tickets are rewound to, where that is not 0.</summary>
    public string Early(string experiment, long seed) => Path.Combine(Folder(experiment, seed), "early.safetensors");

    /// <summary>Weights at the end of a level's training.</summary>
    public string Trained(string experiment, long seed, int level) => Path.Combine(Folder(experiment, seed), string.Create(CultureInfo.InvariantCulture, $"level-{level:D2}.trained.safetensors"));

    /// <summary>Leaves the ticket that a level starts from, whole or not at all.</summary>
    public void Write(string experiment, long seed, int level, Ticket ticket)
    {
        var path = Ticket(experiment, seed, level);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        TicketFile.Write(path, ticket);
    }

    /// <summary>Leaves weights, whole or not at all.</summary>
    public static void Write(string path, TicketSnapshot weights)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        weights.Write(path);
    }

    /// <summary>Says that a search ended, since a level's training broke down and gave nothing to cut by.</summary>
    public void End(string experiment, long seed, int level)
    {
        Directory.CreateDirectory(Folder(experiment, seed));
        AtomicFile.WriteText(Path.Combine(Folder(experiment, seed), EndedName), level.ToString(CultureInfo.InvariantCulture) + "\n");
    }

    /// <summary>Whether a search ended before a level.</summary>
    public bool EndedBefore(string experiment, long seed, int level) =>
        Path.Combine(Folder(experiment, seed), EndedName) is var path && File.Exists(path) && int.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture) < level;

    /// <summary>Copies all tickets to another folder: <c>EXPERIMENT/seed-N/level-LL.ticket</c>.</summary>
    public void Keep(string folder)
    {
        // Trainings of a given ticket leave none.
        foreach (var ticket in !Directory.Exists(Root) ? [] : Directory.EnumerateFiles(Root, "*.ticket", SearchOption.AllDirectories))
        {
            var kept = Path.Combine(folder, Path.GetRelativePath(Root, ticket));
            Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
            File.Copy(ticket, kept, overwrite: true);
        }
    }

    private string Folder(string experiment, long seed) => Path.Combine(Root, experiment.Replace('/', '-').Replace(' ', '-'), string.Create(CultureInfo.InvariantCulture, $"seed-{seed}"));
}
