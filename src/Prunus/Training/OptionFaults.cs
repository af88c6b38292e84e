namespace Prunus.Training;

/// <summary>Turns the faults of an options record into one error that lists them all.</summary>
internal static class OptionFaults
{
    public static void Throw(string subject, IEnumerable<string> faults)
    {
        var all = faults.ToList();
        if (all.Count > 0)
        {
            throw new PrunusInputException(subject, string.Join(", ", all), all.Count == 1 ? "correct it" : $"correct these {all.Count} values");
        }
    }
}
