namespace Prunus.Lottery.Kinds;

/// <summary>Where trainings of a study leave what is needed later.</summary>
/// <param name="Root">Folder.</param>
public sealed record SparsityStore(string Root)
{
    /// <summary>The dense net's weights, trained.</summary>
    public string Dense(string experiment, long seed) => Path.Combine(Root, new SparsityJob(experiment, null, seed).Id + ".safetensors");

    /// <summary>Says that a seed's dense net broke down and gave nothing to prune.</summary>
    public void End(string experiment, long seed) => Runs.AtomicFile.WriteText(Ended(experiment, seed), "broken\n");

    /// <summary>Whether a seed's dense net broke down.</summary>
    public bool HasEnded(string experiment, long seed) => File.Exists(Ended(experiment, seed));

    /// <summary>A masked kind's masks as a ticket.</summary>
    public string Ticket(string experiment, string kind, long seed) => Path.Combine(Root, "tickets", new SparsityJob(experiment, kind, seed).Id + Tickets.TicketFile.Suffix);

    /// <summary>Copies all tickets to another folder.</summary>
    public void Keep(string folder)
    {
        foreach (var ticket in Directory.Exists(Path.Combine(Root, "tickets")) ? Directory.GetFiles(Path.Combine(Root, "tickets")) : [])
        {
            File.Copy(ticket, Path.Combine(Directory.CreateDirectory(folder).FullName, Path.GetFileName(ticket)), overwrite: true);
        }
    }

    private string Ended(string experiment, long seed) => Path.Combine(Root, new SparsityJob(experiment, null, seed).Id + ".ended");
}
